"""The proof on the page itself: its own traffic with the parts of a repair, in every subset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.idle_parts import idle_parts
from rtdoctor.check.page_repair import PagePart, PageRepair

Parts = frozenset[PagePart]
RunWith = Callable[[PageRepair, Parts], Awaitable[PageRun]]
"""Runs the page with these parts of a repair applied."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the page with some parts of the repair.

    ``idle`` are the parts that this run never came to, applied or not. It stands for every subset
    that differs from its own in such parts only.
    """

    parts: tuple[PagePart, ...]
    run: PageRun
    idle: Parts = frozenset()

    @property
    def is_connected(self) -> bool:
        return self.run.is_connected

    def stands_for(self, parts: Sequence[PagePart]) -> bool:
        """Whether the page with exactly these parts would have run just so."""
        # The parts in which the two subsets differ were never come to, so the other run would have
        # been the same.
        return frozenset(self.parts) ^ frozenset(parts) <= self.idle


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
        """The trials with exactly these parts; where there is none, those that stand for them.

        A run in which the page did not start at all would stand for every subset, so it must not
        be held against one that was run.
        """
        exact = tuple(trial for trial in self.trials if trial.parts == tuple(parts))
        return exact or tuple(trial for trial in self.trials if trial.stands_for(parts))

    def _fails_without(self, part: PagePart) -> bool:
        if not self.is_proved:
            return False
        others = self.of([p for p in self.parts if p is not part])
        return bool(others) and not any(trial.is_connected for trial in others)


async def prove(
    repair: PageRepair, seen: Sequence[Trial], run_with: RunWith, *, most: int
) -> PageProof:
    """Run what is missing beside the trials that were ``seen``, within ``most`` further runs.

    The whole repair comes first: when it fails, nothing else is run. A subset for which another
    run stands is not run.
    """
    proof = PageProof(repair.parts, tuple(seen))
    for _ in range(most):
        parts = _missing(proof)
        if parts is None:
            break
        run = await run_with(repair, frozenset(parts))
        trial = Trial(parts, run, idle_parts(run, repair))
        proof = replace(proof, trials=(*proof.trials, trial))
        if parts == repair.parts and not run.is_connected:
            break
    return proof


def _missing(proof: PageProof) -> tuple[PagePart, ...] | None:
    """What is to be run next, the most telling first; ``None`` when nothing is missing.

    The original has failed before any repair was known, and has to fail once more; so has the
    whole repair to pass.
    """
    for parts in (proof.parts, ()):
        if sum(trial.parts == parts for trial in proof.trials) < 2:
            return parts
    return next((parts for parts in _subsets(proof.parts) if not proof.of(parts)), None)


def _subsets(parts: tuple[PagePart, ...]) -> Iterator[tuple[PagePart, ...]]:
    """All but the whole and the empty one, the larger first: they show which part is needed."""
    for size in range(len(parts) - 1, 0, -1):
        yield from combinations(parts, size)
