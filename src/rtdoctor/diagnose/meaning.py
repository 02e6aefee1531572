"""What a user's token body says, value by value, and how much of it a repair keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rtdoctor.diagnose.mixing import carried, rewritten
from rtdoctor.domain.setup import Factor, Level, Setup, TokenBody

Path = tuple[str, ...]
ABSENT: Any = object()
_LONGEST = 40


def get(data: Any, path: list[str]) -> Any:
    """The value at a path into JSON; ``ABSENT`` where there is none."""
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return ABSENT
        data = data[name]
    return data


def put(data: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A copy of ``data`` with ``value`` at ``path``; without that place when it is ``ABSENT``."""
    name, *rest = path
    copy = dict(data)
    if rest:
        inner = copy.get(name, {})
        if isinstance(inner, dict):
            copy[name] = put(inner, rest, value)
    elif value is ABSENT:
        copy.pop(name, None)
    else:
        copy[name] = value
    return copy


def with_the_users_body(subject: Setup, repair: Setup) -> Setup | None:
    """The repair with the subject's token body, where that says nothing completed by its own.

    ``None`` when it says all of that already, or when one of the bodies is no JSON object.
    """
    theirs, ours = _object(repair.token_body.value.text), _carried(subject, repair)
    if theirs is None or ours is None or (joined := _joined(ours, theirs)) == theirs:
        return None
    return _with_body(repair, joined)


def without_the_place(setup: Setup, place: str, repair: Setup) -> Setup | None:
    """The setup with this place of its token body as in ``repair``, or left out where that has
    none; ``None`` when that changes nothing."""
    body, usual = _object(setup.token_body.value.text), _object(repair.token_body.value.text)
    path = place.split(".")
    if body is None or usual is None:
        return None
    changed = put(body, path, get(usual, path))
    return None if changed == body else _with_body(setup, changed)


def with_the_users_values(subject: Setup, repair: Setup) -> Setup | None:
    """The repair with every value of the subject's body that it has no value for.

    ``None`` when it says all of that already, or when one of the bodies is no JSON object.
    """
    theirs, ours = _object(repair.token_body.value.text), _carried(subject, repair)
    if theirs is None or ours is None:
        return None
    joined = _joined(theirs, ours)
    if joined == theirs:
        return None
    return _with_body(repair, joined)


def values_lost(subject: Setup, setup: Setup) -> int:
    """How much of what the subject's token body and query say is lost in ``setup``: one for a
    value that is another, two for one that is gone."""
    kept, there = setup.call_query.value.params, dict(setup.call_query.value.params)
    lost = sum(
        1 if name in there else 2
        for name, value in subject.call_query.value.params
        if (name, value) not in kept
    )
    ours, theirs = _carried(subject, setup), _object(setup.token_body.value.text)
    if ours is None or not setup.auth.value.kind.needs_token:
        return lost
    for path, value in _leaves(ours):
        new = get(theirs or {}, list(path))
        if new is ABSENT:
            lost += 2
        elif json.dumps(new, sort_keys=True) != value:
            lost += 1
    return lost


def values_changed(subject: Setup, setup: Setup) -> list[str]:
    """What of the user's token body and query ``setup`` says otherwise or not at all, in words."""
    said = [
        f"{name}={value} in the query"
        for name, value in subject.call_query.value.params
        if (name, value) not in setup.call_query.value.params
    ]
    ours, theirs = _carried(subject, setup), _object(setup.token_body.value.text)
    if ours is None or not setup.auth.value.kind.needs_token:
        return said
    for path, value in _leaves(ours):
        new = get(theirs or {}, list(path))
        if new is ABSENT:
            said.append(f"{'.'.join(path)} ({_cut(value)})")
        elif json.dumps(new, sort_keys=True) != value:
            said.append(f"{'.'.join(path)} ({_cut(value)} becomes {_cut(json.dumps(new))})")
    return said


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def values_added(subject: Setup, setup: Setup) -> int:
    """How many values ``setup`` sends in places of token body and query where the subject has
    none."""
    names = dict(subject.call_query.value.params)
    added = sum(name not in names for name, _ in setup.call_query.value.params)
    ours, theirs = _carried(subject, setup), _object(setup.token_body.value.text)
    if ours is None or theirs is None or not setup.auth.value.kind.needs_token:
        return added
    return added + sum(get(ours, list(path)) is ABSENT for path, _ in _leaves(theirs))


def _carried(subject: Setup, setup: Setup) -> dict[str, Any] | None:
    source, target = subject.token_endpoint.value.path, setup.token_endpoint.value.path
    return _object(rewritten(carried(subject.token_body, source, target).value.text, target))


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Both objects in one; where both have a value, that of ``first`` stays."""
    joined = dict(first)
    for key, value in second.items():
        if key not in joined:
            joined[key] = value
        elif isinstance(joined[key], dict) and isinstance(value, dict):
            joined[key] = _joined(joined[key], value)
    return joined


def _leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path, json.dumps(data, sort_keys=True)


def _with_body(setup: Setup, data: dict[str, Any]) -> Setup:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    body = TokenBody(text, setup.token_body.value.content_type)
    return setup.with_level(Factor.TOKEN_BODY, Level(text, body))


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        data = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
