"""What a survey shows: the levels that failing cells share, and the passing cells beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import combinations
from operator import and_

from rtdoctor.diagnose.known import KnownHere
from rtdoctor.domain.finding import Blamed, Pattern, Witness
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor, Setup

_STRENGTH = 4
_ORDER = {factor: i for i, factor in enumerate(Factor)}
LevelName = tuple[Factor, str]
Levels = tuple[LevelName, ...]
CellSet = int  # bit i stands for cell i


def patterns(run: Run, known: KnownHere) -> tuple[Pattern, ...]:
    """For each error, the smallest sets of levels that always fail with it in this run.

    A pattern holds without exception: every cell that contains the levels, and was not refused at
    an earlier stage, failed with this signature. It is no cause by itself; each
    ``passing_neighbours`` entry is a witness pair, a passing cell that differs from a failing one
    in one factor.
    """
    cells = _Cells(run.observations, run.header.goal)
    found = [p for signature, group in cells.groups() for p in _cover(signature, group, cells)]
    return tuple(
        replace(p, knowledge=_explained(p, run, known))
        for p in sorted(found, key=lambda p: -len(p.failing))
    )


def _explained(pattern: Pattern, run: Run, known: KnownHere) -> tuple[str, ...]:
    names = run.probe(pattern.failing[0]).setup.as_sent().names
    return known.explain(pattern.signature, names)[:2]


class _Cells:
    """The evidence as bit sets, with refused mints extended to the cells they imply."""

    def __init__(self, observations: Iterable[Observation], goal: Stage) -> None:
        by_id = {o.probe: o for o in observations}
        self.probes: list[str] = []
        self.setups: list[Setup] = []
        self.outcomes: list[Outcome] = []
        self.having: dict[LevelName, CellSet] = {}
        self._at: dict[Setup, int] = {}
        for observation in by_id.values():
            source = by_id.get(observation.outcome.because_of or "", observation)
            outcome = source.outcome.judged(goal)
            if outcome.is_evidence:
                self._add(observation, outcome)

    def _add(self, observation: Observation, outcome: Outcome) -> None:
        index = len(self.probes)
        setup = observation.setup.as_sent()
        self.probes.append(observation.probe)
        self.setups.append(setup)
        self.outcomes.append(outcome)
        if outcome.is_pass:
            self._at.setdefault(setup, index)
        for factor, level in setup:
            name = (factor, level.name)
            self.having[name] = self.having.get(name, 0) | 1 << index

    def groups(self) -> Iterator[tuple[Signature, CellSet]]:
        """The failing cells by signature."""
        groups: dict[Signature, CellSet] = {}
        for index, outcome in enumerate(self.outcomes):
            if outcome.signature is not None:
                groups[outcome.signature] = groups.get(outcome.signature, 0) | 1 << index
        return iter(groups.items())

    def reaching(self, stage: Stage) -> CellSet:
        """The cells that were not refused before this stage."""
        reached = 0
        for index, outcome in enumerate(self.outcomes):
            if outcome.is_pass or (outcome.stage or stage).order >= stage.order:
                reached |= 1 << index
        return reached

    def containing(self, levels: Levels) -> CellSet:
        return reduce(and_, (self.having[name] for name in levels))

    def levels(self, index: int) -> list[LevelName]:
        return [(factor, level.name) for factor, level in self.setups[index]]

    def passing_beside(self, index: int, factor: Factor) -> int | None:
        """A passing cell that differs from this one in exactly this factor."""
        setup = self.setups[index]
        for level in {s[factor] for s in self.setups} - {setup[factor]}:
            found = self._at.get(setup.with_level(factor, level))
            if found is not None:
                return found
        return None


def _bits(cells: CellSet) -> Iterator[int]:
    while cells:
        low = cells & -cells
        yield low.bit_length() - 1
        cells ^= low


def _cover(signature: Signature, group: CellSet, cells: _Cells) -> Iterator[Pattern]:
    """Greedy: the set that explains most cells first, smaller sets before larger ones."""
    candidates = _candidates(signature, group, cells)
    left = group
    while left:
        best = max(candidates, key=lambda c: _merit(c, left, cells))
        failing = cells.containing(best) & group
        proof = (_witness(name, failing, cells) for name in best)
        yield Pattern(
            levels=tuple(Blamed(factor.value, name) for factor, name in best),
            signature=signature,
            failing=tuple(cells.probes[i] for i in _bits(failing)),
            passing_neighbours=tuple(w for w in proof if w is not None),
        )
        left &= ~failing


def _merit(candidate: Levels, left: CellSet, cells: _Cells) -> tuple[int, int, list[int]]:
    covered = (cells.containing(candidate) & left).bit_count()
    # of equals, the factors that a client decides last: they are the cheapest to change
    return covered, -len(candidate), [_ORDER[factor] for factor, _ in candidate]


def _candidates(signature: Signature, group: CellSet, cells: _Cells) -> list[Levels]:
    """Every small set of levels that no cell outside the group contains and got so far with.

    A failure cannot depend on what is first sent after its stage, so such factors are left out.
    """
    others = cells.reaching(signature.stage) & ~group
    sound: set[Levels] = set()
    for index in _bits(group):
        names = [
            name
            for name in cells.levels(index)
            if name[0].first_sent.order <= signature.stage.order
        ]
        for size in range(1, _STRENGTH + 1):
            sound.update(c for c in combinations(names, size) if not cells.containing(c) & others)
        sound.add(tuple(cells.levels(index)))
    return sorted(sound)


def _witness(name: LevelName, failing: CellSet, cells: _Cells) -> Witness | None:
    """A failing cell and a passing one that differ in this level's factor alone."""
    for index in _bits(failing):
        passing = cells.passing_beside(index, name[0])
        if passing is not None:
            return Witness((name[0].value,), cells.probes[index], cells.probes[passing])
    return None
