"""What a user's token body says, value by value, and how much of it a repair keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from rtdoctor.diagnose.mixing import carried, rewritten
from rtdoctor.domain.setup import Factor, Level, Setup, TokenBody
from rtdoctor.migration import Dialect, dialect_at, fits, migrate
from rtdoctor.migration.json_text import compact_json
from rtdoctor.places.parts import parts
from rtdoctor.places.sdp_groups import Lines
from rtdoctor.places.tree import ABSENT, differences

Path = tuple[str, ...]
_LONGEST = 40


def steps(place: str) -> list[str | int]:
    """The steps of a place: ``session.tools[0].name`` is session, tools, 0, name."""
    return [int(s) if s.isdigit() else s for s in re.findall(r"[^.\[\]]+", place)]


def get(data: Any, path: Sequence[str | int]) -> Any:
    """The value at a path into JSON; ``ABSENT`` where there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return data


def put(data: Any, path: Sequence[str | int], value: Any) -> Any:
    """A copy of ``data`` with ``value`` at ``path``; without that place when it is ``ABSENT``.

    What cannot be reached stays as it is.
    """
    step, *rest = path
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        new = [put(data[step], rest, value)] if rest else [] if value is ABSENT else [value]
        return [*data[:step], *new, *data[step + 1 :]]
    if not isinstance(data, dict) or isinstance(step, int):
        return data
    copy = dict(data)
    if rest:
        if step in copy or value is not ABSENT:
            copy[step] = put(copy.get(step, {}), rest, value)
    elif value is ABSENT:
        copy.pop(step, None)
    else:
        copy[step] = value
    return copy


def with_the_users_body(subject: Setup, repair: Setup) -> Setup | None:
    """The repair with the subject's token body, where that says nothing completed by its own.

    ``None`` when it says all of that already, or when one of the bodies is no JSON object.
    """
    theirs, ours = _object(repair.token_body.value.text), _carried(subject, repair)
    if theirs is None or ours is None or (joined := _joined(ours, theirs)) == theirs:
        return None
    return with_body(repair, joined)


def without_the_place(setup: Setup, place: str, repair: Setup) -> Setup | None:
    """The setup with this place of its token body as in ``repair``, or left out where that has
    none; ``None`` when that changes nothing."""
    body, usual = _object(setup.token_body.value.text), _object(repair.token_body.value.text)
    path = steps(place)
    if body is None or usual is None:
        return None
    changed = put(body, path, get(usual, path))
    return None if changed == body else with_body(setup, changed)


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
    return with_body(repair, joined)


def values_lost(subject: Setup, setup: Setup) -> int:
    """How much of what the subject's token body and query say is lost in ``setup``: one for a
    value that is another, two for one that is gone."""
    kept, there = setup.call_query.value.params, dict(setup.call_query.value.params)
    lost = sum(
        1 if name in there else 2
        for name, value in subject.call_query.value.params
        if (name, value) not in kept
    )
    lost += sum(_lost_in(factor, subject, setup) for factor in (Factor.BETA_HEADER, Factor.OFFER))
    ours, theirs = _said(subject, setup)
    if ours is None:
        return lost
    for path, value in _leaves(ours):
        new = get(theirs or {}, path)
        if new is ABSENT:
            # A value that is gone weighs more than one that changed: the user notices it later.
            lost += 2
        elif json.dumps(new, sort_keys=True) != value:
            lost += 1
    return lost


def _lost_in(factor: Factor, subject: Setup, setup: Setup) -> int:
    """The same for headers that have no level of their own, and for a foreign offer."""
    ours, theirs = parts(factor, subject[factor].value), parts(factor, setup[factor].value)
    own = [d for d in differences(ours, theirs) if isinstance(d.failing, tuple | Lines)]
    return sum(2 if place.passing is ABSENT else 1 for place in own)


def values_changed(subject: Setup, setup: Setup) -> list[str]:
    """What of the user's token body and query ``setup`` says otherwise or not at all, in words."""
    said = [
        f"{name}={value} in the query"
        for name, value in subject.call_query.value.params
        if (name, value) not in setup.call_query.value.params
    ]
    part = subject.call_encoding.value.session
    if part is not None and setup.call_encoding.value.session != part:
        said.append("the session part of the call")
    ours, theirs = _said(subject, setup)
    if ours is None:
        return said
    for path, value in _leaves(ours):
        new = get(theirs or {}, path)
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
    ours, theirs = _said(subject, setup)
    if ours is None or theirs is None:
        return added
    return added + sum(get(ours, path) is ABSENT for path, _ in _leaves(theirs))


def _said(subject: Setup, setup: Setup) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What the subject says of its session, and what ``setup`` says: in the token request, or in
    the call where that carries the session."""
    if setup.auth.value.kind.needs_token and subject.auth.value.kind.needs_token:
        return _carried(subject, setup), _object(setup.token_body.value.text)
    return _session(subject), _session(setup)


def _session(setup: Setup) -> dict[str, Any] | None:
    if setup.auth.value.kind.needs_token:
        own = dialect_at(setup.token_endpoint.value.path)
        text = setup.token_body.value.text
        if own is None or not fits(text, own):
            return _object(text)
        return _object(migrate(text, own, Dialect.CLIENT_SECRETS).text)
    session = _object(setup.call_encoding.value.session)
    return {} if session is None else {"session": session}


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
    if data == {}:
        return  # nothing is said
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path, json.dumps(data, sort_keys=True)


def with_body(setup: Setup, data: dict[str, Any]) -> Setup:
    """The setup with this JSON as its token body."""
    text = compact_json(data)
    body = TokenBody(text, setup.token_body.value.content_type)
    return setup.with_level(Factor.TOKEN_BODY, Level(text, body))


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        data = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
