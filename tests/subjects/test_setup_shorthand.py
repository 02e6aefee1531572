"""A setup file as people write it: a query, a header, a body as they stand in their code."""

from __future__ import annotations

import pytest

from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.errors import ConfigError
from rtdoctor.plan import catalogue
from rtdoctor.subjects.setup_file import read_subject

KEY = "sk-proj-Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0Kk1Ll2Mm3"


def read(text: str) -> Setup:
    return read_subject(text, "setup.yaml", catalogue.read())


def test_a_body_stands_for_itself() -> None:
    setup = read("token_endpoint: sessions\ntoken_body: {model: gpt-realtime, voice: verse}")

    assert setup.token_body.value.text == '{"model":"gpt-realtime","voice":"verse"}'
    assert setup.token_body.value.content_type == "application/json"


def test_a_body_as_text_is_sent_to_the_byte() -> None:
    setup = read("""token_body: '{ "session": {"type": "realtime"} }'""")

    assert setup.token_body.value.text == '{ "session": {"type": "realtime"} }'


def test_a_body_with_a_field_of_the_long_form_is_read_as_the_long_form() -> None:
    with pytest.raises(ConfigError, match=r"setup.yaml:1.*unknown field 'model'"):
        read("token_body: {json: {}, model: gpt-realtime}")


@pytest.mark.parametrize(
    "query",
    [
        "model=x&intent=transcription",
        "'?model=x&intent=transcription'",
        "{model: x, intent: transcription}",
    ],
)
def test_a_query_is_written_as_in_a_url_or_as_its_parameters(query: str) -> None:
    setup = read(f"call_query: {query}")

    assert setup.call_query.value.params == (("model", "x"), ("intent", "transcription"))


def test_the_query_of_a_whole_url_is_the_query_of_the_call() -> None:
    setup = read("call_endpoint: https://gateway.example/v1/realtime/calls?model=a%20b&empty=")

    assert setup.call_endpoint.value.path == "https://gateway.example/v1/realtime/calls"
    assert setup.call_query.value.params == (("model", "a b"), ("empty", ""))


def test_a_query_that_is_given_twice_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"setup.yaml:2: the query of the call is given twice"):
        read("call_endpoint: /v1/realtime?model=x\ncall_query: model=y")


@pytest.mark.parametrize("text", ["undefined", "null", "NaN"])
def test_what_a_program_sends_for_a_missing_token_is_sent_as_it_is(text: str) -> None:
    auth = read(f'auth: "Bearer {text}"').auth.value

    assert (auth.kind, auth.scheme, auth.text) == (AuthKind.LITERAL, "Bearer", text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Bearer {KEY}", AuthKind.API_KEY),
        (KEY, AuthKind.API_KEY),
        ("Bearer ek_68e0d3a1b2c3d4e5f60718293a4b5c6d", AuthKind.EPHEMERAL),
        ("Bearer $EPHEMERAL_TOKEN", AuthKind.EPHEMERAL),
        ("bearer ${OPENAI_API_KEY}", AuthKind.API_KEY),
    ],
)
def test_a_credential_says_of_what_kind_it_is_and_is_not_kept(text: str, kind: AuthKind) -> None:
    setup = read(f"auth: {text}")

    assert setup.auth.value.kind is kind
    assert text.split()[-1] not in repr(setup)


def test_a_credential_of_an_unknown_kind_is_refused_without_its_text() -> None:
    with pytest.raises(ConfigError) as caught:
        read("auth: Bearer Zx81opaqueGatewayValue99")

    assert "setup.yaml:1" in str(caught.value)
    assert "Zx81" not in str(caught.value) + str(caught.value.hint)
