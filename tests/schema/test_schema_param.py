"""A parameter that an error names, looked up in the published schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.schema import FaultKind
from rtdoctor.schema.param import read_param


@pytest.mark.parametrize(
    ("param", "because", "meant"),
    [
        ("session.voice", FaultKind.BETA_NAME, ("event/session/audio/output/voice",)),
        ("session.input_audio_transcription.model", FaultKind.BETA_NAME,
         ("event/session/audio/input/transcription",)),
        ("session.output_modalities", FaultKind.GA_NAME, ()),
        ("session.tracing", FaultKind.OTHER_SERVICE, ()),
        ("session.client_secret", FaultKind.ANSWER_FIELD, ()),
        ("session.tools[0].function", FaultKind.CHAT_COMPLETIONS, ("event/session/tools/0/name",)),
        ("session.tools[3].meta", FaultKind.UNKNOWN_NAME, ()),
        ("session.instrctions", FaultKind.UNKNOWN_NAME, ("event/session/instructions",)),
        ("model", FaultKind.TOO_FLAT, ("mint.body/session/model",)),
        ("type", FaultKind.TOO_FLAT, ("mint.body/session/type",)),
    ],
)  # fmt: skip
def test_why_a_service_calls_it_unknown(
    param: str, because: FaultKind, meant: tuple[str, ...]
) -> None:
    reading = read_param(param)
    assert reading is not None
    assert reading.unknown_because is because
    assert (reading.fault.meant if reading.fault else ()) == meant


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("session.audio.output.format.rate", "24000"),
        ("session.audio.input.transcription.prompt", "a string"),
        ("session.tool_choice.name", "a string"),
        ("audio_end_ms", "an integer"),
        ("expires_after.seconds", "an integer"),
    ],
)
def test_what_may_stand_at_a_known_place(param: str, expected: str) -> None:
    reading = read_param(param)
    assert reading is not None
    assert reading.fault is None
    assert expected in reading.expected


@pytest.mark.parametrize("text", ["", "not a path", "session..voice", "[0]", "a" * 300, "session."])
def test_what_is_no_path_is_not_looked_up(text: str) -> None:
    assert read_param(text) is None


@given(st.text("session.audioinput[]0_x", max_size=60))
def test_any_text_is_survived(text: str) -> None:
    read_param(text)
