"""What the published schema does not allow is refused: as a fact where one gives the words, else
as an inference, and in old eras only where a fact of that era says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.sandbox.event_answers import error_object
from rtdoctor.sandbox.rules.body_fault import body_faults
from rtdoctor.sandbox.rules.files import rule_book
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Rule
from rtdoctor.sandbox.sessions import Session
from rtdoctor.schema import RequestKind, read_value
from support.sandbox_http import BETA_REALTIME, FOUNDING, OFFER, Caller, Said

CallerOf = Callable[[str], Caller]
PCM = {"type": "audio/pcm"}


def realtime(**fields: Any) -> dict[str, Any]:
    return {"session": {"type": "realtime", "model": "gpt-realtime-2.1", **fields}}


def transcription(**block: Any) -> dict[str, Any]:
    block = {"model": "gpt-4o-transcribe", **block}
    return {"session": {"type": "transcription", "audio": {"input": {"transcription": block}}}}


REFUSED = [
    (realtime(voice="alloy"), "unknown_parameter", "session.voice", "fact"),
    (
        realtime(tools=[{"type": "function", "name": "f", "meta": {}}]),
        "unknown_parameter",
        "session.tools[0].meta",
        "fact",
    ),
    (
        realtime(audio={"input": {"transcription": {"model": "m", "enabled": True}}}),
        "unknown_parameter",
        "session.audio.input.transcription.enabled",
        "fact",
    ),
    (
        transcription(prompt=None),
        "invalid_type",
        "session.audio.input.transcription.prompt",
        "fact",
    ),
    (realtime(instructions=["a"]), "invalid_type", "session.instructions", "inferred"),
    (
        realtime(audio={"input": {"format": "pcm16"}}),
        "invalid_type",
        "session.audio.input.format",
        "fact",
    ),
    (
        realtime(audio={"output": {"format": "pcm16"}}),
        "invalid_type",
        "session.audio.output.format",
        "inferred",
    ),
    (
        realtime(audio={"output": {"format": {"type": "pcm16"}}}),
        "invalid_value",
        "session.audio.output.format.type",
        "inferred",
    ),
    (
        realtime(audio={"output": {"format": PCM}}),
        "missing_required_parameter",
        "session.audio.output.format.rate",
        "inferred",
    ),
    (
        realtime(audio={"output": {"format": {**PCM, "rate": 16000}}}),
        "integer_below_min_value",
        "session.audio.output.format.rate",
        "inferred",
    ),
    (
        realtime(output_modalities=["video"]),
        "invalid_value",
        "session.output_modalities[0]",
        "inferred",
    ),
    (
        {**realtime(), "expires_after": {"anchor": "now", "seconds": 60}},
        "invalid_value",
        "expires_after.anchor",
        "inferred",
    ),
    (
        {**realtime(), "expires_after": {"seconds": "60"}},
        "invalid_type",
        "expires_after.seconds",
        "inferred",
    ),
]


@pytest.mark.parametrize(("body", "code", "param", "basis"), REFUSED)
def test_a_mint_that_the_schema_does_not_allow(
    today: Caller, body: dict[str, Any], code: str, param: str, basis: str
) -> None:
    said = today.mint("client_secrets", body)

    assert said.status == 400
    assert (said.error["code"], said.error["param"], said.basis) == (code, param, basis)
    assert said.error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("body", "code", "param", "_"),
    # not the life of a token, nor a transcription: that a call may be one is not known
    [row for row in REFUSED if row[2].startswith("session.") and "model" in row[0]["session"]],
)
def test_the_session_of_a_multipart_call_is_judged_alike(
    today: Caller, body: dict[str, Any], code: str, param: str, _: str
) -> None:
    parts = {"sdp": OFFER, "session": json.dumps(body["session"])}

    said = today.send(
        "POST", "/v1/realtime/calls", files={name: (None, text) for name, text in parts.items()}
    )

    assert said.status == 400
    assert (said.error["code"], said.error["param"], said.basis) == (code, param, "inferred")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (realtime(modalities=["text"]), "Unknown parameter: 'session.modalities'."),
        (
            transcription(language=None),
            "Invalid type for 'session.audio.input.transcription.language': expected a string, but "
            "got null instead.",
        ),
        (
            realtime(
                audio={"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 1}}}
            ),
            "Invalid 'session.audio.input.turn_detection.idle_timeout_ms': integer below minimum "
            "value. Expected a value >= 5000, but got 1 instead.",
        ),
        (
            realtime(audio={"output": {"format": {"type": "wav"}}}),
            "Invalid value: 'wav'. Supported values are: 'audio/pcm', 'audio/pcmu' and "
            "'audio/pcma'",
        ),
        (
            realtime(audio={"output": {"speed": 9}}),
            "Sandbox: mint.body/session/audio/output/speed has a value that is not allowed; "
            "expected: at most 1.5.",
        ),
        ([1], "Sandbox: mint.body has the wrong type; expected: an object."),
    ],
)
def test_the_sentence_is_that_of_a_fact_or_says_that_it_is_the_sandboxes(
    today: Caller, body: object, message: str
) -> None:
    assert today.mint("client_secrets", body).error["message"] == message


@pytest.mark.parametrize(
    "body",
    [
        realtime(prompt=None),
        realtime(prompt={"id": "pmpt_1"}),
        realtime(tracing=None, tools=[], audio={"output": {"format": {**PCM, "rate": 24000}}}),
        realtime(audio={"input": {"format": {"type": "audio/pcmu"}, "turn_detection": None}}),
    ],
)
def test_what_the_schema_allows_is_minted(today: Caller, body: dict[str, Any]) -> None:
    said = today.mint("client_secrets", body)

    assert said.status == 200
    assert said.basis == ("inferred" if "prompt" in body["session"] else "fact")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (realtime(voice="alloy"), 400),
        (transcription(prompt=None), 400),
        (realtime(audio={"output": {"format": PCM}}), 200),
        (realtime(output_modalities=["video"]), 200),
        ({**realtime(), "expires_after": {"anchor": "now"}}, 200),
    ],
)
def test_an_old_era_is_not_judged_by_a_schema_that_is_newer(
    coexist: Caller, body: object, status: int
) -> None:
    said = coexist.mint("client_secrets", body)

    assert said.status == status
    assert status == 400 or (said.basis == "inferred" and "not known" in said.provenance["note"])


@pytest.mark.parametrize(
    ("endpoint", "body", "status", "basis"),
    [
        ("sessions", BETA_REALTIME, 200, "fact"),
        ("sessions", {**BETA_REALTIME, "audio": {}}, 400, "inferred"),
        ("sessions", {**BETA_REALTIME, "modalities": ["video"]}, 200, "inferred"),
        ("sessions", {**BETA_REALTIME, "input_audio_format": PCM}, 200, "inferred"),
        ("sessions", {**BETA_REALTIME, "turn_detection": {"x": 1}}, 200, "inferred"),
        ("transcription_sessions", FOUNDING, 200, "inferred"),
        ("transcription_sessions", {**FOUNDING, "session": {}}, 400, "inferred"),
        ("transcription_sessions", {"modalities": ["text"]}, 200, "inferred"),
    ],
)  # fmt: skip
def test_the_beta_refuses_unknown_names_and_is_not_judged_further(
    beta: Caller, endpoint: str, body: object, status: int, basis: str
) -> None:
    said = beta.mint(endpoint, body)

    assert (said.status, said.basis) == (status, basis)


NAMES = st.sampled_from(["session", "type", "audio", "input", "format", "rate", "voice", ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES | st.text(), inner)
)


@given(kind=st.sampled_from(RequestKind), body=VALUES)
def test_whatever_the_reader_finds_can_be_said(kind: RequestKind, body: Any) -> None:
    faults = body_faults(kind, body)

    assert len(faults) == len(read_value(kind, body).faults)
    for fault in faults:
        assert fault.message.startswith(("Sandbox: ", "Unknown ", "Missing ", "Invalid "))


def answer_to(
    era: str, session: Session, event: object, **more: Any
) -> tuple[Rule, dict[str, Any]]:
    """The rule that answers an event in a session, and the error it sends, if any."""
    seen = ReceivedRequest("event", text=json.dumps(event), call_session=session, **more)
    rule = rule_book(era).first(seen)
    assert rule is not None
    refused = rule.answer.error if rule.answer is not None else None
    return rule, error_object(refused, seen) if refused is not None else {}


GA = Session.new("ga", "realtime")
BETA = Session.new("beta", "realtime")


def update(**fields: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **fields}}


@pytest.mark.parametrize(
    ("event", "code", "param", "basis"),
    [
        (update(voice="alloy"), "unknown_parameter", "session.voice", "inferred"),
        (update(colour="red"), "unknown_parameter", "session.colour", "inferred"),
        (update(id="sess_1"), "unknown_parameter", "session.id", "fact"),
        (update(client_secret={}), "unknown_parameter", "session.client_secret", "fact"),
        (
            update(tools=[{"type": "function", "name": "f", "meta": {}}]),
            "unknown_parameter",
            "session.tools[0].meta",
            "fact",
        ),
        (update(instructions=None), "invalid_type", "session.instructions", "fact"),
        (
            update(audio={"output": {"format": PCM}}),
            "missing_required_parameter",
            "session.audio.output.format.rate",
            "inferred",
        ),
        ({"type": "response.begin"}, "invalid_value", "type", "inferred"),
        ({"type": "response.create", "response": {"modalities": ["text"]}},
         "unknown_parameter", "response.modalities", "inferred"),
        ({"type": "input_audio_buffer.commit", "x": 1}, "unknown_parameter", "x", "inferred"),
    ],
)  # fmt: skip
def test_an_event_that_the_schema_does_not_allow(
    event: object, code: str, param: str, basis: str
) -> None:
    rule, error = answer_to("single-use", GA, event)

    assert (error["code"], error["param"], rule.basis) == (code, param, basis)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "session.update", "session": {"output_modalities": ["text"]}},
         "unknown_parameter"),
        ({"type": "session.update", "session": {"client_secret": {}, "expires_at": 0}},
         "unknown_parameter"),
        ({"type": "session.start"}, "invalid_value"),
        ({"type": "session.update", "session": {"modalities": ["text"], "voice": "alloy"}}, None),
        ({"type": "session.update", "session": {"modalities": ["video"]}}, None),
    ],
)  # fmt: skip
def test_an_event_of_the_beta(event: object, code: str | None) -> None:
    _, error = answer_to("beta", BETA, event)

    assert error.get("code") == code


def test_coexist_takes_an_update_that_only_the_later_schema_refuses() -> None:
    rule, _ = answer_to("coexist", GA, update(audio={"output": {"format": PCM}}))

    assert (rule.emit, rule.basis) == ("session.updated", "inferred")


def test_a_voice_cannot_change_once_it_was_heard() -> None:
    event = update(audio={"output": {"voice": "marin"}})

    before, _ = answer_to("single-use", GA, event)
    after, error = answer_to("single-use", GA, event, has_spoken=True)

    assert before.emit == "session.updated"
    assert (error["code"], error["param"], after.basis) == ("cannot_update_voice", None, "fact")


def refused_call(today: Caller, key: str) -> Said:
    token = today.token("client_secrets", realtime(), key=key)
    return today.call("/calls", token)


@pytest.mark.parametrize(
    ("key", "status", "code", "type_", "basis"),
    [
        ("sk-sandbox-no-model-1", 403, "model_not_found", "invalid_request_error", "fact"),
        ("sk-sandbox-broken-1", 500, None, "server_error", "inferred"),
    ],
)
def test_a_key_that_stands_for_a_refused_call(
    today: Caller, key: str, status: int, code: str | None, type_: str, basis: str
) -> None:
    said = refused_call(today, key)

    assert (said.status, said.error["code"], said.error["type"]) == (status, code, type_)
    assert said.basis == basis
    assert code is None or "`gpt-realtime-2.1`" in said.error["message"]


def test_a_key_of_another_region_mints_nothing(today: Caller) -> None:
    said = today.mint("client_secrets", realtime(), key="sk-sandbox-residency-1")

    assert (said.status, said.error["code"], said.basis) == (401, "incorrect_hostname", "inferred")
