"""What a survey shows: the levels that failing cells share, and the passing cells beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rtdoctor.domain.finding import Blamed, Pattern, Witness
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor, Setup

_STRENGTH = 3
LevelName = tuple[Factor, str]


@dataclass(frozen=True, slots=True)
class _Cell:
    probe: str
    setup: Setup
    levels: frozenset[LevelName]
    outcome: Outcome


def patterns(run: Run) -> tuple[Pattern, ...]:
    """For each error, the smallest sets of levels that always fail with it in this run.

    A pattern holds without exception among the run's cells: every cell that contains the levels
    failed with this signature. It is no cause by itself; each ``passing_neighbours`` entry is a
    witness pair, a passing cell that differs from a failing one in one factor.
    """
    cells = _cells(run.observations, run.header.goal)
    groups: dict[Signature, list[_Cell]] = {}
    for cell in cells:
        if cell.outcome.signature is not None:
            groups.setdefault(cell.outcome.signature, []).append(cell)
    found = [p for s, group in groups.items() for p in _cover(s, group, cells)]
    return tuple(sorted(found, key=lambda p: -len(p.failing)))


def _cells(observations: Iterable[Observation], goal: Stage) -> list[_Cell]:
    """The evidence, with refused mints extended to the cells they imply."""
    by_id = {o.probe: o for o in observations}
    cells = []
    for observation in by_id.values():
        source = by_id.get(observation.outcome.because_of or "", observation)
        outcome = source.outcome.judged(goal)
        if outcome.is_evidence:
            sent = observation.setup.as_sent()
            levels = frozenset((f, level.name) for f, level in sent)
            cells.append(_Cell(observation.probe, sent, levels, outcome))
    return cells


def _cover(signature: Signature, group: list[_Cell], cells: list[_Cell]) -> list[Pattern]:
    """Greedy: the set that explains most cells first, smaller sets before larger ones."""
    left, found = list(group), []
    while left:
        best = _best(signature, left, cells)
        explained = [c for c in left if best <= c.levels]
        failing = [c for c in group if best <= c.levels]
        found.append(
            Pattern(
                levels=tuple(Blamed(f.value, name) for f, name in _in_order(best)),
                signature=signature,
                failing=tuple(c.probe for c in failing),
                passing_neighbours=_witnesses(best, failing, cells),
                counter_examples=0,
            )
        )
        left = [c for c in left if c not in explained]
    return found


def _best(
    signature: Signature, left: Sequence[_Cell], cells: Sequence[_Cell]
) -> frozenset[LevelName]:
    relevant = {f for f in Factor if f.first_sent.order <= signature.stage.order}
    candidates: set[frozenset[LevelName]] = set()
    for cell in left:
        levels = [pair for pair in cell.levels if pair[0] in relevant]
        for size in range(1, _STRENGTH + 1):
            candidates.update(frozenset(c) for c in combinations(levels, size))
    sound = [
        c
        for c in candidates
        if all(x.outcome.signature == signature for x in cells if c <= x.levels)
    ]
    if not sound:
        return left[0].levels

    def merit(candidate: frozenset[LevelName]) -> tuple[int, int, int, list[str]]:
        covered = [x for x in left if candidate <= x.levels]
        proved = len(_witnesses(candidate, covered, cells))
        return len(covered), -len(candidate), proved, sorted(f"{f}={n}" for f, n in candidate)

    return max(sound, key=merit)


def _witnesses(
    blamed: frozenset[LevelName], failing: Sequence[_Cell], cells: Sequence[_Cell]
) -> tuple[Witness, ...]:
    """One witness pair for each blamed factor that has one in the run."""
    passing = [c for c in cells if c.outcome.is_pass]
    found = []
    for factor, _ in _in_order(blamed):
        pair = next(
            (
                (f, p)
                for f in failing
                for p in passing
                if f.setup.differs_from(p.setup) == (factor,)
            ),
            None,
        )
        if pair is not None:
            found.append(Witness((factor.value,), pair[0].probe, pair[1].probe))
    return tuple(found)


def _in_order(levels: Iterable[LevelName]) -> list[LevelName]:
    order = list(Factor)
    return sorted(levels, key=lambda pair: order.index(pair[0]))
