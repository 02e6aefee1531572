"""Sets of points, and how a point is written inside the search.

A *mask* is a set of levels of the subject, one bit a factor: bit ``i`` is set when factor ``i`` is
in the set. A point is written as the mask of the factors that it has at the subject's level, so
the subsets of a mask are the points nearer to the control and the supersets those nearer to the
subject. A ``PointSet`` is a set of masks, again as one ``int`` with one bit a mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Mask = int


def masks_in(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def small_first(mask: Mask) -> tuple[int, int]:
    """The key that sorts masks by how many levels of the subject they have."""
    return mask.bit_count(), mask


class PointSet:
    """An immutable set of points; iteration starts with the lowest mask.

    Whether "anything has passed with these levels in and those out" is one ``&`` of two integers
    of 2**n bits, which is why a search over 4,096 points needs no index.
    """

    __slots__ = ("bits",)

    def __init__(self, bits: int = 0) -> None:
        """``bits`` has bit ``m`` set for every mask ``m`` in the set."""
        self.bits = bits

    @classmethod
    def of(cls, points: Iterable[Mask]) -> PointSet:
        bits = 0
        for point in points:
            bits |= 1 << point
        return cls(bits)

    def __or__(self, other: PointSet) -> PointSet:
        return PointSet(self.bits | other.bits)

    def __and__(self, other: PointSet) -> PointSet:
        return PointSet(self.bits & other.bits)

    def __sub__(self, other: PointSet) -> PointSet:
        return PointSet(self.bits & ~other.bits)

    def __contains__(self, point: Mask) -> bool:
        return bool(self.bits >> point & 1)

    def __iter__(self) -> Iterator[Mask]:
        return masks_in(self.bits)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __le__(self, other: PointSet) -> bool:
        return not self.bits & ~other.bits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PointSet) and self.bits == other.bits

    def __hash__(self) -> int:
        return hash(self.bits)

    def __repr__(self) -> str:
        return f"PointSet.of({list(self)})"

    def meets(self, other: PointSet) -> bool:
        """Whether the two sets have a point in common."""
        return self.bits & other.bits != 0

    @property
    def first(self) -> Mask:
        """The lowest mask; ``ValueError`` when the set is empty."""
        if not self.bits:
            raise ValueError("an empty set has no first point")
        return (self.bits & -self.bits).bit_length() - 1

    @property
    def smallest(self) -> Mask:
        """The point with the fewest levels of the subject; ``ValueError`` when there is none."""
        return min(self, key=small_first)


NO_POINTS = PointSet()


def union(sets: Iterable[PointSet]) -> PointSet:
    bits = 0
    for points in sets:
        bits |= points.bits
    return PointSet(bits)
