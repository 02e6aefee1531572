"""Localising between two setups: the lattice of their mixtures, in probes of real setups."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from itertools import chain, combinations

from rtdoctor.diagnose.candidates import COST
from rtdoctor.diagnose.mixing import mixed, sendable
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.localise.next_question import Hint
from rtdoctor.localise.result import Localisation
from rtdoctor.localise.search import localise
from rtdoctor.localise.space import Axis, Point, Space

BATCH = 6


@dataclass(frozen=True, slots=True)
class Mixtures:
    """A finished localisation and the two setups it lies between."""

    subject: Setup
    control: Setup
    found: Localisation
    _mixtures: dict[Point, Setup] = field(default_factory=dict, repr=False, compare=False)

    def mix(self, point: Point) -> Setup:
        """The setup of a point: the control with the point's factors at the subject's level."""
        if point not in self._mixtures:
            factors = [Factor(name) for name in point]
            self._mixtures[point] = mixed(self.control, self.subject, factors)
        return self._mixtures[point]

    @property
    def factors(self) -> frozenset[Factor]:
        return frozenset(self.subject.differs_from(self.control))


def in_order(factors: Collection[str]) -> tuple[str, ...]:
    """Factor names in the order in which a client decides them."""
    return tuple(f.value for f in Factor if f.value in factors)


def localise_between(
    subject: Setup, control: Setup, observed: Observed, hint: Hint
) -> Generator[Questions, Answers, Mixtures]:
    """Find what of ``subject`` makes it fail where ``control`` passes."""
    differing = subject.differs_from(control)
    blank = Mixtures(subject, control, Localisation(False, False, False))

    def valid(point: Point) -> bool:
        # The two ends are the control and the subject, which were sent before.
        return len(point) in (0, len(differing)) or sendable(blank.mix(point))

    axes = [Axis(f.value, f.first_sent, COST[f]) for f in differing]
    space = Space(axes, valid=valid, key=lambda point: blank.mix(point).as_sent())
    search = localise(
        space,
        hint=hint,
        budget=observed.left,
        batch=BATCH,
        # What an earlier comparison of this run observed is known here as well.
        known=[
            (p, o) for p in _points(differing) if valid(p) for o in observed.outcomes(blank.mix(p))
        ],
    )
    try:
        asks = next(search)
        while True:
            setups = [SetupAsk(blank.mix(a.point), a.why) for a in asks]
            outcomes = yield from observed.ask(setups)
            asks = search.send(outcomes)
    except StopIteration as end:
        found: Localisation = end.value
        return Mixtures(subject, control, found)


def _points(differing: tuple[Factor, ...]) -> list[Point]:
    names = [f.value for f in differing]
    sizes = (combinations(names, size) for size in range(len(names) + 1))
    return [frozenset(names) for names in chain.from_iterable(sizes)]
