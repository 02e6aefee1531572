"""The proof on the page itself: its own traffic with the parts of a repair, in every subset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.page_repair import PagePart, PageRepair

MOST_RUNS = 8
_ALL_SUBSETS_UP_TO = 3

Parts = frozenset[PagePart]
RunWith = Callable[[PageRepair, Parts], Awaitable[PageRun]]
"""Runs the page with these parts of a repair applied."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the page with some parts of the repair."""

    parts: tuple[PagePart, ...]
    run: PageRun

    @property
    def is_connected(self) -> bool:
        return self.run.is_connected


@dataclass(frozen=True, slots=True)
class PageProof:
    """What the runs of a page with the parts of a repair show.

    ``is_proved``: with all parts the page connected twice without an ``error`` event, and without
    any it failed again. ``needed`` are the parts without which, all others applied, it failed.
    ``flaky`` is set when the same parts gave both results.
    """

    parts: tuple[PagePart, ...]
    trials: tuple[Trial, ...]

    @property
    def is_proved(self) -> bool:
        whole, nothing = self.of(self.parts), self.of(())
        return (
            sum(t.is_connected for t in whole) >= 2
            and all(t.is_connected for t in whole)
            and bool(nothing)
            and not any(t.is_connected for t in nothing)
        )

    @property
    def needed(self) -> tuple[PagePart, ...]:
        """The parts that have a witness pair."""
        return tuple(part for part in self.parts if self._fails_without(part))

    @property
    def flaky(self) -> bool:
        results: dict[tuple[PagePart, ...], set[bool]] = {}
        for trial in self.trials:
            results.setdefault(trial.parts, set()).add(trial.is_connected)
        return any(len(found) > 1 for found in results.values())

    def of(self, parts: Sequence[PagePart]) -> tuple[Trial, ...]:
        """The trials with exactly these parts."""
        return tuple(t for t in self.trials if t.parts == tuple(parts))

    def _fails_without(self, part: PagePart) -> bool:
        if not self.is_proved:
            return False
        others = self.of([p for p in self.parts if p is not part])
        return bool(others) and not any(trial.is_connected for trial in others)


async def prove(repair: PageRepair, seen: Sequence[Trial], run_with: RunWith) -> PageProof:
    """Run what is missing beside the trials that were ``seen``, within ``MOST_RUNS`` further runs.

    The whole repair comes first: when it fails, nothing else is run.
    """
    trials = list(seen)
    for parts in _missing(repair.parts, seen):
        run = await run_with(repair, frozenset(parts))
        trials.append(Trial(parts, run))
        if parts == repair.parts and not run.is_connected:
            break
    return PageProof(repair.parts, tuple(trials))


def _missing(parts: tuple[PagePart, ...], seen: Sequence[Trial]) -> Iterator[tuple[PagePart, ...]]:
    """What is still to be run, the most telling first."""
    counts: dict[tuple[PagePart, ...], int] = {}
    for trial in seen:
        counts[trial.parts] = counts.get(trial.parts, 0) + 1
    wanted = [parts, parts, (), *_subsets(parts)]
    runs = 0
    for wish in wanted:
        already = counts.get(wish, 0)
        # the original has failed once before any repair was known, and has to fail once more
        if already >= (2 if wish in (parts, ()) else 1) or runs == MOST_RUNS:
            continue
        counts[wish] = already + 1
        runs += 1
        yield wish


def _subsets(parts: tuple[PagePart, ...]) -> Iterator[tuple[PagePart, ...]]:
    """All but the whole and the empty one, the larger first; of many parts only the largest."""
    sizes = range(len(parts) - 1, 0, -1)
    if len(parts) > _ALL_SUBSETS_UP_TO:
        sizes = range(len(parts) - 1, len(parts) - 2, -1)
    for size in sizes:
        yield from combinations(parts, size)
