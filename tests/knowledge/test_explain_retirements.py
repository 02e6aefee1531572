"""Models that a text uses and the service gives up: told with their day, never as a cause."""

from __future__ import annotations

from datetime import date

import pytest

from rtdoctor.explain.ranking import explain_text as explain

MINT = (
    'fetch("https://api.openai.com/v1/realtime/client_secrets", {body: JSON.stringify({session: '
    '{type: "realtime", model: "%s"}})})'
)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (None, "The model gpt-realtime ends on 2027-01-20."),
        (date(2027, 1, 19), "The model gpt-realtime ends on 2027-01-20."),
        (date(2027, 1, 20), "The model gpt-realtime ended on 2027-01-20."),
    ],
)
def test_a_model_in_use_is_told_with_its_day_and_its_successor(
    today: date | None, said: str
) -> None:
    found = explain(MINT % "gpt-realtime", today=today)

    assert [r.said for r in found.retirements] == [f"{said} Its successor is gpt-realtime-2.1."]
    assert found.matches == ()


@pytest.mark.parametrize(
    "text",
    [
        MINT % "gpt-realtime-2.1",
        "I would like to know about gpt-realtime of OpenAI",
        "// " + MINT % "gpt-realtime",
        "Azure OpenAI realtime, my.openai.azure.com " + MINT % "gpt-realtime",
        'openai.audio.transcriptions.create(model="whisper-1", file=f)',
    ],
    ids=["successor", "mention", "comment", "azure", "no realtime"],
)
def test_nothing_is_told_of_what_does_not_end_or_is_not_in_use(text: str) -> None:
    assert explain(text, today=date(2027, 3, 1)).retirements == ()
