"""A pretend service for the localiser: ordered rules over mixtures, and a driver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.localise.result import Localisation
from rtdoctor.localise.search import Ask, localise
from rtdoctor.localise.space import Axis, Point, Space

PASSED = Outcome.passed(Stage.SESSION)


@dataclass(frozen=True)
class PlantedRule:
    """Mixtures with all of ``inside`` and none of ``outside`` fail so."""

    inside: Point
    signature: Signature
    outside: Point = frozenset()

    def matches(self, point: Point) -> bool:
        return self.inside <= point and not self.outside & point


@dataclass(frozen=True)
class PlantedService:
    """Fails at the earliest stage at which a rule matches, with the first such rule."""

    axes: tuple[Axis, ...]
    rules: tuple[PlantedRule, ...]

    @property
    def names(self) -> Point:
        return frozenset(a.name for a in self.axes)

    @property
    def space(self) -> Space:
        return Space(self.axes)

    def __call__(self, point: Point) -> Outcome:
        for rule in sorted(self.rules, key=lambda r: r.signature.stage.order):
            if rule.matches(point):
                return Outcome.failed(rule.signature)
        return PASSED

    def points(self) -> list[Point]:
        names = sorted(self.names)
        return [frozenset(c) for n in range(len(names) + 1) for c in combinations(names, n)]

    def always_fails(self, levels: Point) -> bool:
        return all(self(p).is_fail for p in self.points() if levels <= p)

    def minimal_failing_sets(self) -> set[Point]:
        failing = {p for p in self.points() if self.always_fails(p)}
        return {p for p in failing if not any(q < p for q in failing)}


@dataclass
class Transcript:
    """What was asked and answered, in order, and what came out of it."""

    result: Localisation
    asked: list[tuple[Ask, Outcome | None]] = field(default_factory=list)
    rounds: int = 0

    @property
    def by_point(self) -> dict[Point, list[Outcome]]:
        table: defaultdict[Point, list[Outcome]] = defaultdict(list)
        for ask, outcome in self.asked:
            if outcome is not None and outcome.is_evidence:
                table[ask.point].append(outcome)
        return table

    @property
    def passes(self) -> set[Point]:
        return {a.point for a, o in self.asked if o is not None and o.is_pass}


def drive(space: Space, probe: Callable[[Point], Outcome | None], **options: Any) -> Transcript:
    """Run a search to its end."""
    search = localise(space, **options)
    asked: list[tuple[Ask, Outcome | None]] = []
    rounds = 0
    try:
        asks = next(search)
        while True:
            rounds += 1
            answers = [probe(ask.point) for ask in asks]
            asked += zip(asks, answers, strict=True)
            asks = search.send(answers)
    except StopIteration as stop:
        return Transcript(stop.value, asked, rounds)


def found(result: Localisation) -> set[Point]:
    return {cause.factors for cause in result.causes}


def axes(text: str, **stages: Stage) -> tuple[Axis, ...]:
    """``axes("a b c", c=Stage.EXCHANGE)``: all at the mint but those named."""
    return tuple(Axis(name, stages.get(name, Stage.MINT)) for name in text.split())


def fails(
    inside: str, code: str = "", *, unless: str = "", at: Stage = Stage.EXCHANGE
) -> PlantedRule:
    """``fails("a b")``: an empty error whenever a and b are at the subject's level."""
    said = Signature(at, 400, "invalid_request_error", code) if code else EMPTY[at]
    return PlantedRule(frozenset(inside.split()), said, frozenset(unless.split()))


EMPTY = {stage: Signature(stage, 400, "", "", "", "") for stage in Stage}
