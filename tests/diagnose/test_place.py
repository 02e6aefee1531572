"""Where an error's place is in the setup, and what stands there now: never more than is there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.diagnose.place import place_of, wanted
from rtdoctor.domain.outcome import LocalCode, Signature, Stage
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Factor,
    Level,
    Setup,
    TokenBody,
)
from support import levels as lv

SESSION = {
    "type": "realtime",
    "model": "gpt-realtime",
    "audio": {"input": {"format": {"type": "audio/pcm", "rate": 8000}}},
    "tools": [{"type": "function", "function": {"name": "f"}, "authorization": "Bearer s3cret"}],
}
GA = replace(
    lv.FOUNDING,
    token_endpoint=lv.CLIENT_SECRETS,
    token_body=Level("mine", TokenBody(json.dumps({"session": SESSION}))),
    call_endpoint=lv.CALLS,
    call_query=lv.NO_QUERY,
)
KEY = replace(GA, auth=lv.API_KEY)
FORM = replace(KEY, call_encoding=lv.MULTIPART)
JSON_CALL = replace(
    KEY, call_encoding=Level("json", CallEncoding(EncodingKind.JSON, "application/json"))
)


def refused(stage: Stage, param: str | None = None, message: str = "") -> Signature:
    return Signature(stage, 400, "invalid_request_error", None, param, message)


@pytest.mark.parametrize(
    ("param", "setup", "said"),
    [
        ("session.type", GA, 'session.type in the token request: "realtime"'),
        ("session.audio.input.format.rate", GA,
         "session.audio.input.format.rate in the token request: 8000"),
        ("tools[0].function", GA,
         "session.tools[0].function in the token request: an object with name"),
        ("session.tools.0.type", GA, 'session.tools.0.type in the token request: "function"'),
        ("session.tools", GA, "session.tools in the token request: a list of 1"),
        ("body.session.type", GA, 'session.type in the token request: "realtime"'),
        ("body.session.voice", GA, "session.voice in the token request: not there"),
        ("session.type", lv.FOUNDING, "session.type in the token request: not there"),
        ("input_audio_transcription.language", lv.FOUNDING,
         'input_audio_transcription.language in the token request: "en"'),
        ("model", lv.FOUNDING, "model in the token request: not there"),
        ("query.model", GA, "model in the query of the token request: not there"),
        ("header.openai-beta", GA, "the openai-beta header of the token request: not sent"),
        ("model", GA.with_level(Factor.TOKEN_BODY, Level("none", TokenBody(None))),
         "model in the token request: not there, since it has no body"),
    ],
)  # fmt: skip
def test_the_param_of_a_refused_mint(param: str, setup: Setup, said: str) -> None:
    assert place_of(refused(Stage.MINT, param), setup) == said


@pytest.mark.parametrize(
    ("param", "setup", "said"),
    [
        ("model", lv.FOUNDING, "model in the call's query: gpt-4o-transcribe"),
        ("intent", lv.FOUNDING, "intent in the call's query: not there"),
        ("query.model", GA, "model in the call's query: not there"),
        ("model", GA, 'session.model in the token request: "gpt-realtime"'),
        ("session.type", GA, 'session.type in the token request: "realtime"'),
        ("session.type", KEY,
         "session.type in the body of the call: not there, since the body is the offer itself"),
        ("session.type", FORM, 'session.type in the form of the call: "realtime"'),
        ("session.voice", FORM, "session.voice in the form of the call: not there"),
        ("sdp", FORM, "sdp in the form of the call: the offer"),
        ("body.sdp", JSON_CALL, "sdp in the body of the call: the offer"),
        ("model", KEY.with_level(Factor.CALL_ENDPOINT, Level("x", CallEndpoint("/c?model=m"))),
         "model in the call's query: m"),
    ],
)  # fmt: skip
def test_the_param_of_a_refused_call(param: str, setup: Setup, said: str) -> None:
    assert place_of(refused(Stage.EXCHANGE, param), setup) == said


BETA = GA.with_level(Factor.BETA_HEADER, Level("call", BetaHeader(None, "realtime=v1")))
API_KEY_HEADER = GA.with_level(
    Factor.AUTH, Level("x", Auth(AuthKind.API_KEY, header="X-API-Key", scheme=""))
)


@pytest.mark.parametrize(
    ("stage", "message", "setup", "said"),
    [
        (Stage.MINT, "Missing required parameter: 'session.type'.", lv.FOUNDING,
         "session.type in the token request: not there"),
        (Stage.MINT, "Unknown parameter: 'session.model'.", GA,
         'session.model in the token request: "gpt-realtime"'),
        (Stage.MINT, "Invalid type for 'session.audio': expected an object.", GA,
         "session.audio in the token request: an object with input"),
        (Stage.EXCHANGE, "You must provide a model parameter.", KEY,
         "model in the call's query: not there"),
        (Stage.EXCHANGE, "The query parameter 'intent' is missing", GA,
         "intent in the call's query: not there"),
        (Stage.EXCHANGE, "You must provide the OpenAI-Beta header", GA,
         "the OpenAI-Beta header of the call: not sent"),
        (Stage.EXCHANGE, "Send the 'OpenAI-Beta: realtime=v1' header.", BETA,
         "the OpenAI-Beta header of the call: realtime=v1"),
        (Stage.MINT, "You must provide the OpenAI-Beta header", BETA,
         "the OpenAI-Beta header of the token request: not sent"),
        (Stage.EXCHANGE, "Missing or invalid Authorization header", API_KEY_HEADER,
         "the Authorization header of the call: not sent"),
        (Stage.EXCHANGE, "missing header: X-Tenant-Id", GA,
         "the X-Tenant-Id header of the call: not sent"),
        (Stage.EXCHANGE, "Content-Type must be application/sdp", JSON_CALL,
         "the Content-Type header of the call: application/json"),
        (Stage.EXCHANGE, "sdp is required", KEY,
         "sdp in the body of the call: not there, since the body is the offer itself"),
    ],
)  # fmt: skip
def test_without_a_param_the_message_names_the_place(
    stage: Stage, message: str, setup: Setup, said: str
) -> None:
    assert place_of(refused(stage, None, message), setup) == said


@pytest.mark.parametrize(
    "signature",
    [
        refused(Stage.MINT, None, 'Model "gpt-4o" is not supported in realtime mode.'),
        refused(Stage.EXCHANGE, None, "Incorrect API key provided: 'undefined'."),
        refused(Stage.EXCHANGE, None, "Authentication is required"),
        refused(Stage.EXCHANGE, None, "A required parameter is missing"),
        refused(Stage.EXCHANGE, None, "The request has an invalid header"),
        refused(Stage.EXCHANGE, None, "Invalid SDP offer"),
        refused(Stage.MINT, "None", ""),
        refused(Stage.MINT, "", ""),
        refused(Stage.EXCHANGE, "path.call_id", "Field required"),
        refused(Stage.EXCHANGE, "header.user-agent", "Field required"),
        Signature(Stage.ICE, code=LocalCode.ICE_DEADLINE, param="model"),
        refused(Stage.SESSION, "item.content", "Unknown parameter: 'item.content'."),
    ],
)
def test_an_error_that_names_no_place_has_none(signature: Signature) -> None:
    assert place_of(signature, GA) == ""
    assert wanted(signature, GA) == ()


def test_nothing_is_said_of_a_body_that_cannot_be_read() -> None:
    setup = GA.with_level(Factor.TOKEN_BODY, Level("text", TokenBody("session=1", "text/plain")))

    assert place_of(refused(Stage.MINT, "session.type"), setup) == ""


def test_nothing_is_said_of_a_mint_that_is_not_sent() -> None:
    assert place_of(refused(Stage.MINT, "session.type"), KEY) == ""


def test_a_session_error_is_placed_where_its_field_was_sent() -> None:
    signature = refused(Stage.SESSION, "session.type")

    assert place_of(signature, GA) == 'session.type in the token request: "realtime"'


def test_what_may_be_a_credential_is_not_shown() -> None:
    for param in ("session.tools[0].authorization", "session.tools[0]"):
        assert "s3cret" not in place_of(refused(Stage.MINT, param), GA)
    query = CallQuery((("api_key", "s3cret"),))
    setup = GA.with_level(Factor.CALL_QUERY, Level("q", query))
    assert (
        place_of(refused(Stage.EXCHANGE, "api_key"), setup) == "api_key in the call's query: there"
    )


def test_what_is_missing_is_told_to_programs() -> None:
    (header,) = wanted(refused(Stage.EXCHANGE, None, "You must provide the OpenAI-Beta header"), GA)
    query, field = wanted(refused(Stage.EXCHANGE, "voice"), FORM)
    (body,) = wanted(refused(Stage.MINT, "session.voice"), GA)

    assert (header.where, header.name, header.present) == ("header", "OpenAI-Beta", False)
    assert (query.where, query.name, query.present) == ("query", "voice", False)
    assert (field.where, field.name, field.present) == ("form", "voice", False)
    assert (body.where, body.name, body.present) == ("body", "session.voice", False)
    assert (header.stage, body.stage) == (Stage.EXCHANGE, Stage.MINT)


@given(
    st.sampled_from(list(Stage)),
    st.text(max_size=60) | st.from_regex(r"[a-z.\[\]0-9]{0,40}", fullmatch=True),
    st.text(max_size=200),
    st.sampled_from([GA, KEY, FORM, JSON_CALL, lv.FOUNDING]),
)
def test_no_error_breaks_the_search_for_its_place(
    stage: Stage, param: str, message: str, setup: Setup
) -> None:
    for named in wanted(refused(stage, param, message), setup):
        assert named.text
        assert len(named.text) < 500
