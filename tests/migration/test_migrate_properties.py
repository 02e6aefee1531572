"""What holds for every body: nothing is lost silently, nothing raises, nothing changes at home."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.migration import Dialect, Moved, explain_moves, migrate
from rtdoctor.migration.places import ValueShape, load

pytestmark = pytest.mark.thorough

check = settings(max_examples=150, deadline=None, derandomize=True, database=None)
dialects = st.sampled_from(list(Dialect))

_CHARACTERS = st.characters()  # lone surrogates too: JSON text can name them
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(_CHARACTERS, max_size=5)
)
NAMES = sorted({name for f in load().fields for s in ValueShape for name in f.place(s) or ()})
names = st.sampled_from([*NAMES, "mine", "a.b", ""]) | st.text(_CHARACTERS, max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(names, values, max_size=6)
bodies = objects | objects.map(lambda session: {"session": session})


@st.composite
def sessions_in_both(draw: st.DrawFn) -> dict[str, Any]:
    """A beta realtime session of fields that have a place in GA too, spelt as the beta does."""
    body: dict[str, Any] = {}
    for field in load().fields:
        place = field.place(ValueShape.SESSIONS)
        if place is None or field.place(ValueShape.REALTIME) is None or not draw(st.booleans()):
            continue
        value = draw(scalars | st.lists(scalars, max_size=2) | st.just({"type": "server_vad"}))
        if field.values is not None:
            value = draw(st.sampled_from([s.flat for s in load().values[field.values]]))
        if field.objects_only:
            value = {"anchor": "created_at", "seconds": draw(st.integers(10, 7200))}
        node = body
        for name in place[:-1]:
            node = node.setdefault(name, {})
            if not isinstance(node, dict):
                break
        else:
            node.setdefault(place[-1], value)
    return body


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, value


@check
@given(sessions_in_both())
def test_a_round_trip_keeps_what_both_dialects_have(body: dict[str, Any]) -> None:
    there = migrate(json.dumps(body), Dialect.SESSIONS, Dialect.CLIENT_SECRETS)
    back = migrate(there.text, Dialect.CLIENT_SECRETS, Dialect.SESSIONS)

    assert there.dropped == back.dropped == ()
    expected = dict(body)
    if "modalities" in expected:  # GA has one word for both orders
        expected["modalities"] = ["audio", "text"]
    if isinstance(expected.get("turn_detection"), dict):  # GA wants the type spelt out
        expected["turn_detection"] = {"type": "server_vad", **expected["turn_detection"]}
    assert json.loads(back.text or "{}") == expected


def numbered(value: Any, counter: Iterator[int]) -> Any:
    """The same body with a value of its own at every leaf, so that none can stand for another."""
    if isinstance(value, dict):
        return {name: numbered(inner, counter) for name, inner in value.items()}
    return f"value {next(counter)}"


@check
@given(bodies, dialects, dialects)
def test_no_value_is_lost_silently(drawn: dict[str, Any], old: Dialect, new: Dialect) -> None:
    body = numbered(drawn, count())
    moved = migrate(json.dumps(body), old, new)
    kept = {value for _, value in leaves(json.loads(moved.text or "")) if value != {}}

    for path, value in leaves(body):
        above = {".".join(path[:length]) for length in range(1, len(path) + 1)}
        assert value == {} or value in kept or above & set(moved.dropped)


@check
@given(bodies.map(json.dumps) | st.text() | st.none(), dialects, dialects)
def test_nothing_raises_and_the_result_can_be_sent(
    body: str | None, old: Dialect, new: Dialect
) -> None:
    moved = migrate(body, old, new)

    for sentence in explain_moves(moved):
        assert isinstance(sentence, str)
    if moved.text is not None and moved.text != body:
        moved.text.encode("utf-8")
        assert isinstance(json.loads(moved.text), dict)


@check
@given(bodies.map(lambda body: json.dumps(body, indent=1)) | st.text() | st.none(), dialects)
def test_at_home_the_body_is_the_same_to_the_byte(body: str | None, dialect: Dialect) -> None:
    assert migrate(body, dialect, dialect) == Moved(body, ())
