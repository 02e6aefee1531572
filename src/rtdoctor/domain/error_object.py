"""The error fields of decoded JSON, wherever a service, framework or gateway puts them.

Names are compared without case, ``_`` and ``-``: ``errorMessage``, ``error_message`` and
``Error-Message`` are one name. A more specific reading wins: what stands under ``error`` over what
stands beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rtdoctor.domain.error_fields import LONGEST_NAME, ErrorFields, clean, joined

_MESSAGE = (
    "title",
    "error",
    "errors",
    "fault",
    "message",
    "msg",
    "errormessage",
    "errmsg",
    "errordescription",
    "faultstring",
    "detail",
    "details",
    "description",
    "reason",
    "hint",
)
_TYPE = ("type", "errortype", "status")
_CODE = ("code", "errorcode", "errcode", "faultcode")
_PARAM = ("param", "parameter", "loc", "location", "pointer", "field", "target")
# an error inside these is the error; inside those below it adds to the error around it
_HOLDERS = ("error", "errors", "fault", "detail", "message", "msg", "errormessage", "issues")
_ADDITIONS = ("innererror", "details", "cause", "extensions", "source", "metadata", "data")
# what tells one answer from another but not what is wrong
_IDS = frozenset({"requestid", "eventid", "traceid", "correlationid", "instance", "timestamp"})
_MARKERS = frozenset({"error", "errors", "failed", "failure", "fail"})
_NOTHING = frozenset({"none", "null", "undefined", "about:blank"})

_DEEPEST, _MOST = 6, 5  # levels of nesting, members of a list
_MOST_LEAVES = 200

_ONE_WORD = re.compile(r"[\w.:-]{1,60}")


def read_error(data: Any, depth: int = 0) -> ErrorFields:
    """The error fields of JSON; all ``None`` when nothing in it is known to be an error's."""
    if depth > _DEEPEST:
        return ErrorFields()
    if isinstance(data, str):
        return _read_text(data, depth)
    if isinstance(data, list):
        return _read_list(data, depth)
    if isinstance(data, dict):
        return _read_object(data, depth)
    return ErrorFields()


def words(data: Any) -> Iterator[tuple[str, str]]:
    """Every text of JSON under its key that may say what is wrong: ids and markers do not."""
    left: list[tuple[str, Any]] = [("", data)]
    for _ in range(_MOST_LEAVES):
        if not left:
            return
        key, value = left.pop()
        if isinstance(value, dict):
            # Reversed onto the stack, so that the words come in the order of the text.
            left += [(str(k), v) for k, v in reversed(value.items())]
        elif isinstance(value, list):
            left += [(key, v) for v in reversed(value)]
        elif isinstance(value, str) and value.strip() and not _is_idle(key, value):
            yield key, clean(value)


def _is_idle(key: str, value: str) -> bool:
    name = _name(key)
    is_marker = name in ("type", "object", "status") and value.strip().lower() in _MARKERS
    return name in _IDS or is_marker


def _name(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _read_text(text: str, depth: int) -> ErrorFields:
    """Text, or the JSON error that a gateway put into it.

    Where the text begins with that JSON, the error in it stands for the whole; where words come
    first, they stay the message, and the error inside names type, code and param.
    """
    said = ErrorFields(message=clean(text))
    start = text.find("{")
    if start < 0:
        return said
    try:
        data, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return said
    inner = read_error(data, depth + 1)
    if not inner.says_something:
        return said
    return said.or_else(inner) if text[:start].strip() else inner.or_else(said)


def _read_list(data: list[Any], depth: int) -> ErrorFields:
    read = [read_error(member, depth + 1) for member in data[:_MOST]]
    found = [fields for fields in read if fields.says_something]
    if len(found) < 2:
        return found[0] if found else ErrorFields()
    # with several errors only the message can say which place each is about
    said = (joined((f.param, f.message)) for f in found)
    return ErrorFields(joined(said, "; "), found[0].type, found[0].code, found[0].param)


def _read_object(data: dict[str, Any], depth: int) -> ErrorFields:
    named = {_name(str(key)): value for key, value in data.items()}
    own = _own(named)
    inside = [read_error(named[k], depth + 1) for k in _HOLDERS if _holds(named.get(k))]
    added = [read_error(named[k], depth + 1) for k in _ADDITIONS if _holds(named.get(k))]
    fields = ErrorFields()
    # The innermost error names type and code best; what surrounds it fills the gaps.
    for reading in (*inside, own, *added):
        fields = fields.or_else(reading)
    message = joined(f.message for f in (own, *inside, *added))
    fields = ErrorFields(message, fields.type, fields.code, fields.param)
    if fields.message or fields.is_named:
        return fields
    return fields.or_else(_below(data, depth))


def _holds(value: Any) -> bool:
    """Whether fields may stand inside: an object, a list, or JSON as text."""
    return isinstance(value, dict | list) or (isinstance(value, str) and _has_json(value))


def _has_json(text: str) -> bool:
    return "{" in text


def _own(named: dict[str, Any]) -> ErrorFields:
    """What stands at this level itself. Text with JSON in it is read as a holder instead."""
    texts = {
        key: clean(named[key])
        for key in _MESSAGE
        if isinstance(named.get(key), str) and not (_has_json(named[key]) and key in _HOLDERS)
    }
    code = _scalar(named, _CODE)
    others = any(text for key, text in texts.items() if key != "error")
    if not code and others and _ONE_WORD.fullmatch(texts.get("error", "")):
        # {"error": "invalid_request", "error_description": ...}: a code beside its message
        code = texts.pop("error")
    return ErrorFields(joined(texts.values()), _scalar(named, _TYPE), code, _place(named))


def _scalar(named: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these fields that holds something; ``""`` when one is there and empty."""
    empty: str | None = None
    for name in names:
        value = named.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and name != "status":
            return str(value)[:LONGEST_NAME]
        if isinstance(value, str) and not _is_idle(name, value):
            text = clean(value, LONGEST_NAME)
            is_status = name == "status" and text.isdigit()  # the HTTP status again, as in JSON:API
            if text and not is_status and text.lower() not in _NOTHING:
                return text
            empty = "" if not text else empty
    return empty


def _place(named: dict[str, Any]) -> str | None:
    """The place in the request that the error names, as a dotted path."""
    for name in (*_PARAM, "path"):
        value = named.get(name)
        if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
            steps = "".join(f"[{v}]" if isinstance(v, int) else f".{v}" for v in value)
            if steps:
                return clean(steps.lstrip("."), LONGEST_NAME)
    found = _scalar(named, _PARAM)
    if found and found.startswith(("/", "#/")):  # a JSON pointer, as in JSON:API and RFC 9457
        return found.lstrip("#/").replace("/", ".")
    return found


def _below(data: dict[str, Any], depth: int) -> ErrorFields:
    """An error under a name that nobody foresaw, or complaints under the names of fields."""
    for key, value in list(data.items())[:_MOST]:
        if _name(str(key)) in _IDS:
            continue
        if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            said = clean("; ".join(v for v in value[:_MOST] if v.strip()))
            if said:
                return ErrorFields(f"{key}: {said}", param=clean(str(key), LONGEST_NAME))
        elif isinstance(value, dict | list):
            found = read_error(value, depth + 1)
            if found.message or found.is_named:
                return found
    return ErrorFields()
