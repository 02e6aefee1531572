"""Changes to a text by position."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from rtdoctor.migration.wording import MigrationStep


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from ``start`` to ``end`` become ``new``; ``steps`` say why."""

    start: int
    end: int
    new: str
    steps: tuple[MigrationStep, ...]


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits done. They must not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += text[done : edit.start], edit.new
        done = edit.end
    return "".join([*pieces, text[done:]])


class LineNumbers:
    """The numbers of the lines of a text, from 1, by position."""

    def __init__(self, text: str) -> None:
        # Found once, so that each look-up is a bisection and a long file stays linear.
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def __getitem__(self, position: int) -> int:
        return bisect_left(self._ends, position) + 1
