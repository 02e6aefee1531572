"""What people tell without any error, and what the day is."""

from __future__ import annotations

from datetime import date

import pytest

from rtdoctor.explain.ranking import explain_text as explain


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("OpenAI realtime over WebRTC: as soon as I send a photo from the camera the data channel "
         "is dead, no error at all. Tiny pictures work.", "CH-MESSAGE-TOO-BIG"),
        ("OpenAI 实时语音网页 realtime 在 iPhone 的 Safari 上没有声音，但是字幕正常显示。",
         "BRW-AUTOPLAY"),
        ("OpenAI の realtime を使ったページ、iPhone の Safari だけ音声が再生されない。文字は出る。",
         "BRW-AUTOPLAY"),
    ],
)  # fmt: skip
def test_prose_is_possible_and_never_more(text: str, best: str) -> None:
    matches = explain(text).matches
    assert matches[0].entry.id == best
    assert {m.strength.word for m in matches} == {"possible"}
    assert matches[0].evidence[0].quote in text


@pytest.mark.parametrize(
    "text",
    [
        "The coffee machine has no sound any more, and the photo of the manual is dead.",
        "Gemini Live realtime: no sound on iPhone in Safari, the transcript comes, WebRTC is fine.",
        "OpenAI realtime",
    ],
)
def test_prose_about_something_else_is_left_alone(text: str) -> None:
    assert explain(text).matches == ()


def test_a_likeness_of_words_is_not_told_beside_an_error() -> None:
    told = "iPhone Safari, OpenAI realtime: no sound, the transcript comes. "
    ids = [m.entry.id for m in explain(told + "code: beta_api_shape_disabled").matches]
    assert "BRW-AUTOPLAY" not in ids


def test_what_ends_on_a_day_is_a_warning_before_and_a_cause_after() -> None:
    text = "POST /v1/realtime/calls 404 model_not_found: gpt-realtime-mini-2025-10-06 was retired"
    before = explain(text, today=date(2026, 11, 29)).matches
    after = explain(text, today=date(2027, 1, 20)).matches
    (warning,) = (m for m in before if m.entry.dies == "2027-01-20")
    (cause,) = (m for m in after if m.entry.dies == "2027-01-20")
    assert warning.strength.word == "possible"
    assert "until 2027-01-20" in " ".join(warning.cautions)
    assert "ended on 2027-01-20" in " ".join(cause.cautions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("POST http://localhost:3000/api/session 401, our openai realtime page", "/api/session"),
        ("GET /token 404 (Not Found), gpt-realtime demo", "/token"),
        ("gpt-realtime: POST /api/ephemeral-token failed with status 500", "/api/ephemeral-token"),
    ],
)
def test_a_refusal_of_the_own_backend_is_told_as_such(text: str, said: str) -> None:
    result = explain(text)
    assert [m for m in result.matches if m.strength.word != "possible"] == []
    assert said in result.errors[0].said
    assert "own backend" in result.errors[0].said
