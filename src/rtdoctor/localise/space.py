"""The space a diagnosis searches: every mixture of the subject and the control.

A *point* is the set of factors that are at the subject's level; all others are at the
control's. The subject is the full set, the control the empty one. Inside, a point is an ``int``
mask over the factors (one bit a factor), and a set of points an ``int`` over the masks (one bit a
point), so that "has anything passed with these levels in and those out?" is one ``&``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass

from rtdoctor.domain.outcome import Stage

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


def members(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class Space:
    """All valid points, which of them are one and the same request, and what they cost.

    ``valid`` says whether a point can be sent at all (a body belongs to its endpoint); points
    with equal ``key`` are the same request on the wire, so one answer is an answer to all.
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
        self.axes = tuple(sorted(axes, key=lambda a: (a.first_sent.order, a.cost, a.name)))
        if len({a.name for a in self.axes}) < len(self.axes):
            raise ValueError("two axes have the same name")
        if len(self.axes) > LARGEST:
            raise ValueError(f"{len(self.axes)} factors differ; at most {LARGEST} can be searched")
        if any(a.cost < 0 for a in self.axes):
            raise ValueError("the cost of a factor must not be negative")
        self._bit = {a.name: 1 << i for i, a in enumerate(self.axes)}
        self.bits = tuple(self._bit.values())
        self._sent = {
            stage: sum(self._bit[a.name] for a in self.axes if a.first_sent.order <= stage.order)
            for stage in Stage
        }
        self.subject = (1 << len(self.axes)) - 1
        self.control = 0
        masks = range(self.subject + 1)
        self._names = tuple(
            frozenset(a.name for a in self.axes if m & self._bit[a.name]) for m in masks
        )
        self.cost = tuple(
            sum(a.cost for a in self.axes if not m & self._bit[a.name]) for m in masks
        )
        self.points = sum(1 << m for m in masks if valid is None or valid(self._names[m]))
        if not (self.points & 1 and self.points >> self.subject & 1):
            raise ValueError("the subject and the control must be valid points")
        self._with = {b: self.points & sum(1 << m for m in masks if m & b) for b in self.bits}
        self._above = [self.points]
        for m in masks[1:]:
            low = m & -m
            self._above.append(self._above[m ^ low] & self._with[low])
        self.classes = self._classes(key)
        self._shared = sum(1 << m for m, same in self.classes.items() if same.bit_count() > 1)
        self._alike: dict[tuple[int, Stage], int] = {}

    def _classes(self, key: Callable[[Point], Hashable] | None) -> dict[int, int]:
        """Point to the set of points that are the same request."""
        if key is None:
            return {m: 1 << m for m in members(self.points)}
        same: defaultdict[Hashable, int] = defaultdict(int)
        keys = {m: key(self._names[m]) for m in members(self.points)}
        for m, k in keys.items():
            same[k] |= 1 << m
        return {m: same[k] for m, k in keys.items()}

    @property
    def requests(self) -> int:
        """How many different requests the space holds."""
        return len(set(self.classes.values()))

    def distinct(self, points: int) -> int:
        """How many different requests this set of points holds."""
        return len({self.classes[m] for m in members(points)})

    def point(self, mask: int) -> Point:
        return self._names[mask]

    def mask(self, point: Collection[str]) -> int:
        """The mask of a point; ``KeyError`` for a name that is no axis."""
        return sum(self._bit[name] for name in set(point))

    def above(self, mask: int) -> int:
        """The valid points that contain all these factors."""
        return self._above[mask]

    def cube(self, inside: int, outside: int = 0) -> int:
        """The valid points with these factors in, and those out."""
        points = self._above[inside]
        for bit in self.bits:
            if bit & outside:
                points &= ~self._with[bit]
        return points

    def sent_by(self, stage: Stage) -> int:
        """The factors a result at this stage can depend on."""
        return self._sent[stage]

    def alike(self, mask: int, stage: Stage) -> int:
        """The points that fail at this stage if this one does: equal in all that was sent by
        then, or the same request as one that is."""
        if (mask, stage) not in self._alike:
            sent = self.sent_by(stage)
            done, todo = 0, 1 << mask
            while todo:
                near = next(members(todo))
                same = self.cube(near & sent, sent & ~near)
                done |= same
                for other in members(same & self._shared):
                    same |= self.classes[other]
                todo = (todo | same) & ~done
            self._alike[mask, stage] = done
        return self._alike[mask, stage]

    def flips(self, mask: int, bit: int) -> Iterator[int]:
        """The valid points that differ from this one in ``bit`` and in as little else as can be.

        Without constraints that is one point; where a factor cannot move alone, the nearest
        points whose further differences are all needed.
        """
        if self.points >> (mask ^ bit) & 1:
            yield mask ^ bit
            return
        nearest: list[int] = []
        there = ~self._with[bit] if mask & bit else self._with[bit]
        for other in sorted(members(self.points & there), key=lambda m: (m ^ mask).bit_count()):
            if not any((other ^ mask) & (near ^ mask) == near ^ mask for near in nearest):
                nearest.append(other)
        yield from nearest
