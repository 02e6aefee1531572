"""What can be said of a pasted text, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rtdoctor.domain.era import Era
from rtdoctor.explain.read_out import ReadOut
from rtdoctor.explain.shown_retirements import ShownRetirement
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Strength


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote from the text: where it stands (line, from 1) and what it was taken for."""

    quote: str
    line: int
    says: str


@dataclass(frozen=True, slots=True)
class ReadBody:
    """A body that begins in this line (from 1), and what the schema says is wrong with it."""

    line: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A known cause that the text points to."""

    entry: Entry
    strength: Strength
    evidence: tuple[Evidence, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that can be said of a text.

    ``setup`` are the factor levels that its code shows, ``unattributed`` errors that nothing in
    the text ties to the Realtime API, ``clipped`` that only the two ends were read. ``errors`` are
    those that no entry knows, read out as they stand; ``bodies`` what the published schema says
    of requests and events that stand in the text. Lines count from 1.

    >>> from rtdoctor import explain_text
    >>> found = explain_text('sent to /v1/realtime/client_secrets: {"session": {"voice": "cedar"}}')
    >>> found.bodies[0].line, found.clipped
    (1, False)
    """

    matches: tuple[Match, ...]
    setup: Mapping[str, str]
    era: Era | None
    clipped: bool
    signs: frozenset[str]
    unattributed: tuple[Evidence, ...] = ()
    errors: tuple[ReadOut, ...] = ()
    bodies: tuple[ReadBody, ...] = ()
    retirements: tuple[ShownRetirement, ...] = ()
