"""What an expression comes to, as far as the text tells it, with where each part stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from rtdoctor.code.program import SourceSpan

Json: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value that stands in the text at ``at``. ``unless`` names what takes its place if it is
    set, as an environment variable does with a default."""

    value: Json
    at: SourceSpan
    unless: str = ""


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value that the text does not tell, as it is written."""

    written: str
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Composed:
    """A text of several parts, some of which may be unknown.

    ``uses`` is where each part stands in the expression; its value may stand elsewhere.
    """

    parts: tuple[Value, ...]
    at: SourceSpan
    uses: tuple[SourceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A member of a JSON object; ``at`` covers name and value."""

    name: str
    value: Value
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object. ``is_open`` when more than is known may stand in it."""

    fields: tuple[NamedValue, ...]
    at: SourceSpan
    is_open: bool = False

    def get(self, name: str) -> Value | None:
        """The value of a name, the last one where it is repeated."""
        return next((f.value for f in reversed(self.fields) if f.name == name), None)

    def find(self, name: str) -> NamedValue | None:
        """The field of a name in any case, as for headers."""
        lowered = name.lower()
        return next((f for f in reversed(self.fields) if f.name.lower() == lowered), None)


@dataclass(frozen=True, slots=True)
class Items:
    """A JSON array."""

    items: tuple[Value, ...]
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value written as JSON text: ``JSON.stringify(value)``."""

    value: Value
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class FormData:
    """A form: ``FormData``, or ``files`` of requests."""

    fields: Fields
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Sdp:
    """The text of a session description. ``trimmed`` when its last line end is taken off."""

    at: SourceSpan
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step into an answer: its name, and the text that takes it (``.value``)."""

    name: str
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A part of the answer to a request, which is named by where it is made."""

    request: SourceSpan
    steps: tuple[Step, ...]
    at: SourceSpan

    @property
    def path(self) -> str:
        return ".".join(step.name for step in self.steps)


Value: TypeAlias = (
    KnownValue | UnknownValue | Composed | Fields | Items | JsonText | FormData | Sdp | AnswerPart
)


def pieces(value: Value) -> Iterator[Value]:
    """The parts of a composed text, of parts as well."""
    if isinstance(value, Composed):
        for part in value.parts:
            yield from pieces(part)
    else:
        yield value


def text_of(value: Value | None) -> str | None:
    """The text of a value; ``None`` unless all of it is known."""
    if value is None:
        return None
    found = []
    for piece in pieces(value):
        if not isinstance(piece, KnownValue):
            return None
        found.append(as_text(piece.value))
    return "".join(found)


def as_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_LAST_NAME = re.compile(r"\w{1,60}(?=\W*$)")


def sketch(value: Value) -> str:
    """A text with ``{name}`` for each unknown part, for people."""
    return "".join(
        as_text(piece.value) if isinstance(piece, KnownValue) else "{" + _short(piece) + "}"
        for piece in pieces(value)
    )


def _short(value: Value) -> str:
    if isinstance(value, UnknownValue):
        found = _LAST_NAME.search(value.written)
        return found[0] if found else "unknown"
    if isinstance(value, AnswerPart):
        return value.path or "answer"
    return "sdp" if isinstance(value, Sdp) else "data"


MISSING = object()
"""Stands for what is not known in the data of a value."""


def data_of(value: Value) -> Any:
    """The value as JSON data, ``MISSING`` wherever it is unknown."""
    if isinstance(value, KnownValue):
        return value.value
    if isinstance(value, Composed):
        text = text_of(value)
        return MISSING if text is None else text
    if isinstance(value, JsonText):
        return data_of(value.value)
    if isinstance(value, Fields):
        return {f.name: data_of(f.value) for f in value.fields}
    if isinstance(value, Items):
        return [data_of(item) for item in value.items]
    return MISSING


def without_missing(data: Any) -> Any:
    """Data without the members and items that are unknown, and without what held only those."""
    if isinstance(data, dict):
        kept = {name: without_missing(v) for name, v in data.items() if v is not MISSING}
        return {name: v for name, v in kept.items() if v is not MISSING}
    if isinstance(data, list):
        return (
            # A list without one of its items is another list; an object without a member may still
            # be right.
            MISSING if any(item is MISSING for item in data) else [without_missing(i) for i in data]
        )
    return data


def unknown_leaves(
    value: Value, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Value]]:
    """The unknown parts of a body with their places."""
    if isinstance(value, JsonText):
        yield from unknown_leaves(value.value, path)
    elif isinstance(value, Fields):
        for field in value.fields:
            yield from unknown_leaves(field.value, (*path, field.name))
    elif isinstance(value, Items):
        for number, item in enumerate(value.items):
            yield from unknown_leaves(item, (*path, str(number)))
    elif data_of(value) is MISSING:
        yield path, value


def known_leaves(
    value: Value, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], KnownValue]]:
    """The known parts of a body with their places; of a composed text the first part."""
    if isinstance(value, JsonText):
        yield from known_leaves(value.value, path)
    elif isinstance(value, Fields):
        for field in value.fields:
            yield from known_leaves(field.value, (*path, field.name))
    elif isinstance(value, Items):
        for number, item in enumerate(value.items):
            yield from known_leaves(item, (*path, str(number)))
    elif isinstance(value, KnownValue):
        yield path, value
    # Where a text is put together, its first part is the place that is shown.
    elif isinstance(value, Composed) and text_of(value) is not None:
        yield from (
            (path, piece) for piece in list(pieces(value))[:1] if isinstance(piece, KnownValue)
        )
