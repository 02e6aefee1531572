"""The models that a text uses and OpenAI gives up on a known day: a warning, never a cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from rtdoctor.explain.paper import Paper, Span, find_each
from rtdoctor.explain.sightings import Signs
from rtdoctor.migration.retirements import Retirement, retired_model

_MOST = 3
_NEEDLE = "model"
_IN_USE = re.compile(
    r"\bmodel[\\\"']{0,2}\s{0,3}[:=]\s{0,3}[\\\"'`]{0,2}(?P<name>(?:gpt|whisper)-[\w.-]{0,60}\w)",
    re.IGNORECASE,
)
_OWN_DATES = frozenset({"azure", "other_ai"})  # services whose models end on days of their own


@dataclass(frozen=True, slots=True)
class ShownRetirement:
    """A model that is used in this line (from 1), and a sentence on the day it ends."""

    line: int
    said: str


def shown_retirements(
    paper: Paper, signs: Signs, today: date | None
) -> tuple[ShownRetirement, ...]:
    """One for each model of OpenAI that a text about Realtime uses and that ends, at most three.

    ``today`` decides whether it has ended; without it, only the day is told.
    """
    if "realtime" not in signs or _OWN_DATES & signs.keys():
        return ()
    found: dict[str, ShownRetirement] = {}
    for line, retirement in _used(paper):
        found.setdefault(retirement.what, ShownRetirement(line, _sentence(retirement, today)))
    return tuple(islice(found.values(), _MOST))


def _used(paper: Paper) -> Iterator[tuple[int, Retirement]]:
    for span in find_each(paper, _IN_USE, _NEEDLE, 100):
        match = _IN_USE.match(paper.text, span.start)
        retirement = retired_model(match["name"].lower(), "model") if match else None
        if retirement is not None and paper.in_use(Span(span.start, span.end)):
            yield paper.line_of(span.start), retirement


def _sentence(retirement: Retirement, today: date | None) -> str:
    ended = today is not None and retirement.since <= today
    verb = "ended" if ended else "ends"
    return (
        f"The model {retirement.what} {verb} on {retirement.since}. "
        f"Its successor is {retirement.instead}."
    )
