"""What a reading comes to, place by place, so that two readings can be compared."""

from __future__ import annotations

from typing import Any

from rtdoctor.code.body_edits import marked
from rtdoctor.code.source_reading import SourceReading, offer_in
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.values import AnswerPart, Fields, FormData, JsonText, Value, pieces, sketch


def state_of(reading: SourceReading) -> dict[str, Any]:
    """What a reading comes to, place by place; other requests as well, so that they stay."""
    state: dict[str, Any] = {}
    for name, request in (("mint", reading.mint), ("call", reading.call)):
        if request is not None:
            state[f"{name}.url"] = whole_url(request)
            state[f"{name}.body"] = body_of(request.body)
            state[f"{name}.headers"] = headers_of(request)
    known = (reading.mint, reading.call)
    others = [r for _, r in reading.requests if not any(r is one for one in known)]
    state["others"] = [(sketch(r.url), body_of(r.body), headers_of(r)) for r in others]
    state["token"] = None if reading.token is None else reading.token.path
    state["events"] = [marked(event.body) for event in reading.events]
    state["label"] = next(
        (s.text.value for s in reading.peer if s.name == "createDataChannel" and s.text), None
    )
    return state


def whole_url(request: SourceRequest) -> str:
    given = () if request.query is None else request.query.fields
    query = "&".join(f"{f.name}={sketch(f.value)}" for f in given)
    return sketch(request.url) + (f"?{query}" if query else "")


def body_of(body: Value | None) -> Any:
    if body is None or isinstance(body, FormData):
        return None
    if isinstance(body, Fields | JsonText):
        return marked(body)
    return "sdp" if offer_in(body) is not None else sketch(body)


def headers_of(request: SourceRequest) -> dict[str, str]:
    fields = () if request.headers is None else request.headers.fields
    return {f.name.lower(): _shown(f.value) for f in fields}


def _shown(value: Value) -> str:
    """A text in which it does not matter where in an answer a part is read."""
    # Only whether an answer stands here counts. Another place in it is a change of its own, and has
    # its own entry.
    parts = list(pieces(value))
    return "".join("{answer}" if isinstance(p, AnswerPart) else sketch(p) for p in parts)
