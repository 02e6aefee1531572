"""What a name means that its object may not have, and where it is right."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from rtdoctor.schema.checking import Complaint
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame
from rtdoctor.schema.other_sessions import of_another_session
from rtdoctor.schema.published import places_named
from rtdoctor.schema.requests import At

_FEW = 2  # more places of the same name tell nothing
_LONGEST = 64  # characters of a name that is compared with others
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def judge_name(frame: Frame, at: At, value: Any, complaint: Complaint) -> Fault:
    """The fault of a name that its object may not have."""
    known = frozenset(complaint.schema["properties"])
    return (
        _chat_completions(frame, at, value, known)
        or of_another_session(frame, at)
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


def _other_type(frame: Frame, at: At, complaint: Complaint) -> Fault | None:
    if not complaint.expected:
        return None
    return replace(frame.fault(FaultKind.OTHER_TYPE, at), expected=complaint.expected)


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
