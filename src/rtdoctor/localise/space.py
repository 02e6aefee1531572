"""The space a diagnosis searches: every mixture of the subject and the control.

A *point* is the set of factors that are at the subject's level; all others are at the control's.
The subject is the full set, the control the empty one, and the points between them form a lattice
under inclusion. The search works on masks and ``PointSet``s (see ``points``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass

from rtdoctor.domain.outcome import Stage
from rtdoctor.localise.points import Mask, PointSet

Point = frozenset[str]

LARGEST = 12
"""Factors a space may have: 4,096 points, far above the eight factors of a setup."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor in which subject and control differ.

    ``first_sent`` is the earliest stage whose result can depend on it: failures before that
    stage are taken as independent of the factor, so too late a stage makes wrong diagnoses. (What
    decides whether there is a mint at all matters from the mint on.)
    ``cost`` is what it costs the user to move it to the control's level.
    """

    name: str
    first_sent: Stage = Stage.MINT
    cost: int = 1


class Space:
    """All valid points, which of them are one and the same request, and what they cost.

    ``valid`` says whether a point can be sent at all (a body belongs to its endpoint); points
    with equal ``key`` are the same request on the wire, so one answer is an answer to all.
    ``requests`` is the number of different requests; ``pairs`` are a level of the subject, a
    factor at the control's level, and the points that have both, where there are any.
    The order of ``axes`` has no influence on anything.

    Raises ``ValueError`` for duplicate names, a negative cost, an invalid subject or control,
    or more than ``LARGEST`` axes.
    """

    def __init__(
        self,
        axes: Collection[Axis],
        *,
        valid: Callable[[Point], bool] | None = None,
        key: Callable[[Point], Hashable] | None = None,
    ) -> None:
        # The search breaks ties by mask, so a fixed order of the bits makes its result
        # independent of the order in which the caller names the axes.
        self.axes = tuple(sorted(axes, key=lambda a: (a.first_sent.order, a.cost, a.name)))
        if len({a.name for a in self.axes}) < len(self.axes):
            raise ValueError("two axes have the same name")
        if len(self.axes) > LARGEST:
            raise ValueError(f"{len(self.axes)} factors differ; at most {LARGEST} can be searched")
        if any(a.cost < 0 for a in self.axes):
            raise ValueError("the cost of a factor must not be negative")
        self._level = {a.name: 1 << i for i, a in enumerate(self.axes)}
        self.levels: tuple[Mask, ...] = tuple(self._level.values())
        self._sent = {
            stage: sum(self._level[a.name] for a in self.axes if a.first_sent.order <= stage.order)
            for stage in Stage
        }
        self.subject: Mask = (1 << len(self.axes)) - 1
        self.control: Mask = 0
        masks = range(self.subject + 1)
        self._names = tuple(
            frozenset(a.name for a in self.axes if m & self._level[a.name]) for m in masks
        )
        self.cost = tuple(
            sum(a.cost for a in self.axes if not m & self._level[a.name]) for m in masks
        )
        self.points = PointSet.of(m for m in masks if valid is None or valid(self._names[m]))
        if not (self.control in self.points and self.subject in self.points):
            raise ValueError("the subject and the control must be valid points")
        self._with = {level: PointSet.of(m for m in masks if m & level) for level in self.levels}
        self._above, self._within = self._cones()
        self.classes = self._classes(key)
        self._shared = PointSet.of(m for m, same in self.classes.items() if len(same) > 1)
        self.requests = self.distinct(self.points)
        self.pairs = tuple(self._pairs())
        self._alike: dict[tuple[Mask, Stage], PointSet] = {}

    def _cones(self) -> tuple[list[PointSet], list[PointSet]]:
        """For every mask, the valid points that contain it and those that it contains."""
        above, within = [self.points], [self.points]
        for m in range(1, self.subject + 1):
            lowest = m & -m
            above.append(above[m ^ lowest] & self._with[lowest])
            within.append(within[m ^ lowest] - self._with[lowest])
        within.reverse()  # built by what is out; what may be in is the complement
        return above, within

    def _classes(self, key: Callable[[Point], Hashable] | None) -> dict[Mask, PointSet]:
        """Point to the set of points that are the same request."""
        # Without a key every point is a request of its own.
        if key is None:
            return {m: PointSet(1 << m) for m in self.points}
        same: defaultdict[Hashable, list[Mask]] = defaultdict(list)
        for m in self.points:
            same[key(self._names[m])].append(m)
        return {m: points for ms in same.values() for points in [PointSet.of(ms)] for m in ms}

    def _pairs(self) -> Iterator[tuple[Mask, Mask, PointSet]]:
        for inside in self.levels:
            for outside in self.levels:
                points = self.cube(inside, outside)
                if points:
                    yield inside, outside, points

    def distinct(self, points: PointSet) -> int:
        """How many different requests this set of points holds."""
        return len({self.classes[m].bits for m in points})

    def point(self, mask: Mask) -> Point:
        return self._names[mask]

    def mask(self, point: Collection[str]) -> Mask:
        """The mask of a point; ``KeyError`` for a name that is no axis."""
        return sum(self._level[name] for name in set(point))

    def above(self, mask: Mask) -> PointSet:
        """The valid points that contain all these levels."""
        return self._above[mask]

    def cube(self, inside: Mask, outside: Mask = 0) -> PointSet:
        """The valid points with these factors at the subject's and those at the control's level."""
        return self._above[inside] & self._within[self.subject & ~outside]

    def below(self, points: PointSet) -> PointSet:
        """Every set of levels that one of these points contains, sendable or not."""
        bits = points.bits
        # One factor after another: having left out the first, the sets may leave out the second.
        for level in self.levels:
            bits |= (bits & self._with[level].bits) >> level
        return PointSet(bits)

    def minimal(self, sets: PointSet) -> PointSet:
        """The sets of levels that are no longer in ``sets`` when any one level leaves them."""
        bits = sets.bits
        for level in self.levels:
            bits &= ~((sets.bits & ~self._with[level].bits) << level)
        return PointSet(bits)

    def sent_by(self, stage: Stage) -> Mask:
        """The factors a result at this stage can depend on."""
        return self._sent[stage]

    def alike(self, mask: Mask, stage: Stage) -> PointSet:
        """The points that fail at this stage if this one does.

        A client goes through the stages in order. When it fails at a stage, the service has seen
        only what was sent by then, so every point that agrees in that much fails as well, and so
        does every point that is the same request as one of these.
        """
        if (mask, stage) not in self._alike:
            sent = self.sent_by(stage)
            done, todo = PointSet(), self.classes[mask]
            # Either rule may bring in points to which the other one applies again.
            while todo:
                near = todo.first
                same = self.cube(near & sent, sent & ~near)
                done |= same
                for other in same & self._shared:
                    same |= self.classes[other]
                todo = (todo | same) - done
            self._alike[mask, stage] = done
        return self._alike[mask, stage]

    def flips(self, mask: Mask, level: Mask) -> Iterator[Mask]:
        """The valid points that differ from this one in ``level`` and in as little else as can be.

        Without constraints that is one point; where a factor cannot move alone, the nearest
        points whose further differences are all needed.
        """
        if mask ^ level in self.points:
            yield mask ^ level
            return
        nearest: list[Mask] = []
        there = self.points - self._with[level] if mask & level else self.points & self._with[level]
        # Nearest first: a point whose difference includes that of a nearer one comes after it.
        for other in sorted(there, key=lambda m: (m ^ mask).bit_count()):
            if not any((other ^ mask) & (near ^ mask) == near ^ mask for near in nearest):
                nearest.append(other)
        yield from nearest

    def nearest_first(self, points: PointSet) -> tuple[Point, ...]:
        """These points, the cheapest change first; one point for each different request."""
        left, found = points, []
        for mask in sorted(points, key=lambda m: (self.cost[m], m)):
            if mask in left:
                left -= self.classes[mask]
                found.append(self._names[mask])
        return tuple(found)
