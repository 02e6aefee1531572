"""A ``PointSet`` is a set, and a ``Space`` closes sets of levels as it says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.localise.points import NO_POINTS, PointSet, union
from rtdoctor.localise.space import Axis, Space

FACTORS = 5
SPACE = Space([Axis(f"f{i}") for i in range(FACTORS)])
masks = st.integers(0, 2**FACTORS - 1)
sets = st.frozensets(masks)

check = settings(deadline=None, derandomize=True, database=None)


@check
@given(sets, sets)
def test_it_is_a_set(a: frozenset[int], b: frozenset[int]) -> None:
    one, two = PointSet.of(a), PointSet.of(b)
    assert list(one) == sorted(a)
    assert list(one | two) == list(union([one, two])) == sorted(a | b)
    assert list(one & two) == sorted(a & b)
    assert list(one - two) == sorted(a - b)
    assert len(one) == len(a)
    assert bool(one) == bool(a)
    assert (one <= two) == (a <= b)
    assert one.meets(two) == bool(a & b)
    assert (one == two) == (a == b)
    assert all((m in one) == (m in a) for m in range(2**FACTORS))
    assert len({one, PointSet.of(a)}) == 1


@check
@given(sets, masks, masks)
def test_a_space_knows_what_is_above_below_and_between(
    points: frozenset[int], inside: int, outside: int
) -> None:
    everything = range(2**FACTORS)
    assert set(SPACE.above(inside)) == {m for m in everything if m & inside == inside}
    assert set(SPACE.cube(inside, outside)) == {
        m for m in everything if m & inside == inside and not m & outside
    }
    assert set(SPACE.below(PointSet.of(points))) == {
        m for m in everything if any(m & p == m for p in points)
    }
    assert set(SPACE.minimal(PointSet.of(points))) == {
        m for m in points if not any(m & level and m ^ level in points for level in SPACE.levels)
    }


def test_the_lowest_of_no_points_is_refused() -> None:
    with pytest.raises(ValueError, match="empty set"):
        _ = NO_POINTS.first
