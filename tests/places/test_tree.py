"""Trees are taken apart and put together again without loss."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.places.tree import ABSENT, differences, mixture

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(JSON, JSON)
def test_all_places_make_the_failing_tree_and_none_the_passing_one(one: Any, other: Any) -> None:
    paths = [place.path for place in differences(one, other)]

    assert same(mixture(one, other, paths), one)
    assert same(mixture(one, other, []), other)


@given(JSON, JSON, st.data())
def test_a_mixture_differs_from_the_passing_tree_in_what_was_chosen(
    one: Any, other: Any, data: st.DataObject
) -> None:
    paths = [place.path for place in differences(one, other)]
    # an item that is left out of a list moves those behind it
    paths = [path for path in paths if not any(isinstance(step, int) for step in path)]
    chosen = data.draw(st.sets(st.sampled_from(paths))) if paths else set()

    mixed = mixture(one, other, chosen)

    assert {place.path for place in differences(mixed, other)} == chosen


@given(JSON)
def test_a_tree_does_not_differ_from_itself(tree: Any) -> None:
    assert differences(tree, json.loads(json.dumps(tree))) == []


def test_one_and_true_are_not_the_same() -> None:
    assert [place.path for place in differences({"a": 1, "b": 0}, {"a": True, "b": False})] == [
        ("a",),
        ("b",),
    ]


def test_an_object_that_only_one_side_has_is_known_for_each_of_its_places() -> None:
    found = differences({"session": {"audio": {"voice": "x", "speed": 1}}}, {"session": {}})

    assert [place.path for place in found] == [
        ("session", "audio", "voice"),
        ("session", "audio", "speed"),
    ]
    assert all(place.objects == (("session", "audio"),) for place in found)
    assert all(place.passing is ABSENT for place in found)
