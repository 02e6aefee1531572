"""The ephemeral token in the answer of a token endpoint or of somebody's own token route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.secrets.names import Name, judge
from rtdoctor.subjects.server_action import returned_by

_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 8
_TOKEN = re.compile(r"(?:ek_|ek_…)[\w.#?-]*")
_USUAL = ("value", "client_secret.value", "client_secret")


@dataclass(frozen=True, slots=True)
class TokenFound:
    """A token with its place in the JSON answer; the place is empty for bare text."""

    place: str
    value: str
    expires_at: int | None = None


def tokens_in(body: str) -> tuple[TokenFound, ...]:
    """Every text of an answer that may be a token, the likeliest first.

    A value that looks like one (``ek_``) comes before one in a usual place (facts TOK-GA-SHAPE,
    TOK-BETA-404), and that before one whose name alone says so. In the answer to a server action
    it is part of what the function returned.
    """
    text = body.strip()
    if not text or len(text) > _MAX_CHARACTERS:
        return ()
    if _TOKEN.fullmatch(text):
        return (TokenFound("", text),)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = returned_by(text)
    found = list(_candidates(data, (), 0))
    return tuple(sorted(found, key=_rank))


def why_likely(found: TokenFound) -> str:
    """What speaks for a text being the token, in words."""
    if _TOKEN.match(found.value):
        return "it begins with ek_"
    return "a token usually stands there" if found.place in _USUAL else "its name says so"


def _rank(found: TokenFound) -> tuple[bool, int]:
    usual = _USUAL.index(found.place) if found.place in _USUAL else len(_USUAL)
    # `ek_` says more than any name: the service begins its tokens so.
    return not _TOKEN.match(found.value), usual


def _candidates(data: Any, path: tuple[str, ...], depth: int) -> Iterator[TokenFound]:
    if isinstance(data, str):
        if _may_be_token(path, data):
            yield TokenFound(".".join(path), data)
    elif isinstance(data, dict) and depth < _MAX_DEPTH:
        for name, value in data.items():
            for found in _candidates(value, (*path, name), depth + 1):
                # An expiry belongs to the token beside which it stands.
                direct = isinstance(value, str)
                expiry = _expiry(data) if direct else found.expires_at
                yield TokenFound(found.place, found.value, expiry)


def _may_be_token(path: tuple[str, ...], text: str) -> bool:
    if not 6 <= len(text) <= 8192 or any(c.isspace() for c in text):
        return False
    if _TOKEN.match(text):
        return True
    name = ".".join(path)
    return name in _USUAL or judge(path[-1] if path else "") is Name.SECRET


def _expiry(data: dict[str, Any]) -> int | None:
    value = data.get("expires_at", data.get("expiresAt"))
    return value if isinstance(value, int) and not isinstance(value, bool) else None
