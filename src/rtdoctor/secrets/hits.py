"""Parts of a text that must be replaced, and which of them wins where they overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtdoctor.secrets.shapes import Found


@dataclass(frozen=True, slots=True)
class Hit:
    """A part of a text to replace. Of overlapping hits the highest rank, then the longest wins."""

    start: int
    end: int
    rank: int
    alias: str | None = None
    found: Found | None = None


def merged(hits: Iterable[Hit]) -> Iterator[tuple[int, int, Hit]]:
    """Overlapping hits as one, with the best of them."""
    group: list[Hit] = []
    until = -1
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if group and hit.start >= until:
            yield group[0].start, until, _best(group)
            group = []
        group.append(hit)
        until = max(until, hit.end) if len(group) > 1 else hit.end
    if group:
        yield group[0].start, until, _best(group)


def _best(group: list[Hit]) -> Hit:
    return max(group, key=lambda h: (h.rank, h.end - h.start))
