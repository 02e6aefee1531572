"""What an answer of success holds that lacks what was looked for, in words that show no token.

A complaint is told: the message of an error object, the title of a page. Without one, the names and
JSON types of the fields say where a token may stand instead; their values stay where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rtdoctor.domain.error_markup import read_titles
from rtdoctor.domain.error_object import read_error
from rtdoctor.domain.outcome import normalise_message

_MOST_FIELDS = 8
_DEPTH = 2
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,27}[0-9]{0,2}")  # with more digits it may be a token
_COMPLAINTS = ("error", "errors", "fault", "message", "msg", "detail", "reason")
"""The names under which a service says what is wrong."""
_LIKE_A_TOKEN = re.compile(r"(?=\S*\d)\S{12,}|\S{20,}")
_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z_.-]*")
_LONGEST = 160
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


def held(data: dict[str, Any]) -> str:
    """``says “The free tier has no voice.”``, or else ``has id (a string), expires (a number)``."""
    said = _complaint(data)
    return f"says {said}" if said else f"has {fields(data)}"


def kind_of_text(body: str, content_type: str) -> str:
    """What a body is: ``JSON with id (a string)``, ``an HTML page that says “Sign in”``."""
    text = body.strip()
    if not text:
        return "empty"
    if text.startswith("<"):
        if "html" not in (text[:100] + content_type).lower():
            return "XML"
        said = _quoted(read_titles(text))
        return "an HTML page" + (f" that says {said}" if said else "")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        media_type = content_type.partition(";")[0].strip().lower()
        known = re.fullmatch(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}", media_type)
        return f"text of type {media_type}" if known else "text without a valid content type"
    if not isinstance(data, dict):
        return f"JSON, {json_type(data)}"
    said = _complaint(data)
    return f"JSON that says {said}" if said else f"JSON with {fields(data)}"


def _complaint(data: dict[str, Any]) -> str:
    """What JSON says is wrong; ``""`` where nothing in it stands under the name of a complaint."""
    complaint = {name: data[name] for name in _COMPLAINTS if data.get(name)}
    read = read_error(complaint) if complaint else None
    return _quoted((read.message or read.code or "") if read else "")


def _quoted(text: str) -> str:
    """A sentence, or a word of letters, in quotation marks; of a sentence, no word that may be a
    token."""
    said = normalise_message(text) or ""
    if " " in said:
        said = _LIKE_A_TOKEN.sub("…", said)
    elif not _ONE_WORD.fullmatch(said) or len(said) > 40:
        return ""
    return f"“{said if len(said) <= _LONGEST else said[: _LONGEST - 1] + '…'}”"
