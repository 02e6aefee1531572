"""A request body or client event, read against the published schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain, islice
from typing import Any

from rtdoctor.migration.json_text import compact_json
from rtdoctor.migration.places import ValueShape, load
from rtdoctor.schema.body_text import UnreadableError, check_size, parse
from rtdoctor.schema.checking import Complaint, complaints, expectation
from rtdoctor.schema.faults import BodyReading, Fault, FaultKind
from rtdoctor.schema.frame import Frame, event_schemas, event_type, frame_of, value_at
from rtdoctor.schema.refusals import judge_refusals
from rtdoctor.schema.requests import At, RequestKind
from rtdoctor.schema.unknown_names import judge_name

MOST_FAULTS = 100
"""Faults that are listed of one body; more help nobody."""

_FLAT_OF = {
    ValueShape.REALTIME: ValueShape.SESSIONS,
    ValueShape.TRANSCRIPTION: ValueShape.TRANSCRIPTION_SESSIONS,
}


def read_text(kind: RequestKind, text: str | None, *, service: str | None = None) -> BodyReading:
    """Read the JSON text of a body or an event.

    ``service`` names another service than OpenAI, for what is known that it refuses.

    No body is right for every request but an event: a token is granted without one
    (TOK-GA-EMPTY-BODY), and the session of a call may come with its token. Text that is not JSON
    or too large to be judged has the one fault ``UNREADABLE``, whose ``expected`` says why. Never
    raises.
    """
    if not text and not kind.is_event:
        return BodyReading(kind, ())
    try:
        value, repeated = parse(text or "")
    except UnreadableError as error:
        return _unreadable(kind, error)
    twice = (Fault(FaultKind.REPEATED_NAME, at, kind.place(at)) for at in repeated)
    return _reading(kind, chain(twice, _faults(kind, value, service)))


def read_value(kind: RequestKind, value: Any, *, service: str | None = None) -> BodyReading:
    """Read a body that is a value already: what ``json.loads`` makes of its text. Never raises."""
    try:
        check_size(value)
    except UnreadableError as error:
        return _unreadable(kind, error)
    return _reading(kind, _faults(kind, value, service))


def _unreadable(kind: RequestKind, error: UnreadableError) -> BodyReading:
    return BodyReading(kind, (Fault(FaultKind.UNREADABLE, (), kind.place(()), (str(error),)),))


def _reading(kind: RequestKind, faults: Iterable[Fault]) -> BodyReading:
    # One more than is shown, to know whether there are more. Faults come lazily, so a hostile body
    # costs no more than these.
    listed = list(islice(_once_a_place(faults), MOST_FAULTS + 1))
    kept = tuple(fault for fault in listed[:MOST_FAULTS] if not _is_implied(fault, listed))
    return BodyReading(kind, kept, len(listed) > MOST_FAULTS)


def _once_a_place(faults: Iterable[Fault]) -> Iterator[Fault]:
    seen: set[At] = set()
    for fault in faults:
        # Parents come first, and the first fault of a place says most: what follows is of the same
        # cause.
        if fault.at not in seen:
            seen.add(fault.at)
            yield fault


def _is_implied(fault: Fault, faults: Iterable[Fault]) -> bool:
    """Whether something is missing here only because it stands at a wrong place."""
    if fault.kind is not FaultKind.MISSING:
        return False
    places = (place for other in faults for place in other.meant)
    return any(place == fault.place or place.startswith(fault.place + "/") for place in places)


def _faults(kind: RequestKind, value: Any, service: str | None) -> Iterator[Fault]:
    frame = frame_of(kind, value)
    if frame is None:
        yield _event_fault(kind, value)
        return
    for complaint in complaints(frame.schema, value):
        yield _judge(frame, complaint, value)
    yield from judge_refusals(frame, value, service)


def _event_fault(kind: RequestKind, value: Any) -> Fault:
    """What is wrong with an event whose type is not known."""
    if not isinstance(value, dict):
        return Fault(FaultKind.WRONG_TYPE, (), kind.place(()), ("an object",))
    at = ("type",)
    known = event_schemas(kind)
    allowed = tuple(json.dumps(name) for name in known)
    if "type" not in value:
        # A known event name under another key: `event: session.update` is common.
        others = [name for name, text in value.items() if isinstance(text, str) and text in known]
        if others:
            other, meant = (others[0],), (kind.place(at),)
            return Fault(FaultKind.UNKNOWN_NAME, other, kind.place(other), meant=meant)
        return Fault(FaultKind.MISSING, at, kind.place(at), allowed)
    name = event_type(value)
    if name is None:
        fault = FaultKind.NULL if value["type"] is None else FaultKind.WRONG_TYPE
        return Fault(fault, at, kind.place(at), allowed)
    if not kind.is_beta and name in event_schemas(RequestKind.BETA_EVENT):
        basis = ("EVT-TRANSCRIPTION-SESSION-UPDATE-GONE",)
        update = json.dumps("session.update")
        return Fault(FaultKind.BETA_NAME, at, kind.place(at), allowed, (), update, basis)
    # The comparison is quadratic, and a name of the document is never longer.
    near = get_close_matches(name[:64], known, n=1)
    instead = json.dumps(near[0]) if near else None
    return Fault(FaultKind.WRONG_VALUE, at, kind.place(at), allowed, instead=instead)


def _judge(frame: Frame, complaint: Complaint, body: Any) -> Fault:
    at, schema = complaint.at, complaint.schema
    match complaint.keyword:
        case "additionalProperties":
            return judge_name(frame, at, value_at(body, at), complaint)
        case "required":
            fault = frame.fault(FaultKind.MISSING, at, basis=complaint.basis)
            needed = expectation(schema["properties"].get(at[-1], {}), "type")
            return replace(fault, expected=complaint.expected or needed)
        case "type":
            is_null = value_at(body, at) is None
            fault = frame.fault(FaultKind.NULL if is_null else FaultKind.WRONG_TYPE, at)
            basis = ("TOK-NULL-FIELD",) if is_null else complaint.basis
        case _:
            fault = frame.fault(FaultKind.WRONG_VALUE, at)
            fault = replace(fault, limit=complaint.limit)
            basis = complaint.basis
    instead = _respelled(frame, at, value_at(body, at))
    return replace(fault, expected=complaint.expected, instead=instead, basis=basis)


def _respelled(frame: Frame, at: At, value: Any) -> str | None:
    """The JSON text of a beta's value in the spelling of GA, by migration's table."""
    flat = _FLAT_OF.get(frame.shape)
    inside = frame.inside(at)
    if flat is None or inside is None:
        return None
    for field in load().fields:
        if field.place(frame.shape) == ("session", *inside):
            spelled = load().respelled(field, value, flat, frame.shape)
            return None if spelled is value else compact_json(spelled)
    return None
