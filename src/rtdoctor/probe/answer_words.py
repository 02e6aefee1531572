"""What an answer holds, in words that never show a value: its fields by name and JSON type.

An answer that lacks the one thing looked for often has it in another place, and the names say
where. The values may be tokens, so they stay where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_MOST_FIELDS = 8
_DEPTH = 2
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,27}[0-9]{0,2}")  # with more digits it may be a token
_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "an object"),
)


def json_type(value: Any) -> str:
    """The JSON type of a value, with its article: ``a string``."""
    return next((words for kind, words in _TYPES if isinstance(value, kind)), "null")


def fields(data: dict[str, Any]) -> str:
    """The fields of a JSON object: ``token (a string), data.expires (a number)``."""
    found = list(_fields(data, "", _DEPTH))
    more = ", …" if len(found) > _MOST_FIELDS else ""
    return (", ".join(found[:_MOST_FIELDS]) + more) or "no fields"


def names(data: Any) -> str:
    """The names at the top of a JSON object: ``value, expires_at, session``."""
    if not isinstance(data, dict):
        return json_type(data)
    found = [name if _NAME.fullmatch(name) else "…" for name in data]
    return ", ".join(found[:_MOST_FIELDS]) or "no fields"


def _fields(data: dict[str, Any], inside: str, depth: int) -> Iterator[str]:
    for name, value in data.items():
        path = inside + (name if _NAME.fullmatch(name) else "…")
        if isinstance(value, dict) and value and depth > 1:
            yield from _fields(value, f"{path}.", depth - 1)
        else:
            yield f"{path} ({json_type(value)})"


def kind_of_text(body: str, content_type: str) -> str:
    """What a body is: ``JSON with id (a string)``, ``an HTML page``, ``text of type x/y``."""
    text = body.strip()
    if not text:
        return "empty"
    if text.startswith("<"):
        return "an HTML page" if "html" in (text[:100] + content_type).lower() else "XML"
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        media_type = content_type.partition(";")[0].strip().lower()
        known = re.fullmatch(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}", media_type)
        return f"text of type {media_type}" if known else "text without a valid content type"
    return f"JSON with {fields(data)}" if isinstance(data, dict) else f"JSON, {json_type(data)}"
