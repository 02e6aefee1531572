"""A JSON object in the other generation: a token request's body, a session, or an event.

A session means the same wherever it stands, so it is taken out of what surrounds it, migrated as
the body of a token request, and put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rtdoctor.migration.bodies import Move, Moved, migrate
from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.json_text import compact_json, parse_object
from rtdoctor.migration.object_kind import (
    REALTIME,
    TRANSCRIPTION,
    TRANSCRIPTION_UPDATE,
    UPDATE,
    Form,
    Kind,
)
from rtdoctor.migration.places import ValueShape, load

_WRAPPER, _EXPIRY = "session", "expires_after"
_FLAT = {REALTIME: Dialect.SESSIONS, TRANSCRIPTION: Dialect.TRANSCRIPTION_SESSIONS}
_WRAPPED = {REALTIME: ValueShape.REALTIME, TRANSCRIPTION: ValueShape.TRANSCRIPTION}
_EVENT_BASIS = ("EVT-TRANSCRIPTION-SESSION-UPDATE-GONE",)


@dataclass(frozen=True, slots=True)
class MigratedObject:
    """The object in the other generation, and what happened on the way.

    Places are those of the whole object. ``added`` are places that the old object left out;
    ``shape`` is what the new object asks for, ``None`` when nothing had to change.
    """

    content: dict[str, Any]
    moves: tuple[Move, ...] = ()
    added: tuple[str, ...] = ()
    shape: ValueShape | None = None


def migrate_object(content: dict[str, Any], kind: Kind, target: Generation) -> MigratedObject:
    """The object as the target generation writes it; what is right there already stays.

    A GA session that holds beta names is mended. A translation has no counterpart in the beta, so
    it loses what a realtime session has no place for.
    """
    is_there = kind.generation is target
    if is_there and (target is Generation.BETA or kind.session_type not in _FLAT):
        return MigratedObject(content)
    found = _to_ga(content, kind) if target is Generation.GA else _to_beta(content, kind)
    return MigratedObject(content) if found.content == content else found


def _to_ga(content: dict[str, Any], kind: Kind) -> MigratedObject:
    session = _session(content, kind)
    is_typed = session.get("type") == kind.session_type
    flat = {name: value for name, value in session.items() if name != "type" or not is_typed}
    around = {_EXPIRY: flat.pop(_EXPIRY)} if not kind.is_wrapped and _EXPIRY in flat else {}
    # A GA session that holds beta names is read as if it were flat: what is right already stays.
    moved = migrate(compact_json(flat), _FLAT[kind.session_type], Dialect.CLIENT_SECRETS)
    wrapped = _parsed(moved)
    if not isinstance(wrapped.get(_WRAPPER), dict):
        return MigratedObject(content)
    inside = _in_order(wrapped.pop(_WRAPPER), session)
    respelled = tuple(_respell({_WRAPPER: inside}, _WRAPPED[kind.session_type]))
    is_inside = kind.form is Form.EVENT or (kind.form is Form.MINT and kind.is_wrapped)
    moves = (
        *_framing_moves(content, kind, UPDATE, is_typed=is_typed),
        *_shown(moved.moves, kind, old=f"{_WRAPPER}." if is_inside else ""),
        *_shown(respelled, kind),
    )
    added = () if is_typed else moved.added
    return MigratedObject(
        _framed(content, kind, UPDATE, inside, {**wrapped, **around}),
        tuple(move for move in moves if move.old != move.new or move.becomes is not None),
        tuple(_bare(place, kind) for place in added),
        moved.shape or _WRAPPED[kind.session_type],
    )


def _to_beta(content: dict[str, Any], kind: Kind) -> MigratedObject:
    session, gone = _without_mcp(_session(content, kind))
    named = {} if kind.session_type not in _FLAT else {"type": kind.session_type}
    around = {_EXPIRY: content[_EXPIRY]} if kind.form is Form.MINT and _EXPIRY in content else {}
    source = Dialect.CLIENT_SECRETS if named else Dialect.TRANSLATION
    target = _FLAT.get(kind.session_type, Dialect.SESSIONS)
    body = {**around, _WRAPPER: {**named, **session}}
    moved = migrate(compact_json(body), source, target)
    event = UPDATE if kind.session_type == REALTIME else TRANSCRIPTION_UPDATE
    type_gone = Move("session.type", None, basis=("TOK-MISSING-TYPE",))
    moves = (*([type_gone] if "type" in session else []), *gone, *moved.moves)
    new = f"{_WRAPPER}." if kind.form is Form.EVENT else ""
    shown = (
        replace(m, old=_bare(m.old, kind), new=None if m.new is None else new + m.new)
        for m in moves
    )
    result = _parsed(moved)
    if kind.form is Form.EVENT:
        result = _framed(content, kind, event, result, {})
    framing = _framing_moves(content, kind, event)
    shape = moved.shape or ValueShape(target.value)
    return MigratedObject(
        result, (*framing, *(move for move in shown if move.old != move.new)), (), shape
    )


def _without_mcp(session: dict[str, Any]) -> tuple[dict[str, Any], tuple[Move, ...]]:
    """The session with those of its tools that the beta's schema lists: functions."""
    tools = session.get("tools")
    if not isinstance(tools, list):
        return session, ()
    is_mcp = [isinstance(tool, dict) and tool.get("type") == "mcp" for tool in tools]
    gone = tuple(
        Move(f"session.tools[{number}]", None, basis=("RealtimeSessionCreateRequest",))
        for number, mcp in enumerate(is_mcp)
        if mcp
    )
    kept = [tool for tool, mcp in zip(tools, is_mcp, strict=True) if not mcp]
    return ({**session, "tools": kept}, gone) if gone else (session, ())


def _session(content: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The session in an object, without what surrounds it."""
    if kind.form is Form.SESSION or not kind.is_wrapped:
        return content
    session: dict[str, Any] = content[_WRAPPER]
    return session


def _parsed(moved: Moved) -> dict[str, Any]:
    return parse_object(moved.text or "") or {}


def _framed(
    content: dict[str, Any],
    kind: Kind,
    event: str,
    session: dict[str, Any],
    around: dict[str, Any],
) -> dict[str, Any]:
    """The session in what surrounds it; only a token request has a place for an expiry."""
    if kind.form is Form.SESSION:
        return session
    if kind.form is Form.EVENT:
        return {**content, "type": event, _WRAPPER: session}
    frame = content if kind.is_wrapped else {}
    return {**frame, _WRAPPER: session, **around}


def _framing_moves(
    content: dict[str, Any], kind: Kind, event: str, *, is_typed: bool = False
) -> Iterator[Move]:
    """What changes around the session: the name of the event, a type that stood beside it."""
    if kind.form is Form.EVENT and content.get("type") != event:
        yield Move("type", "type", compact_json(event), basis=_EVENT_BASIS)
    if is_typed and not kind.is_wrapped:
        yield Move("type", "session.type", basis=("TOK-FLAT-BODY",))


def _shown(moves: tuple[Move, ...], kind: Kind, old: str = "") -> Iterator[Move]:
    """Moves to GA, with the places that the whole object has."""
    for move in moves:
        new = None if move.new is None else _bare(move.new, kind)
        if kind.form is not Form.MINT and move.new == _EXPIRY:
            new = None
        yield replace(move, old=old + (move.old if old else _bare(move.old, kind)), new=new)


def _bare(place: str, kind: Kind) -> str:
    """A place of a GA token request, where a session that stands alone has it."""
    return place.removeprefix(f"{_WRAPPER}.") if kind.form is Form.SESSION else place


def _in_order(session: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """The same session, its type first, then what kept its name in the old order."""
    order = {name: number for number, name in enumerate(like)}
    order.setdefault("type", -1)
    return dict(sorted(session.items(), key=lambda item: order.get(item[0], len(order))))


def _respell(body: dict[str, Any], shape: ValueShape) -> Iterator[Move]:
    """Mend values of a GA body that stand in the right place, but as the beta writes them."""
    table = load()
    for row in table.fields:
        place = row.place(shape)
        if row.values is None or place is None:
            continue
        holder: Any = body
        for name in place[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if not isinstance(holder, dict) or place[-1] not in holder:
            continue
        value = holder[place[-1]]
        flat = table.respelled(row, value, shape, ValueShape.SESSIONS)
        new = table.respelled(row, flat, ValueShape.SESSIONS, shape)
        # There and back through the flat spelling: a value that comes back changed was the beta's.
        if new not in (value, flat):
            holder[place[-1]] = new
            at = ".".join(place)
            yield Move(at, at, compact_json(new), basis=row.basis)
