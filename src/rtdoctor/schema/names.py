"""What a name means that its object does not have: where it comes from and where it is right."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from rtdoctor.migration.places import Field, ValueShape, load, split
from rtdoctor.schema.checking import Complaint
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame
from rtdoctor.schema.published import names_at, places_named, published
from rtdoctor.schema.requests import At

_FEW = 2  # more places of the same name tell nothing
_LONGEST = 64  # characters of a name that is compared with others
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def judge_name(frame: Frame, at: At, value: Any, complaint: Complaint) -> Fault:
    """The fault of a name that its object may not have."""
    known = frozenset(complaint.schema["properties"])
    return (
        _chat_completions(frame, at, value, known)
        or _answer_field(frame, at)
        or _other_session_type(frame, at)
        or _other_dialect(frame, at)
        or _other_type(frame, at, complaint)
        or _wrapped(frame, at, value, known)
        or _elsewhere(frame, at)
        or _closest(frame, at, known)
    )


def _chat_completions(frame: Frame, at: At, value: Any, known: frozenset[str]) -> Fault | None:
    """Chat Completions wraps a function: ``{"type": "function", "function": {"name": ...}}``."""
    if at[-1] != "function" or not isinstance(value, dict) or "name" not in known:
        return None
    inner = ((*at[:-1], name) for name in value if name in known)
    return frame.fault(FaultKind.CHAT_COMPLETIONS, at, *inner, basis=("EVT-UNKNOWN-TOOL-KEY",))


def _answer_field(frame: Frame, at: At) -> Fault | None:
    if at[:-1] != frame.session_at or at[-1] not in published().answers:
        return None
    return frame.fault(FaultKind.ANSWER_FIELD, at, basis=("EVT-ECHOED-SESSION",))


def _other_session_type(frame: Frame, at: At) -> Fault | None:
    inside = frame.inside(at)
    if not inside or frame.session_at != at[: -len(inside)]:
        return None
    having = {
        s
        for s, schema in published().sessions.items()
        if inside[-1] in names_at(inside[:-1], schema)
    }
    if frame.shape in having or not any(s.is_flat == frame.shape.is_flat for s in having):
        return None
    top = () if frame.shape.is_flat else ("session",)
    astray = [a for a in load().astray if a.shape is frame.shape and split(a.at) == top + inside]
    meant = (_absolute(frame, split(a.means)) for a in astray)
    basis = (fact for a in astray for fact in a.basis if fact.isupper())
    return frame.fault(FaultKind.OTHER_SESSION_TYPE, at, *meant, basis=basis)


def _other_dialect(frame: Frame, at: At) -> Fault | None:
    """A name that migration's table has in the other dialect, and where it goes from there."""
    inside = frame.inside(at)
    if not inside:
        return None
    others = [s for s in ValueShape if s.is_flat != frame.shape.is_flat]
    fields = [(f, _inside_session(f, s)) for f in load().fields for s in others]
    exact = [field for field, place in fields if place == inside]
    if not exact:
        is_wrapper = any(place and place[: len(inside)] == inside for _, place in fields)
        is_ga = is_wrapper and frame.shape.is_flat
        return frame.fault(FaultKind.GA_NAME, at) if is_ga else None
    field = next((f for f in exact if f.place(frame.shape)), exact[0])
    goal = field.place(frame.shape)
    if goal is None and not frame.shape.is_flat and any(map(field.place, _GA)):
        return frame.fault(FaultKind.OTHER_SESSION_TYPE, at)
    if goal is not None and _inside_session(field, frame.shape) == inside:
        return None  # both dialects have it there, so it is the wrapper that is missing
    kind = FaultKind.GA_NAME if frame.shape.is_flat else FaultKind.BETA_NAME
    meant = () if goal is None else (_absolute(frame, goal),)
    known = (m for m in meant if m[-1] in names_at(m[:-1], frame.schema))
    return frame.fault(kind, at, *known, basis=(fact for fact in field.basis if fact.isupper()))


_GA = tuple(shape for shape in ValueShape if not shape.is_flat)


def _other_type(frame: Frame, at: At, complaint: Complaint) -> Fault | None:
    if not complaint.expected:
        return None
    return replace(frame.fault(FaultKind.OTHER_TYPE, at), expected=complaint.expected)


def _inside_session(field: Field, shape: ValueShape) -> At | None:
    place = field.place(shape)
    return place[1:] if place and place[0] == "session" else place


def _absolute(frame: Frame, place: At) -> At:
    """A place of migration's table as a place of this body."""
    if frame.shape.is_flat:
        return (frame.session_at or ()) + place
    return (frame.session_at or ()) + place[1:] if place[0] == "session" else place


def _wrapped(frame: Frame, at: At, value: Any, known: frozenset[str]) -> Fault | None:
    """A wrapper too many: it repeats the object around it, or holds what belongs beside it."""
    if not isinstance(value, dict) or not value:
        return None
    repeats = at[-1] in at[:-1] or (frame.kind.is_beta and at == ("session",))
    if not repeats and 2 * sum(name in known for name in value) <= len(value):
        return None
    return frame.fault(FaultKind.TOO_DEEP, at, *((*at[:-1], n) for n in value if n in known))


def _elsewhere(frame: Frame, at: At) -> Fault | None:
    """The name is known at another place: nearer ones are likelier to be meant."""
    parent, name = at[:-1], str(at[-1])
    places = list(places_named(name, frame.schema))
    below = [p for p in places if p[: len(parent)] == parent]
    depth = min((len(p) for p in below), default=0)
    nearest = [p for p in below if len(p) == depth]
    if 0 < len(nearest) <= _FEW:
        return frame.fault(FaultKind.TOO_FLAT, at, *nearest)
    above = [p for p in places if p[:-1] == parent[: len(p) - 1]]
    shared = max((_shared(p, at) for p in places), default=0)
    nearest = above or [p for p in places if _shared(p, at) == shared]
    is_near = above or shared > len(frame.session_at or ())  # in the same part of the session
    if not is_near or len(set(nearest)) > _FEW:
        return None
    return frame.fault(FaultKind.TOO_DEEP if above else FaultKind.MISPLACED, at, *nearest)


def _shared(place: At, at: At) -> int:
    pairs = enumerate(zip(place, at, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(place), len(at)))


def _closest(frame: Frame, at: At, known: frozenset[str]) -> Fault:
    name = str(at[-1])
    if len(name) > _LONGEST:
        return frame.fault(FaultKind.UNKNOWN_NAME, at)
    snake = _HUMP.sub("_", name).lower().replace("-", "_")
    near = get_close_matches(snake, sorted(known), n=1, cutoff=0.6)
    return frame.fault(FaultKind.UNKNOWN_NAME, at, *((*at[:-1], n) for n in near))
