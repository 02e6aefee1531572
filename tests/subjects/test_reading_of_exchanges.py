"""``reading_of``: what is the mint, what is the call, and what is said where one is not seen."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from rtdoctor.domain.setup import AuthKind, EncodingKind, Setup
from rtdoctor.errors import ConfigError
from rtdoctor.plan import catalogue
from rtdoctor.subjects.form import form_body
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.setup_of_exchanges import reading_of
from support.recordings import (
    BETA_ANSWER,
    FOUNDING_BODY,
    GA_ANSWER,
    KEY,
    OFFER,
    OPENAI,
    TOKEN,
    call,
    mint,
    seen,
)

KNOWN = catalogue.read()
PAGE = "http://localhost:3000"


def read(*exchanges: Seen, credentials_kept: bool = True) -> Reading:
    return reading_of(exchanges, KNOWN, kind="HAR of Chrome", credentials_kept=credentials_kept)


def places(reading: Reading) -> dict[str, str]:
    return {place.place: place.value for place in reading.places}


def inferred(reading: Reading) -> set[str]:
    return {place.place for place in reading.places if place.inferred}


def names(setup: Setup) -> tuple[str, str, str, str]:
    return (
        setup.token_endpoint.name,
        setup.token_body.name,
        setup.call_endpoint.name,
        setup.call_query.name,
    )


def test_the_founding_case_is_read_place_by_place() -> None:
    reading = read(mint(), call())

    assert names(reading.setup) == (
        "transcription_sessions", "founding", "realtime", "model_transcribe",
    )  # fmt: skip
    assert reading.base_url == OPENAI
    assert places(reading)["mint.body/input_audio_transcription/language"] == "en"
    assert places(reading)["call.query.model"] == "gpt-4o-transcribe"
    assert inferred(reading) == {"offer.channel.label"}  # no SDP holds one


def test_the_way_of_the_token_is_seen_by_its_equality() -> None:
    auth = read(mint(), call()).setup.auth.value

    assert (auth.kind, auth.read_at) == (AuthKind.EPHEMERAL, "client_secret.value")


def test_masked_tokens_are_matched_by_their_alias() -> None:
    answer = json.dumps({"value": "ek_…#3", "expires_at": 2_000_000_000})
    ga = mint("/v1/realtime/client_secrets", body='{"session":{"type":"realtime"}}', answer=answer)
    other = mint("/v1/realtime/sessions", answer='{"client_secret":{"value":"ek_…#4"}}')

    reading = read(ga, other, call("/v1/realtime/calls", Authorization="Bearer ek_…#3"))

    assert reading.setup.token_endpoint.name == "client_secrets"


def test_a_token_that_was_shown_before_is_used() -> None:
    auth = read(mint(), call(origin="call 1"), call(origin="call 2")).setup.auth.value

    assert auth.kind is AuthKind.USED


def test_a_token_that_is_shown_too_late_is_expired() -> None:
    answer = json.dumps({"value": TOKEN, "expires_at": 1_000})
    late = call("/v1/realtime/calls", at=1_060.0)

    reading = read(mint("/v1/realtime/client_secrets", answer=answer, at=900.0), late)

    assert reading.setup.auth.value.kind is AuthKind.EXPIRED
    assert "60 s after" in places(reading)["credential"]


@pytest.mark.parametrize("text", ["undefined", "null", "[object Object]", "[object Promise]"])
def test_what_a_program_prints_for_a_missing_token_is_sent_as_it_is(text: str) -> None:
    reading = read(mint(answer=GA_ANSWER), call(Authorization=f"Bearer {text}"))

    assert (reading.setup.auth.value.kind, reading.setup.auth.value.text) == (
        AuthKind.LITERAL, text,
    )  # fmt: skip
    assert any("holds a token at value" in note for note in reading.notes)


def test_what_is_sent_after_a_refused_mint_comes_of_the_refusal() -> None:
    refused = mint(status=404, answer='{"error":{"message":"Invalid URL"}}')

    reading = read(refused, call(Authorization="Bearer undefined"))

    assert reading.setup.auth.value.kind is AuthKind.EPHEMERAL
    assert reading.setup.token_endpoint.name == "transcription_sessions"
    assert "credential" in inferred(reading)


def test_the_key_on_the_call_is_a_key_and_no_mint() -> None:
    reading = read(call(Authorization=f"Bearer {KEY}"))

    assert reading.setup.auth.value.kind is AuthKind.API_KEY
    assert reading.setup.token_endpoint.value.path is None


def test_a_call_without_a_credential_has_none_when_credentials_are_kept() -> None:
    assert read(call(Authorization=None)).setup.auth.value.kind is AuthKind.NONE


def test_a_call_of_a_sanitised_recording_has_an_unknown_credential() -> None:
    reading = read(mint(Authorization=None), call(Authorization=None), credentials_kept=False)

    assert reading.setup.auth.value.kind is AuthKind.EPHEMERAL
    assert "credential" in inferred(reading)
    assert reading.setup.token_endpoint.name == "transcription_sessions"
    assert any("is taken for the mint" in note for note in reading.notes)


def test_a_refused_mint_without_a_call_gets_the_call_of_its_dialect() -> None:
    body = '{"model":"gpt-4o-mini-realtime-preview","voice":"verse"}'
    refused = mint("/v1/realtime/sessions", body=body, status=404, answer="{}")

    reading = read(refused)

    assert reading.setup.call_endpoint.name == "realtime"
    assert dict(reading.setup.call_query.value.params) == {"model": "gpt-4o-mini-realtime-preview"}
    assert {"call.url.path", "call.query.model"} <= inferred(reading)
    assert not {"mint.url.path", "mint.body/voice"} & inferred(reading)


def test_a_refused_ga_mint_gets_the_calls_endpoint() -> None:
    setup = read(mint("/v1/realtime/client_secrets", status=400, answer="{}")).setup

    assert (setup.call_endpoint.name, setup.call_query.name) == ("calls", "none")


@pytest.mark.parametrize(
    ("path", "endpoint", "body"),
    [
        ("/v1/realtime?intent=transcription", "transcription_sessions", "founding"),
        ("/v1/realtime/calls", "client_secrets", "ga_realtime"),
        ("/v1/realtime/translations/calls", "translations_client_secrets", "ga_translation"),
    ],
)
def test_a_call_alone_gets_the_mint_that_goes_with_it(path: str, endpoint: str, body: str) -> None:
    reading = read(call(path))

    assert names(reading.setup)[:2] == (endpoint, body)
    assert "mint.url.path" in inferred(reading)


def test_the_mint_behind_an_own_backend_is_inferred_from_a_ga_answer() -> None:
    route = seen("POST", f"{PAGE}/token", answer=GA_ANSWER, Origin=PAGE, origin="the route")

    reading = read(route, call("/v1/realtime/calls"))

    assert reading.setup.token_endpoint.name == "client_secrets"
    assert json.loads(reading.setup.token_body.value.text) == {
        "session": {
            "type": "realtime",
            "model": "gpt-realtime",
            "instructions": "Be brief.",
            "audio": {"output": {"voice": "marin"}},
        }
    }
    assert "mint.body/session/audio/output/voice" in inferred(reading)
    assert any("backend behind the route" in missing for missing in reading.not_said)


def test_the_mint_behind_an_own_backend_is_inferred_from_a_beta_answer() -> None:
    route = seen("GET", f"{PAGE}/session", answer=BETA_ANSWER, Sec_Fetch_Site="same-origin")

    reading = read(route, call())

    assert reading.setup.token_endpoint.name == "transcription_sessions"
    assert json.loads(reading.setup.token_body.value.text) == json.loads(FOUNDING_BODY)


def test_an_error_that_a_backend_passes_on_names_the_endpoint() -> None:
    error = '{"error":{"message":"Invalid URL (POST /v1/realtime/sessions)"}}'

    reading = read(seen("POST", f"{PAGE}/api/token", answer=error, Origin=PAGE))

    assert reading.setup.token_endpoint.name == "sessions"
    assert reading.setup.call_endpoint.name == "realtime"


def test_a_backend_that_tells_nothing_is_not_made_into_a_setup() -> None:
    failed = seen("POST", f"{PAGE}/token", status=500, answer='{"error":"no key"}', Origin=PAGE)

    with pytest.raises(ConfigError, match="own backend and was answered with 500"):
        read(failed)


def test_a_token_in_an_answer_that_is_no_json_is_found() -> None:
    action = seen(
        "POST", f"{PAGE}/", answer=f'0:["$@1"]\n1:"{TOKEN}"\n', Next_Action="4f", Origin=PAGE
    )

    reading = read(action, call("/v1/realtime/calls"))

    assert "the token of the answer" in places(reading)["credential"]


def test_an_offer_to_an_own_backend_has_an_inferred_call() -> None:
    posted = seen("POST", f"{PAGE}/session", OFFER, answer="v=0", Origin=PAGE)

    reading = read(posted)

    assert reading.setup.auth.value.kind is AuthKind.API_KEY
    assert {"call.url.path", "credential"} <= inferred(reading)
    assert reading.setup.offer.value.sdp == OFFER
    assert reading.not_said


def test_a_token_that_is_shown_to_an_own_backend_keeps_the_mint() -> None:
    posted = seen("POST", f"{PAGE}/offer", OFFER, Origin=PAGE, Authorization=f"Bearer {TOKEN}")

    reading = read(mint(), posted)

    assert names(reading.setup)[:3] == ("transcription_sessions", "founding", "realtime")
    assert {"call.url.path", "call.body"} <= inferred(reading)


def test_a_multipart_call_keeps_its_session() -> None:
    form = form_body([("sdp", "application/sdp", OFFER), ("session", "", '{"type":"realtime"}')])

    encoding = read(
        call(
            "/v1/realtime/calls",
            body=form,
            Content_Type="multipart/form-data; boundary=rtdoctor-read-this",
            Authorization=f"Bearer {KEY}",
        )
    ).setup.call_encoding.value

    assert (encoding.kind, encoding.session) == (EncodingKind.MULTIPART, '{"type":"realtime"}')


def test_an_offer_in_json_and_one_without_its_last_line_end_are_told() -> None:
    as_json = call(
        body=json.dumps({"type": "offer", "sdp": OFFER}), Content_Type="application/json"
    )
    trimmed = call(body=OFFER.strip())

    assert read(mint(), as_json).setup.call_encoding.name == "json"
    assert read(mint(), trimmed).setup.call_encoding.name == "trimmed"


def test_headers_of_the_app_are_kept_and_those_of_the_browser_are_not() -> None:
    reading = read(
        mint(OpenAI_Beta="realtime=v1", Content_Length="75", sec_ch_ua="x", X_Team="blue"),
        call(Accept="*/*", Origin=PAGE),
    )

    header = reading.setup.beta_header.value
    assert (header.mint, header.mint_others, header.call_others) == (
        "realtime=v1", (("X-Team", "blue"),), (),
    )  # fmt: skip


def test_an_offer_says_which_sections_it_has() -> None:
    lone = OFFER[: OFFER.index("m=application")]

    offer = read(mint(), call(body=lone)).setup.offer.value

    assert (offer.audio, offer.channel) == (True, None)


def test_the_last_story_with_its_token_is_taken_and_the_others_are_named() -> None:
    old = mint("/v1/realtime/sessions", answer='{"value":"ek_another000000"}', origin="old mint")
    stray = call(Authorization="Bearer ek_of_unknown_source", origin="a stray call")

    reading = read(old, mint(), call(), stray)

    assert reading.setup.token_endpoint.name == "transcription_sessions"
    assert any("a stray call" in note for note in reading.notes)
    assert any("old mint" in note for note in reading.notes)


def test_preflights_are_no_requests_of_the_app() -> None:
    preflight = seen("OPTIONS", f"{OPENAI}/v1/realtime/sessions", status=204)

    assert read(preflight, mint(), call()).setup == read(mint(), call()).setup


def test_two_hosts_are_said_to_become_one() -> None:
    elsewhere = mint("https://gateway.example/v1/realtime/transcription_sessions")

    assert any("gateway.example" in note for note in read(elsewhere, call()).notes)


def test_a_prefix_of_a_service_belongs_to_its_base_url() -> None:
    azure = "https://res.openai.azure.com/openai/v1/realtime/client_secrets"

    reading = read(mint(azure, api_key="0123456789abcdef", Authorization=None))

    assert reading.base_url == "https://res.openai.azure.com/openai"
    assert reading.setup.token_endpoint.value.path == "/v1/realtime/client_secrets"


@pytest.mark.parametrize(
    "exchanges",
    [[], [seen("GET", f"{PAGE}/"), seen("POST", f"{PAGE}/log", "{}")]],
    ids=["nothing", "no request of ours"],
)
def test_what_holds_no_story_is_refused(exchanges: Sequence[Seen]) -> None:
    with pytest.raises(ConfigError, match="posts an SDP offer or asks for a token"):
        read(*exchanges)


def test_every_credential_is_known_as_a_secret() -> None:
    cookie = seen("GET", f"{PAGE}/", Cookie="session=s3cr3t-cookie-value; theme=dark")

    login = seen("POST", f"{PAGE}/login?api_key=qu3ry-key", '{"user":"me","password":"hunter-22"}')
    other = call(X_Auth_Token="h3ader-token")

    known = {secret.reveal() for secret in read(cookie, login, mint(), other).secrets}

    sent = {"s3cr3t-cookie-value", "qu3ry-key", "hunter-22", "h3ader-token"}
    assert {KEY, TOKEN, *sent} <= known
