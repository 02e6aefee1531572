"""What a user's token body says, value by value, and how much of it a repair keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rtdoctor.diagnose.mixing import carried
from rtdoctor.domain.setup import Factor, Level, Setup, TokenBody

Path = tuple[str, ...]


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
    text = json.dumps(joined, ensure_ascii=False, separators=(",", ":"))
    body = TokenBody(text, repair.token_body.value.content_type)
    return repair.with_level(Factor.TOKEN_BODY, Level(text, body))


def values_lost(subject: Setup, setup: Setup) -> int:
    """How many values of the subject's token body and query ``setup`` no longer says."""
    kept_params = setup.call_query.value.params
    lost = sum(param not in kept_params for param in subject.call_query.value.params)
    ours, theirs = _carried(subject, setup), _object(setup.token_body.value.text)
    if ours is None or not setup.auth.value.kind.needs_token:
        return lost
    kept = set(_leaves(theirs or {}))
    return lost + sum(leaf not in kept for leaf in _leaves(ours))


def values_added(subject: Setup, setup: Setup) -> int:
    """How many query parameters ``setup`` sends that the subject does not."""
    ours = subject.call_query.value.params
    return sum(param not in ours for param in setup.call_query.value.params)


def _carried(subject: Setup, setup: Setup) -> dict[str, Any] | None:
    source, target = subject.token_endpoint.value.path, setup.token_endpoint.value.path
    return _object(carried(subject.token_body, source, target).value.text)


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


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        data = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
