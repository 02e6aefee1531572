"""Where a token stands in the answer to a mint, and what a client gets that reads it elsewhere.

A page that reads a place which is not there sends the text ``undefined`` as its token; where the
object around that place is missing as well, reading it throws, and the page sends nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

USUAL_PLACES = ("value", "client_secret.value", "client_secret")
"""Of the GA answer (fact TOK-GA-SHAPE), of the beta's, and of backends that hand the text on."""

_STEP = re.compile(r"(?P<optional>\?\.|\?)?\.?(?P<name>[^.?\[\]]+)\]?|\[")
_UNDEFINED = object()


class CannotRead(Exception):
    """Reading the place throws in JavaScript: the value before ``step`` is ``what``."""

    def __init__(self, before: str, step: str, what: str) -> None:
        super().__init__(f"cannot read {step!r} of {what}")
        self.before = before
        self.step = step
        self.what = what


def token_place(body: str) -> str | None:
    """The usual place at which an answer has a token; ``None`` when it has none there."""
    data = _json(body)
    for place in USUAL_PLACES:
        try:
            value = _value(data, place)
        except CannotRead:
            continue
        if isinstance(value, str) and value:
            return place
    return None


def read_as_page(data: Any, place: str) -> str:
    """What ``${data.PLACE}`` is in JavaScript: a token, or a text such as ``undefined``.

    ``place`` is a path such as ``client_secret.value``, ``data[0].token`` or
    ``client_secret?.value``. Raises ``CannotRead`` where JavaScript throws a ``TypeError``.
    """
    return _text(_value(data, place))


def is_stand_in(text: str) -> bool:
    """Whether a text is what JavaScript writes for something that is no text."""
    return text in ("undefined", "null", "true", "false", "[object Object]")


def _value(data: Any, place: str) -> Any:
    read = ""
    for step in _STEP.finditer(place):
        name = step["name"]
        if name is None:
            continue
        # JavaScript throws for a member of these two only; of a number or a text it gives
        # undefined.
        if data is _UNDEFINED or data is None:
            if step["optional"]:
                return _UNDEFINED
            raise CannotRead(read, name, _text(data))
        data = _member(data, name)
        read = f"{read}.{name}" if read else name
    return data


def _member(data: Any, name: str) -> Any:
    if isinstance(data, dict):
        return data.get(name, _UNDEFINED)
    if isinstance(data, list) and name.isdecimal() and len(name) < 6 and int(name) < len(data):
        return data[int(name)]
    return _UNDEFINED


def _text(value: Any) -> str:
    if value is _UNDEFINED:
        return "undefined"
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        # As `String([a, b])` does in JavaScript.
        return ",".join("" if item is None else _text(item) for item in value)
    return json.dumps(value)  # null, true, false, 1


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
