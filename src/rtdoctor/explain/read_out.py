"""An error that no entry knows, read out: what was answered, where, and what the schema says."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from rtdoctor.domain.error_fields import ErrorFields
from rtdoctor.domain.transport import Transport
from rtdoctor.explain.paper import Paper
from rtdoctor.explain.reported_error import ReportedError
from rtdoctor.schema import FaultKind, explain_fault
from rtdoctor.schema.param import ParamReading, read_param

_LONGEST = 300
_WAYS = {
    Transport.MINT: "the token endpoint",
    Transport.CALL: "the call endpoint",
    Transport.EVENT: "the open session",
    Transport.SOCKET: "the WebSocket",
}
_UNKNOWN = ("unknown parameter", "unrecognized", "is not allowed", "not permitted")


@dataclass(frozen=True, slots=True)
class ReadOut:
    """An error as it stands, and what the published schema says of its parameter (or nothing).

    It claims no cause. ``code`` and ``param`` are the service's own words.
    """

    line: int
    said: str
    code: str | None
    param: str | None
    place: str


def read_out_error(paper: Paper, error: ReportedError, signs: Container[str]) -> ReadOut | None:
    """Read an error out; ``None`` for one that says nothing at all."""
    fields = error.fields
    if error.is_empty or not (fields.message or fields.code):
        return None
    line = paper.line_of(error.span.start)
    return ReadOut(line, _said(error), fields.code, fields.param, _place(fields, signs))


def _said(error: ReportedError) -> str:
    fields = error.fields
    who = _WAYS[next(iter(error.ways))] if len(error.ways) == 1 else "the service"
    status = f" {error.status}" if error.status is not None else ""
    kind = fields.code or fields.type
    named = f" {kind}" if kind else ""
    message = (fields.message or "").strip()[:_LONGEST]
    said = f"{who[0].upper()}{who[1:]} answered{status}{named}"
    return f"{said}: {message}" if message else f"{said}."


def _place(fields: ErrorFields, signs: Container[str]) -> str:
    """What the published schema says of the parameter; nothing where it has no such path."""
    param = fields.param
    reading = read_param(param) if param else None
    if param is None or reading is None:
        return ""
    is_refused_name = fields.code == "unknown_parameter" or any(
        words in (fields.message or "").lower() for words in _UNKNOWN
    )
    if is_refused_name:
        return _of_unknown(param, reading, signs)
    if reading.fault is not None:
        return _sentence(explain_fault(reading.fault))
    allowed = ", ".join(reading.expected[:12])
    return f"{param} is a place of OpenAI's schema" + (f"; it takes {allowed}." if allowed else ".")


def _of_unknown(param: str, reading: ParamReading, signs: Container[str]) -> str:
    match reading.unknown_because:
        case FaultKind.GA_NAME:
            return (
                f"{param} is a field of GA that the beta did not have: the session that refuses it "
                "is one of the beta (its header, a preview URL, an old api-version)."
            )
        case FaultKind.OTHER_SERVICE:
            other = "this service, its API version" if "openai" in signs else "this service"
            return f"OpenAI's schema has {param}: {other} or this type of session has not."
        case FaultKind.TOO_FLAT if (inner := read_param(f"session.{param}")) and not inner.fault:
            return (
                f"OpenAI's schema has {param} inside session; a service that refuses it there "
                "takes fewer fields than OpenAI."
            )
    fault = reading.fault
    return _sentence(explain_fault(fault)) if fault is not None else ""


def _sentence(said: str) -> str:
    return f"{said}."  # it begins with a place, whose letters count
