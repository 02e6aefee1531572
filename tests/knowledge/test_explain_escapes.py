"""The same error in the dress of a logger, a proxy, a web page: known, and no secret in it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

import pytest

from rtdoctor.explain.paper import clean
from rtdoctor.explain.ranking import explain_text as explain
from rtdoctor.explain.unescape import undo_escapes

ERROR = {
    "error": {
        "message": "Unknown parameter: 'session.turn_detection'.",
        "type": "invalid_request_error",
        "code": "unknown_parameter",
    }
}
MODEL = {"error": {"message": 'Model "gpt-4o-mini" is not supported in realtime mode.'}}
KEY = "sk-proj-Zx9Yw8Vu7Ts6Rq5Po4Nm3"


def in_json(times: int) -> Callable[[object], str]:
    def dress(body: object) -> str:
        text = json.dumps(body)
        for _ in range(times):
            text = json.dumps({"upstream": text})
        return text

    return dress


DRESSES: dict[str, Callable[[object], str]] = {
    "as it is": json.dumps,
    "indented": lambda body: json.dumps(body, indent=4),
    "in a JSON text": in_json(1),
    "in three JSON texts": in_json(3),
    "as Python prints it": repr,
    "for a web page": lambda body: html.escape(json.dumps(body)),
    "for a web page, twice": lambda body: html.escape(html.escape(json.dumps(body))),
    "with code points for quotes": lambda body: (
        json.dumps(body).replace("'", "\\u0027").replace('\\"', "\\u0022")
    ),
    "with Windows line ends": lambda body: json.dumps(body, indent=1).replace("\n", "\r\n"),
    "coloured": lambda body: json.dumps(body).replace(" is ", " \x1b[1mis\x1b[0m "),
    "with blanks that do not break": lambda body: json.dumps(body).replace(" ", "\u00a0"),
    "in capitals": lambda body: json.dumps(body).upper(),
    "quoted in a mail": lambda body: json.dumps(body, indent=2).replace("\n", "\n> "),
}


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES.keys())
@pytest.mark.parametrize(
    ("body", "best"),
    [(ERROR, "TOK-UNKNOWN-SESSION-PARAM"), (MODEL, "SDP-MODEL-NOT-REALTIME")],
    ids=["parameter", "model"],
)
def test_an_error_is_known_in_every_dress(
    dress: Callable[[object], str], body: object, best: str
) -> None:
    matches = explain(f"gateway log, realtime relay\n{dress(body)}\n").matches
    assert [match.entry.id for match in matches][:1] == [best]


def test_a_url_with_escaped_slashes_is_a_url() -> None:
    text = '{"url":"https:\\/\\/api.openai.com\\/v1\\/realtime\\/sessions","status":404}'
    assert explain(text).matches[0].entry.id == "TOK-BETA-404"


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES.keys())
def test_no_dress_hides_a_secret(dress: Callable[[object], str]) -> None:
    cut = f"{KEY[:9]}\u200b{KEY[9:]}"  # as some pages break long words
    for key in (KEY, cut):
        body = {"authorization": f"Bearer {key}", "sdp": "v=0\r\na=ice-pwd:Qw3rTy7uIo9pAs2d\r\n"}
        text = f"POST /v1/realtime/calls 401 {dress(body)}"
        assert KEY[9:].lower() not in clean(text).lower()
        assert "7uio9pas2d" not in clean(text).lower()
        assert KEY[9:].lower() not in repr(explain(text)).lower()


def test_a_token_of_a_gateway_without_any_prefix_is_taken_out() -> None:
    token = "gAAAAABo9Kd83hTzLqW" * 5
    assert token not in clean(json.dumps({"value": token, "expires_at": 1}))
    assert token not in clean(f"{{'token': '{token}'}}")


def test_a_key_that_the_service_repeats_is_taken_out_of_its_sentence() -> None:
    said = "POST /v1/realtime/calls 401 Incorrect API key provided: Zx9Yw8Vu7Ts6Rq5P."
    first = explain(said).matches[0]
    assert first.entry.id == "AUTH-INCORRECT-KEY"
    assert first.evidence[0].quote == "Incorrect API key provided: …."


def test_code_is_no_secret() -> None:
    for code in (
        "client_secret = client.realtime.client_secrets.create(session=session)",
        "apiKey: settings.providers.openai.apiKey,",
        "const clientSecret = openai.realtime.clientSecrets.create({",
    ):
        assert clean(code) == code


def test_a_sentence_is_known_when_a_comment_breaks_and_indents_it() -> None:
    text = (
        '        // "Model … is a transcription model and cannot be used as\n'
        '        //                        the realtime session model."'
    )
    first = explain(text).matches[0]
    assert first.entry.id == "SDP-TRANSCRIPTION-MODEL-AS-SESSION-MODEL"
    assert first.evidence[0].line == 1


def test_lines_stay_where_they_are() -> None:
    text = "one\r\n&quot;two&quot;\r\n\x1b[31mthree\x1b[0m\r\n\tfour  \\u0027x\\u0027"
    assert undo_escapes(text) == "one\n\"two\"\nthree\n\tfour 'x'"
