"""What a body holds, in pieces that travel as a whole, each with the place it goes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.migration.places import Field, Path, ValueShape, Vocabulary, load, vocabulary

SESSION_TYPE: Path = ("session", "type")
_KNOWN, _UNKNOWN, _ASTRAY = range(3)


@dataclass(frozen=True, slots=True)
class Piece:
    """A value of the body; ``owner`` is the known field it belongs to, or its own place."""

    at: Path
    value: Any
    owner: Path
    field: Field | None


def routed(
    content: dict[str, Any], reader: ValueShape, writer: ValueShape
) -> list[tuple[Piece, Path | None]]:
    """The pieces of a body with the place of each in the other shape, ``None`` for no place.

    Known fields come first and stray ones last, so that nothing takes the place of a field that
    stands where its dialect wants it. Otherwise the order is the user's.
    """
    known = vocabulary(reader)
    ranked = [(*_route(piece, reader, writer), piece) for piece in _pieces(content, known, writer)]
    ranked.sort(key=lambda item: item[0])
    return [
        (piece, goal)
        for _, goal, piece in ranked
        if not _says_nothing(piece, known, reader, writer)
    ]


def _pieces(
    content: dict[str, Any],
    known: Vocabulary,
    writer: ValueShape,
    path: Path = (),
    above: tuple[Path, Field] | None = None,
) -> Iterator[Piece]:
    for name, value in content.items():
        at = (*path, name)
        owner = above
        found = known.fields.get(at)
        if found is not None and (isinstance(value, dict) or not found.objects_only):
            # A known field below another one travels with it if it would come to the same place
            # that way.
            goes_along = above is not None and found.place(writer) == _below(above, at, writer)
            owner = above if goes_along else (at, found)
        if at in known.containers and isinstance(value, dict) and value:
            yield from _pieces(value, known, writer, at, owner)
        elif owner is None:
            yield Piece(at, value, at, None)
        else:
            yield Piece(at, value, *owner)


def _route(piece: Piece, reader: ValueShape, writer: ValueShape) -> tuple[int, Path | None]:
    if piece.field is None:
        return _UNKNOWN, _same_level(piece.at, reader, writer)
    goal = _below((piece.owner, piece.field), piece.at, writer)
    meant = load().meant(reader, piece.at) if goal is None else None
    if meant is None:
        return _KNOWN, goal
    owner = vocabulary(reader).owner(meant)
    return _ASTRAY, None if owner is None else _below(owner, meant, writer)


def _below(owner: tuple[Path, Field], at: Path, writer: ValueShape) -> Path | None:
    """Where something at or below a field goes when it goes with the field."""
    path, field = owner
    place = field.place(writer)
    return None if place is None else place + at[len(path) :]


def _same_level(at: Path, reader: ValueShape, writer: ValueShape) -> Path:
    """Where a field that the table does not know goes: in or out of the wrapper."""
    if reader.is_flat == writer.is_flat or at in vocabulary(writer).fields:
        return at
    if reader.is_flat:
        return ("session", *at)
    return at[1:] if at[0] == "session" else at


def _says_nothing(piece: Piece, known: Vocabulary, reader: ValueShape, writer: ValueShape) -> bool:
    """Whether the other shape says the same without this piece."""
    if piece.at == SESSION_TYPE and piece.field is not None:
        implied = piece.field.place(writer) is None
        return implied and bool(piece.value == writer.session_type)
    is_wrapper = piece.field is None and piece.at in known.containers and piece.value == {}
    return is_wrapper and reader.is_flat != writer.is_flat
