"""What is wrong with a body is named at its place, as one kind of fault, with what is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rtdoctor.schema import Fault, FaultKind, RequestKind, explain_fault, read_text, read_value

GA = RequestKind.CLIENT_SECRET
EVENT = RequestKind.EVENT


def realtime(**fields: Any) -> dict[str, Any]:
    return {"session": {"type": "realtime", **fields}}


def transcription(**fields: Any) -> dict[str, Any]:
    return {"session": {"type": "transcription", **fields}}


def update(**fields: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": fields}


def item(**fields: Any) -> dict[str, Any]:
    return {"type": "conversation.item.create", "item": {"type": "message", **fields}}


def only(kind: RequestKind, body: Any) -> Fault:
    (fault,) = read_value(kind, body).faults
    return fault


CHAT_TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
WHISPER = {"transcription": {"model": "gpt-realtime-whisper"}}
BODY, SESSION = "mint.body", "mint.body/session"


@pytest.mark.parametrize(
    ("body", "place", "meant"),
    [
        (realtime(voice="alloy"), "voice", "audio/output/voice"),
        (realtime(modalities=["text"]), "modalities", "output_modalities"),
        (realtime(input_audio_format="pcm16"), "input_audio_format", "audio/input/format"),
        (realtime(turn_detection=None), "turn_detection", "audio/input/turn_detection"),
        (realtime(max_response_output_tokens=9), "max_response_output_tokens", "max_output_tokens"),
        (realtime(temperature=0.8), "temperature", None),
        (
            transcription(input_audio_transcription={"model": "whisper-1"}),
            "input_audio_transcription",
            "audio/input/transcription",
        ),
    ],
)
def test_a_beta_name_says_where_it_lives_in_ga(body: Any, place: str, meant: str | None) -> None:
    fault = only(GA, body)

    assert (fault.kind, fault.place) == (FaultKind.BETA_NAME, f"{SESSION}/{place}")
    assert fault.meant == (() if meant is None else (f"{SESSION}/{meant}",))


def test_beta_names_of_a_response_live_in_the_response() -> None:
    body = {"type": "response.create", "response": {"modalities": ["text"], "voice": "alloy"}}

    found = {fault.place: fault.meant for fault in read_value(EVENT, body).faults}

    assert found == {
        "event/response/modalities": ("event/response/output_modalities",),
        "event/response/voice": ("event/response/audio/output/voice",),
    }


def test_a_ga_name_in_a_body_of_the_beta_says_where_the_beta_has_it() -> None:
    fault = only(RequestKind.BETA_SESSION, {"model": "m", "output_modalities": ["text"]})

    assert (fault.kind, fault.meant) == (FaultKind.GA_NAME, (f"{BODY}/modalities",))


@pytest.mark.parametrize(
    ("session", "place"),
    [
        ({"tools": [CHAT_TOOL]}, "tools/0/function"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice/function",
        ),
    ],
)
def test_the_shape_of_chat_completions_is_told_as_such(session: Any, place: str) -> None:
    fault = only(GA, realtime(**session))

    assert (fault.kind, fault.place) == (FaultKind.CHAT_COMPLETIONS, f"{SESSION}/{place}")
    assert fault.meant[0] == fault.place.replace("function", "name")


@pytest.mark.parametrize(
    ("session", "kind", "place", "expected"),
    [
        ({"model": 7}, FaultKind.WRONG_TYPE, "model", ("a string",)),
        ({"tools": {}}, FaultKind.WRONG_TYPE, "tools", ("a list",)),
        (
            {"max_output_tokens": "many"},
            FaultKind.WRONG_VALUE,
            "max_output_tokens",
            ("an integer", '"inf"'),
        ),
        (
            {"tool_choice": "my_function"},
            FaultKind.WRONG_VALUE,
            "tool_choice",
            ('"none"', '"auto"', '"required"', "an object"),
        ),
        ({"audio": {"output": {"speed": 2}}}, FaultKind.WRONG_VALUE, "audio/output/speed", None),
        (
            {"tools": [{"type": "web_search"}]},
            FaultKind.WRONG_VALUE,
            "tools/0/type",
            ('"function"', '"mcp"'),
        ),
        ({"instructions": None}, FaultKind.NULL, "instructions", ("a string",)),
    ],
)
def test_a_wrong_value_comes_with_what_is_allowed(
    session: Any, kind: FaultKind, place: str, expected: tuple[str, ...] | None
) -> None:
    fault = only(GA, realtime(**session))

    assert (fault.kind, fault.place) == (kind, f"{SESSION}/{place}")
    assert expected is None or fault.expected == expected


def test_a_value_in_the_spelling_of_the_beta_comes_with_that_of_ga() -> None:
    text = only(GA, realtime(audio={"input": {"format": "pcm16"}}))
    pair = only(GA, realtime(output_modalities=["audio", "text"]))

    assert text.instead == '{"type":"audio/pcm","rate":24000}'
    assert (pair.instead, pair.basis) == ('["audio"]', ("TOK-MODALITIES-PAIR",))


def test_pcm_without_a_rate_is_refused_on_the_word_of_a_fact() -> None:
    fault = only(GA, realtime(audio={"output": {"format": {"type": "audio/pcm"}}}))

    assert (fault.kind, fault.expected) == (FaultKind.MISSING, ("24000",))
    assert fault.basis == ("TOK-OUTPUT-RATE",)


def test_a_missing_type_of_the_session_says_which_there_are() -> None:
    fault = only(EVENT, update(model="m"))

    assert (fault.kind, fault.place) == (FaultKind.MISSING, "event/session/type")
    assert fault.expected == ('"realtime"', '"transcription"')


@pytest.mark.parametrize(
    ("body", "place", "meant"),
    [
        (transcription(instructions="x"), "instructions", None),
        (transcription(voice="alloy"), "voice", None),
        (transcription(model="m"), "model", "audio/input/transcription/model"),
        (realtime(audio={"output": {"language": "es"}}), "audio/output/language", None),
    ],
)
def test_a_field_of_another_type_of_session(body: Any, place: str, meant: str | None) -> None:
    fault = only(GA, body)

    assert (fault.kind, fault.place) == (FaultKind.OTHER_SESSION_TYPE, f"{SESSION}/{place}")
    assert fault.meant == (() if meant is None else (f"{SESSION}/{meant}",))


def test_an_update_of_a_translation_takes_no_field_of_a_realtime_session() -> None:
    body = {"type": "session.update", "session": {"instructions": "x"}}

    assert only(RequestKind.TRANSLATION_EVENT, body).kind is FaultKind.OTHER_SESSION_TYPE


def test_a_field_that_the_named_model_refuses() -> None:
    whisper = transcription(audio={"input": {**WHISPER, "turn_detection": {"type": "server_vad"}}})
    without = transcription(audio={"input": {**WHISPER, "turn_detection": None}})

    fault = only(GA, whisper)

    assert fault.kind is FaultKind.OTHER_MODEL
    assert fault.place == f"{SESSION}/audio/input/turn_detection"
    assert read_value(GA, without).is_right


def test_a_field_that_openai_takes_and_another_service_refuses() -> None:
    body = {"type": "response.create", "response": {"output_modalities": ["text"]}}

    (fault,) = read_value(EVENT, body, service="azure").faults

    assert (fault.kind, fault.place) == (
        FaultKind.OTHER_SERVICE,
        "event/response/output_modalities",
    )
    assert read_value(EVENT, body).is_right


def test_a_field_of_the_answer_that_is_sent_back() -> None:
    assert only(EVENT, update(type="realtime", id="sess_1")).kind is FaultKind.ANSWER_FIELD


@pytest.mark.parametrize(
    ("kind", "body", "place"),
    [
        (GA, realtime(session={"type": "realtime", "model": "m"}), f"{SESSION}/session"),
        (GA, {"body": realtime(model="m")}, f"{BODY}/body"),
        (GA, realtime(audio={"audio": {"output": {"voice": "x"}}}), f"{SESSION}/audio/audio"),
        (GA, realtime(audio={"instructions": "x"}), f"{SESSION}/audio/instructions"),
        (RequestKind.CALL_SESSION, realtime(), "call.body/session/session"),
        (RequestKind.BETA_SESSION, realtime(), f"{BODY}/session"),
    ],
)
def test_one_level_too_deep(kind: RequestKind, body: Any, place: str) -> None:
    fault = only(kind, body)

    assert (fault.kind, fault.place) == (FaultKind.TOO_DEEP, place)


def test_a_body_without_its_wrapper_names_the_place_of_each_field() -> None:
    reading = read_value(GA, {"type": "realtime", "model": "m", "voice": "alloy"})

    assert {fault.place: (fault.kind, fault.meant) for fault in reading.faults} == {
        f"{BODY}/type": (FaultKind.TOO_FLAT, (f"{SESSION}/type",)),
        f"{BODY}/model": (FaultKind.TOO_FLAT, (f"{SESSION}/model",)),
        f"{BODY}/voice": (FaultKind.BETA_NAME, (f"{SESSION}/audio/output/voice",)),
    }


@pytest.mark.parametrize(
    ("audio", "kind", "place", "meant"),
    [
        ({"voice": "x"}, FaultKind.TOO_FLAT, "voice", "output/voice"),
        ({"input": {"voice": "x"}}, FaultKind.MISPLACED, "input/voice", "output/voice"),
        ({"ouput": {"voice": "x"}}, FaultKind.UNKNOWN_NAME, "ouput", "output"),
    ],
)
def test_a_name_is_looked_for_where_it_is_right(
    audio: Any, kind: FaultKind, place: str, meant: str
) -> None:
    fault = only(GA, realtime(audio=audio))

    assert (fault.kind, fault.place) == (kind, f"{SESSION}/audio/{place}")
    assert fault.meant == (f"{SESSION}/audio/{meant}",)


def test_a_name_in_camel_case_is_told_from_its_own() -> None:
    fault = only(GA, realtime(outputModalities=["audio"]))

    assert (fault.kind, fault.meant) == (
        FaultKind.UNKNOWN_NAME,
        (f"{SESSION}/output_modalities",),
    )


def test_what_stands_under_a_wrong_name_is_not_missing_as_well() -> None:
    assert only(EVENT, {"type": "session.update", "sesion": {}}).kind is FaultKind.UNKNOWN_NAME
    assert only(EVENT, {"tpe": "response.create"}).meant == ("event/type",)


@pytest.mark.parametrize(
    ("body", "kind", "instead"),
    [
        (
            {"type": "transcription_session.update", "session": {}},
            FaultKind.BETA_NAME,
            '"session.update"',
        ),
        ({"type": "respons.create"}, FaultKind.WRONG_VALUE, '"response.create"'),
        ({"type": None}, FaultKind.NULL, None),
        ({}, FaultKind.MISSING, None),
    ],
)
def test_the_type_of_an_event(body: Any, kind: FaultKind, instead: str | None) -> None:
    fault = only(EVENT, body)

    assert (fault.kind, fault.place, fault.instead) == (kind, "event/type", instead)
    assert '"session.update"' in fault.expected


def test_the_role_of_a_message_decides_what_it_may_hold() -> None:
    wrong = item(role="assistant", content=[{"type": "input_text", "text": "x"}])
    nobody = item(role="bot", content=[])

    assert only(EVENT, wrong).expected == ('"output_text"', '"output_audio"')
    assert only(EVENT, nobody).expected == ('"system"', '"user"', '"assistant"')


def test_a_repeated_name_is_named_although_json_readers_keep_the_last() -> None:
    (fault,) = read_text(GA, '{"session":{"type":"realtime","model":"a","model":"b"}}').faults

    assert (fault.kind, fault.place) == (FaultKind.REPEATED_NAME, f"{SESSION}/model")


def test_no_sentence_repeats_a_value_that_the_user_wrote() -> None:
    secret = "sk-" + "a1b2c3d4" * 4
    body = realtime(voice=secret, tool_choice=secret, audio=secret, tools=[secret], model=[secret])

    reading = read_text(GA, json.dumps(body))

    assert len(reading.faults) == 5
    assert secret not in repr(reading) + "".join(map(explain_fault, reading.faults))
