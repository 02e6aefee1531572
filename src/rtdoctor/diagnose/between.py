"""Localising between two setups: the lattice of their mixtures, in probes of real setups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from itertools import chain, combinations

from rtdoctor.diagnose.lattice import Axis, Point, Space
from rtdoctor.diagnose.localisation import FoundCause, Localisation
from rtdoctor.diagnose.localise import localise
from rtdoctor.diagnose.memory import Answers, Ask, Memory, Questions
from rtdoctor.diagnose.terrain import COST, Terrain
from rtdoctor.domain.finding import Witness
from rtdoctor.domain.outcome import Outcome, Signature
from rtdoctor.domain.setup import Factor, Setup

BATCH = 6
Hint = Callable[[Signature], Collection[str]]


@dataclass(frozen=True, slots=True)
class Between:
    """A finished localisation and the two setups it lies between."""

    subject: Setup
    control: Setup
    found: Localisation

    def mix(self, point: Point) -> Setup:
        """The setup of a point: the control with the point's factors at the subject's level."""
        return self.control.take(self.subject, frozenset(Factor(name) for name in point))

    @property
    def factors(self) -> frozenset[Factor]:
        return frozenset(self.subject.differs_from(self.control))

    def witnesses(self, cause: FoundCause, memory: Memory) -> tuple[Witness, ...]:
        """The cause's witness pairs as probe ids."""
        return tuple(
            Witness(
                in_order(pair.factors),
                memory.probe(self.mix(pair.failing)),
                memory.probe(self.mix(pair.passing)),
                pair.repeated,
            )
            for pair in cause.witnesses
        )


def in_order(factors: Collection[str]) -> tuple[str, ...]:
    """Factor names in the order in which a client decides them."""
    return tuple(f.value for f in Factor if f.value in factors)


def localise_between(
    subject: Setup, control: Setup, memory: Memory, terrain: Terrain, hint: Hint
) -> Generator[Questions, Answers, Between]:
    """Find what of ``subject`` makes it fail where ``control`` passes."""
    differing = subject.differs_from(control)
    blank = Between(subject, control, Localisation(False, False, False))

    def valid(point: Point) -> bool:
        return len(point) in (0, len(differing)) or terrain.is_valid(blank.mix(point))

    axes = [Axis(f.value, f.first_sent, COST[f]) for f in differing]
    space = Space(axes, valid=valid, key=lambda point: blank.mix(point).as_sent())
    search = localise(
        space,
        hint=hint,
        budget=max(0, memory.budget - memory.asked),
        batch=BATCH,
        known=_known(differing, blank, memory),
    )
    try:
        asks = next(search)
        while True:
            setups = [Ask(blank.mix(a.point), a.why) for a in asks]
            outcomes = yield from memory.ask(setups)
            asks = search.send(outcomes)
    except StopIteration as end:
        return Between(subject, control, end.value)


def _known(
    differing: tuple[Factor, ...], between: Between, memory: Memory
) -> list[tuple[Point, Outcome]]:
    """Everything already observed about points of this lattice."""
    names = [f.value for f in differing]
    sizes = (combinations(names, size) for size in range(len(names) + 1))
    points = (frozenset(names) for names in chain.from_iterable(sizes))
    return [(p, outcome) for p in points for outcome in memory.outcomes(between.mix(p))]
