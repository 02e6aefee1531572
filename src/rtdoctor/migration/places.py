"""places.yaml as values: where each field stands in every shape of a token request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from rtdoctor.packaged_yaml import read_packaged

WHERE = "migration/places.yaml"

Path = tuple[str, ...]
"""The names on the way from the top of a body to a value."""


class ValueShape(StrEnum):
    """What a token request can look like: the four dialects, with GA's two session types apart."""

    SESSIONS = "sessions"
    TRANSCRIPTION_SESSIONS = "transcription_sessions"
    REALTIME = "realtime"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"

    @property
    def is_flat(self) -> bool:
        """Whether the session's fields stand at the top and not inside ``session``."""
        return self in (ValueShape.SESSIONS, ValueShape.TRANSCRIPTION_SESSIONS)

    @property
    def session_type(self) -> str:
        """The type of the session that a request of this shape asks for."""
        return _SESSION_TYPES.get(self, self.value)


_SESSION_TYPES = {
    ValueShape.SESSIONS: "realtime",
    ValueShape.TRANSCRIPTION_SESSIONS: "transcription",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its place in each shape; ``None`` where the shape has no place for it."""

    basis: tuple[str, ...]
    sessions: str | None = None
    transcription_sessions: str | None = None
    realtime: str | None = None
    transcription: str | None = None
    translation: str | None = None
    values: str | None = None
    objects_only: bool = False

    def place(self, shape: ValueShape) -> Path | None:
        place: str | None = getattr(self, shape.value)
        return None if place is None else split(place)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One value as the beta and as GA write it."""

    flat: Any
    wrapped: Any
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Required:
    """A value that these shapes want to see where another shape leaves it out."""

    shapes: tuple[ValueShape, ...]
    at: str
    value: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Astray:
    """A place that a shape refuses, and the place of the same shape that people mean by it."""

    shape: ValueShape
    at: str
    means: str
    basis: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """The whole table."""

    fields: tuple[Field, ...]
    values: dict[str, tuple[Spelling, ...]]
    required: tuple[Required, ...]
    astray: tuple[Astray, ...]

    def respelled(self, field: Field, value: Any, reader: ValueShape, writer: ValueShape) -> Any:
        """The value as the writer spells it; the same value when no row of the table fits."""
        if field.values is None or reader.is_flat == writer.is_flat:
            return value
        for spelling in self.values[field.values]:
            old, new = spelling.flat, spelling.wrapped
            if writer.is_flat:
                old, new = new, old
            if value == old:
                return deepcopy(new)  # what is added beside it later is not the table's
        return value

    def meant(self, shape: ValueShape, at: Path) -> Path | None:
        """The place that people mean who write a field where this shape refuses it."""
        found = (a for a in self.astray if a.shape is shape and split(a.at) == at)
        return next((split(a.means) for a in found), None)


@dataclass(frozen=True)
class Vocabulary:
    """The places that are known when a body of one shape is read.

    A place of a related shape is known as well: a voice in a transcription request is still a
    voice, though in the wrong request.
    """

    fields: Mapping[Path, Field]
    containers: frozenset[Path]

    def owner(self, at: Path) -> tuple[Path, Field] | None:
        """The innermost known field at or above a place."""
        above = (at[:length] for length in range(len(at), 0, -1))
        return next(((path, self.fields[path]) for path in above if path in self.fields), None)


@lru_cache(maxsize=1)
def load() -> Places:
    """The packaged table, read once. Raises ``ConfigError`` when the file is wrong."""
    return read_packaged(WHERE, Places)


@lru_cache(maxsize=len(ValueShape))
def vocabulary(shape: ValueShape) -> Vocabulary:
    """What is known of the bodies of a shape."""
    # The shape's own fields come first, and setdefault keeps them before those of a related shape.
    related = sorted(
        (s for s in ValueShape if s.is_flat == shape.is_flat), key=lambda s: s is not shape
    )
    fields: dict[Path, Field] = {}
    for reader in related:
        for field in load().fields:
            place = field.place(reader)
            if place is not None:
                fields.setdefault(place, field)
    containers = {place[:length] for place in fields for length in range(1, len(place))}
    return Vocabulary(fields, frozenset(containers))


@lru_cache(maxsize=1)
def flat_names() -> frozenset[str]:
    """Names at the top of a body which tell that the session is not wrapped."""
    flat = {path[0] for path in vocabulary(ValueShape.SESSIONS).fields}
    inside = {path[1] for path in vocabulary(ValueShape.REALTIME).fields if path[0] == "session"}
    return frozenset(flat | inside)


def split(place: str) -> Path:
    return tuple(place.split("."))


def join(path: Iterable[str]) -> str:
    return ".".join(path)
