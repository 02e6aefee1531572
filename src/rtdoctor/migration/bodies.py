"""A token request body in another dialect: the same content at the places of the other endpoint.

Fields of the table move to their place there, or are dropped and named when there is none. Fields
that the table does not know are the user's own and may be what is to be tested, so they are kept
at the corresponding level: from the top of a flat body into ``session``, and back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rtdoctor.migration.dialect import Dialect, fits
from rtdoctor.migration.json_text import compact_json, parse_object
from rtdoctor.migration.pieces import Piece, routed
from rtdoctor.migration.places import Path, ValueShape, join, load, split


@dataclass(frozen=True, slots=True)
class Move:
    """A field that left its place.

    ``new`` is ``None`` when it was dropped; ``taken`` is then the place where it would have gone,
    if another field of the body stands there. ``becomes`` is the JSON text of a value that the new
    dialect spells differently. ``basis`` are the sources of the table's row, ``inferred`` for a
    field that the table does not know.
    """

    old: str
    new: str | None
    becomes: str | None = None
    taken: str | None = None
    basis: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """A migrated body, and what happened on the way.

    ``added`` are places that the new dialect requires and the old body left out. ``shape`` is what
    the new body looks like; ``None`` when the body was not migrated.
    """

    text: str | None
    moves: tuple[Move, ...]
    added: tuple[str, ...] = ()
    shape: ValueShape | None = None

    @property
    def dropped(self) -> tuple[str, ...]:
        """The old places that have no new one."""
        return tuple(move.old for move in self.moves if move.new is None)


def migrate(body: str | None, source: Dialect, target: Dialect) -> Moved:
    """The body as the target dialect writes it.

    A body that is not a JSON object, or not written in the source dialect, is returned unchanged.

    No body means what ``{}`` means. In a flat dialect the endpoint names the type of the session,
    so GA is asked for a session of this type. A client secret is granted without a body
    (TOK-GA-EMPTY-BODY), but for which session is not recorded, so nothing is asked for elsewhere.
    """
    unchanged = Moved(body, ())
    content = {} if body is None else parse_object(body)
    if source is target or content is None or not fits(body, source):
        return unchanged
    reader = _shape_of(source, content)
    moving = _Moving(reader, _shape_at(target, reader))
    try:
        moving.carry(content)
        if moving.result == content:
            return unchanged
        text = compact_json(moving.result)
    except RecursionError:  # nested deeper than any session is
        return unchanged
    return Moved(text, tuple(moving.moves), tuple(moving.added), moving.writer)


def _shape_of(dialect: Dialect, content: dict[str, Any]) -> ValueShape:
    if dialect is not Dialect.CLIENT_SECRETS:
        return ValueShape(dialect.value)
    return _client_secret_for(content.get("session", {}).get("type"))


def _shape_at(dialect: Dialect, reader: ValueShape) -> ValueShape:
    if dialect is not Dialect.CLIENT_SECRETS:
        return ValueShape(dialect.value)
    return _client_secret_for(reader.session_type)


def _client_secret_for(session_type: object) -> ValueShape:
    # A translation model is taken in a realtime session there (TOK-TRANSLATE-AT-GENERIC).
    return ValueShape.TRANSCRIPTION if session_type == "transcription" else ValueShape.REALTIME


@dataclass(slots=True)
class _Moving:
    """A body on its way from one shape to another."""

    reader: ValueShape
    writer: ValueShape
    result: dict[str, Any] = field(default_factory=dict)
    moves: dict[Move, None] = field(default_factory=dict)  # in order, each once
    added: list[str] = field(default_factory=list)

    def carry(self, content: dict[str, Any]) -> None:
        if self.reader.is_flat and not self.writer.is_flat:
            self.result["session"] = {}
        pieces = routed(content, self.reader, self.writer)
        kept = {p.at[:depth] for p, goal in pieces if goal for depth in range(len(p.at) + 1)}
        for piece, goal in pieces:
            if goal is not None:
                self.put(piece, goal)
            else:
                # a field of which a part is kept is not dropped itself
                old = piece.at if piece.owner in kept else piece.owner
                self.moves[Move(join(old), None, basis=self.basis(piece))] = None
        self.complete()

    def put(self, piece: Piece, goal: Path) -> None:
        value = piece.value
        if piece.field is not None and piece.at == piece.owner:
            # Only a whole value is spelled anew: a part of one has no spelling of its own in the
            # table.
            value = load().respelled(piece.field, value, self.reader, self.writer)
        becomes = None if value is piece.value else compact_json(value)
        new = goal[: len(goal) - len(piece.at) + len(piece.owner)]
        blocked = list(_put(self.result, goal, value))
        # An empty rest means that the value itself was blocked, not only a part of it.
        is_placed = all(rest for rest, _ in blocked)
        if is_placed and (new != piece.owner or becomes is not None):
            self.moves[Move(join(piece.owner), join(new), becomes, basis=self.basis(piece))] = None
        for rest, at in blocked:
            move = Move(join(piece.at + rest), None, taken=join(at), basis=self.basis(piece))
            self.moves[move] = None

    def basis(self, piece: Piece) -> tuple[str, ...]:
        """The sources for what becomes of a piece."""
        if piece.field is None:
            return ("inferred",)
        if piece.field.place(self.writer) is None:
            astray = (a for a in load().astray if a.shape is self.reader)
            return next((a.basis for a in astray if split(a.at) == piece.at), piece.field.basis)
        return piece.field.basis

    def complete(self) -> None:
        """Add what the new shape requires where the object that should hold it is there."""
        for required in load().required:
            *above, name = split(required.at)
            holder: Any = self.result
            for key in above:
                holder = holder.get(key) if isinstance(holder, dict) else None
            if self.writer in required.shapes and isinstance(holder, dict) and name not in holder:
                rest = dict(holder)
                # The required field comes first, as people write it; the object stays the same one,
                # since it is inside the result.
                holder.clear()
                holder.update({name: required.value, **rest})
                self.added.append(required.at)


def _put(node: dict[str, Any], goal: Path, value: Any) -> Iterator[tuple[Path, Path]]:
    """Set the value at its place, beside what is there already.

    Yield each part of the value whose place is taken, with that place.
    """
    for depth, name in enumerate(goal[:-1], start=1):
        inner = node.setdefault(name, {})
        if not isinstance(inner, dict):
            yield (), goal[:depth]
            return
        node = inner
    if goal[-1] not in node:
        node[goal[-1]] = value
        return
    there = node[goal[-1]]
    if not isinstance(there, dict) or not isinstance(value, dict):
        yield (), goal
        return
    for key, inner in value.items():
        for rest, at in _put(there, (key,), inner):
            yield (key, *rest), (*goal, *at)
