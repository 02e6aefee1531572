"""What became of the setups of one run in another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import Setup


class Likeness(StrEnum):
    """What became of one setup from the first run to the second."""

    SAME = "same"
    CHANGED = "changed"  # both failed, with different signatures
    CURED = "cured"  # failed, now passes
    BROKEN = "broken"  # passed, now fails
    NO_EVIDENCE = "no evidence"  # one of the two gave none
    ONLY_FIRST = "only in the first"
    ONLY_SECOND = "only in the second"


@dataclass(frozen=True, slots=True)
class Compared:
    """One setup in both runs. An observation is ``None`` where the run has none of it."""

    setup: Setup
    first: Observation | None
    second: Observation | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cell by cell, and what differs in the frames of the runs."""

    cells: tuple[Compared, ...]
    frame: tuple[tuple[str, str, str], ...]

    @property
    def differing(self) -> tuple[Compared, ...]:
        return tuple(c for c in self.cells if c.likeness is not Likeness.SAME)
