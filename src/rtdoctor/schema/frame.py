"""What a body is held against: its schema, and where in it which session stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rtdoctor.migration.places import ValueShape
from rtdoctor.schema.branch import meant_schema
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.published import Schema, branches, published
from rtdoctor.schema.requests import At, RequestKind


@dataclass(frozen=True, slots=True)
class Frame:
    """The schema of a body, the place of its session (``None``: it has none), and the shape in
    which migration's table describes that session.

    What a response may say stands in a session too, so ``response`` counts as one.
    """

    kind: RequestKind
    schema: Schema
    session_at: At | None = None
    shape: ValueShape = ValueShape.REALTIME

    def fault(self, kind: FaultKind, at: At, *meant: At, basis: Iterable[str] = ()) -> Fault:
        places = tuple(dict.fromkeys(self.kind.place(m) for m in meant))
        return Fault(kind, at, self.kind.place(at), meant=places, basis=tuple(basis))

    def inside(self, at: At) -> At | None:
        """The rest of a place within the session; also for one beside it, as the beta had it."""
        if self.session_at is None:
            return None
        if at[: len(self.session_at)] == self.session_at:
            return at[len(self.session_at) :]
        # The beta had no `session` around its fields, and people who migrate leave them at the top.
        return at if len(at) == 1 else None


def frame_of(kind: RequestKind, value: Any) -> Frame | None:
    """What a body is to be held against; ``None`` for an event whose type is not known."""
    schema: Schema | None = published().requests[kind]
    if kind.is_event:
        schema = event_schemas(kind).get(event_type(value) or "")
    if schema is None:
        return None
    at = _session_at(kind, schema)
    if at is None:
        return Frame(kind, schema)
    session_schema = schema
    for name in at:
        session_schema = session_schema["properties"][str(name)]
        value = value.get(name) if isinstance(value, dict) else None
    session = meant_schema(session_schema, value)
    # By identity: `published` resolves each named schema once, so that one object stands wherever
    # it is referred to.
    named = (shape for shape, s in published().sessions.items() if s is session)
    return Frame(kind, schema, at, next(named, _usual_shape(kind)))


def event_type(value: Any) -> str | None:
    """The ``type`` of an event, where it is a text."""
    found = value.get("type") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def event_schemas(kind: RequestKind) -> dict[str, Schema]:
    """The schema of each event of a kind, by its ``type``."""
    events = branches(published().requests[kind])
    return {event["properties"]["type"]["enum"][0]: event for event in events}


def _session_at(kind: RequestKind, schema: Schema) -> At | None:
    if kind in (RequestKind.CLIENT_SECRET, RequestKind.TRANSLATION_CLIENT_SECRET):
        return ("session",)
    if kind.is_event:
        names = (name for name in ("session", "response") if name in schema["properties"])
        return next(((name,) for name in names), None)
    return None if kind is RequestKind.TOOLS else ()


def _usual_shape(kind: RequestKind) -> ValueShape:
    """The shape of what has no session schema of its own: responses, updates of translations."""
    if kind.is_beta:
        return ValueShape.SESSIONS
    is_translation = kind is RequestKind.TRANSLATION_EVENT
    return ValueShape.TRANSLATION if is_translation else ValueShape.REALTIME


def value_at(body: Any, at: At) -> Any:
    """The value at a place; ``None`` where the body does not have the place."""
    for step in at:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body
