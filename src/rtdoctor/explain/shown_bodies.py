"""Bodies and events that a text sends, held against the published schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rtdoctor.explain.paper import Paper, Span
from rtdoctor.explain.shown_literal import UNKNOWN, ShownLiteral, read_literal
from rtdoctor.schema import Fault, FaultKind, RequestKind, read_value
from rtdoctor.schema.frame import event_schemas, value_at

_STARTS = 100  # places that may begin a body and are tried
_READ = 100_000  # characters read as bodies, in sum
MOST = 5
"""Bodies that are looked at."""

_START = re.compile(
    r"(?<![$\w])\{[\s\\]{0,40}[\"'“]?(?:type|session|model|event_id|expires_after)\b"
    r"\\?[\"'”]?\s{0,4}:"
    r"|\b(?P<name>session|tools|tool_choice)\b\\?[\"']?\s{0,3}[:=]\s{0,3}(?=[\[{])"
)
_MINT = re.compile(r"client_?secrets\b[^;]{0,400}$", re.IGNORECASE)
_OTHER_CALL = (
    r"\b(?:responses|completions|assistants|threads|runs|messages|batches)(?:\.with_\w{1,30})?"
    r"\.(?:create|parse|stream|update|modify|run)\w{0,20}\("
)
_IN_OTHER_CALL = re.compile(_OTHER_CALL + r"[^;]{0,400}$")
_OTHER_CALL_WITH_TOOLS = re.compile(_OTHER_CALL + r"[^;]{0,400}\btools\b")
_PLACEHOLDER = re.compile(r"\{\s?\w{1,40}\s?\}")  # `session: {error}` of a formatted string
_BEFORE = 500  # characters before a body in which its request is named
_AFTER = 2_000  # characters behind a list of tools in which its request is named
_OF_VALUES: Final = (FaultKind.WRONG_TYPE, FaultKind.WRONG_VALUE, FaultKind.NULL)


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body that stands in the text, and the faults that the schema finds in it.

    What only running the program would tell is never called wrong, and what is missing only where
    the whole body stands there.
    """

    span: Span
    line: int
    kind: RequestKind
    faults: tuple[Fault, ...]


def find_bodies(paper: Paper) -> tuple[ShownBody, ...]:
    """The bodies of the text that have faults, in its order."""
    found: list[ShownBody] = []
    passed, left = 0, _READ
    for number, match in enumerate(_START.finditer(paper.text)):
        if number >= _STARTS or left <= 0 or len(found) >= MOST:
            break
        if match.start() < passed or not paper.in_use(Span(match.start(), match.end())):
            continue
        at = match.end() if match["name"] else match.start()
        literal = read_literal(paper.text, at)
        if literal is None:
            continue
        # A bound for all bodies together, so that a hostile text costs no more than one long body.
        left -= literal.end - at
        for kind, value in _requests(paper, match["name"], at, literal):
            passed = literal.end
            faults = tuple(_told(kind, value, literal.is_whole and match["name"] is None))
            if faults:
                line = paper.line_of(match.start())
                found.append(ShownBody(Span(match.start(), literal.end), line, kind, faults))
        if _is_event(literal.value):
            passed = literal.end  # an event of the service: its session is no request
    return tuple(found)


def _requests(
    paper: Paper, name: str | None, at: int, literal: ShownLiteral
) -> Iterator[tuple[RequestKind, Any]]:
    value = literal.value
    before = paper.text[max(0, at - _BEFORE) : at]
    if _IN_OTHER_CALL.search(before) or (name and _PLACEHOLDER.match(paper.text, at)):
        return
    if name == "session" and isinstance(value, dict):
        yield RequestKind.EVENT, {"type": "session.update", "session": value}
    elif name == "tools" and isinstance(value, list):
        behind = paper.text[literal.end : literal.end + _AFTER]
        if not _OTHER_CALL_WITH_TOOLS.search(behind):
            yield RequestKind.TOOLS, value
    elif name == "tool_choice" and isinstance(value, dict):
        session = {"type": "realtime", name: value}
        yield RequestKind.EVENT, {"type": "session.update", "session": session}
    elif name is None and isinstance(value, dict):
        if _is_client_event(value):
            yield RequestKind.EVENT, _unwrapped(value)
        elif _is_wrapped(value) or _MINT.search(before):
            yield RequestKind.CLIENT_SECRET, value


def _is_client_event(value: dict[str, Any]) -> bool:
    """Whether an object is a client event of Realtime. The Responses API has a ``response.create``
    of its own, whose model stands beside the type."""
    name = value.get("type")
    of_responses = name == "response.create" and "model" in value
    return isinstance(name, str) and name in _event_types() and not of_responses


def _unwrapped(event: dict[str, Any]) -> dict[str, Any]:
    """The event as the Agents SDK for Python sends it: what is in ``other_data`` stands beside the
    type there."""
    data = event.get("other_data")
    return {"type": event["type"], **data} if isinstance(data, dict) else event


def _is_wrapped(value: dict[str, Any]) -> bool:
    """Whether an object is a mint body: a session in a wrapper, and no event."""
    return "type" not in value and isinstance(value.get("session"), dict)


def _event_types() -> set[str]:
    return {*event_schemas(RequestKind.EVENT), *event_schemas(RequestKind.BETA_EVENT)}


def _is_event(value: Any) -> bool:
    name = value.get("type") if isinstance(value, dict) else None
    return isinstance(name, str) and "." in name


def _told(kind: RequestKind, value: Any, is_whole: bool) -> Iterator[Fault]:
    """The faults that the text itself shows."""
    for fault in read_value(kind, _known(value)).faults:
        if fault.kind is FaultKind.MISSING and not is_whole:
            continue
        if fault.kind in _OF_VALUES and _is_unknown(value, fault):
            continue
        yield fault


def _is_unknown(body: Any, fault: Fault) -> bool:
    """Whether the value at a place, or something inside it, is not told by the text."""
    waiting = [value_at(body, fault.at)]
    while waiting:
        value = waiting.pop()
        if value is UNKNOWN:
            return True
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
    return False


def _known(value: Any) -> Any:
    """The value as JSON: what is not told becomes ``null``."""
    if isinstance(value, dict):
        return {str(key): _known(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_known(inner) for inner in value]
    return None if value is UNKNOWN else value
