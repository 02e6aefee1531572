"""What a service's error body says, whichever of the known shapes it has.

Shapes: ``{"error":{message,type,param,code}}``, ``{"error":{code,message}}``,
``{"error":"text"}``, ``{"detail":"text"}`` or ``{"detail":[{loc,msg}]}``, plain text, empty body,
any of these as text inside another's message, and ``{message,type,code,param}`` bare
(provider notes, section A9).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rtdoctor.domain.outcome import LocalCode, Signature, Stage, normalise_message


@dataclass(frozen=True, slots=True)
class ErrorFields:
    """The four fields of an error; ``None`` where the body had no such field."""

    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None


def parse_error(body: str) -> ErrorFields | None:
    """The error fields of a body; ``None`` when the body is empty."""
    text = body.strip()
    if not text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ErrorFields(message=_plain(text))
    fields = _from_data(data)
    # an error of a shape that nobody knows is read out as it stands
    return fields if fields not in (None, ErrorFields()) else ErrorFields(message=_plain(text))


def error_signature(stage: Stage, status: int, body: str, content_type: str = "") -> Signature:
    """The signature of a refusal with this status and body."""
    fields = parse_error(body)
    if fields is None:
        return Signature(stage, status, code=LocalCode.EMPTY_BODY.value)
    if "html" in content_type.lower() or body.lstrip()[:1] == "<":
        return Signature(stage, status, code=LocalCode.NOT_JSON.value, message="an HTML page")
    return Signature(
        stage, status, fields.type, fields.code, fields.param, normalise_message(fields.message)
    )


def event_signature(event: dict[str, Any]) -> Signature:
    """The signature of an ``error`` event on the data channel (fact EVT-ERROR-SHAPE)."""
    fields = _from_data(event) or ErrorFields()
    if fields == ErrorFields():
        fields = ErrorFields(message=_written({k: v for k, v in event.items() if k != "event_id"}))
    return Signature(
        Stage.SESSION,
        None,
        fields.type,
        fields.code,
        fields.param,
        normalise_message(fields.message),
    )


def _written(event: dict[str, Any]) -> str | None:
    try:
        return _plain(json.dumps(event))
    except RecursionError:
        return None


def _from_data(data: Any) -> ErrorFields | None:
    if not isinstance(data, dict):
        return None
    error = data.get("error")
    if isinstance(error, dict):
        return _fields(error)
    if isinstance(error, str):
        return ErrorFields(message=error)
    detail = data.get("detail")
    if isinstance(detail, str):
        return ErrorFields(message=detail)
    if isinstance(detail, list):
        return _validation_errors([d for d in detail if isinstance(d, dict) and d.get("msg")])
    if "message" in data:
        return _fields(data)
    return None


def _validation_errors(detail: list[dict[str, Any]]) -> ErrorFields:
    """FastAPI's errors: ``loc`` is the place in the request, such as ``["body", "session"]``."""
    places = [".".join(map(str, loc)) for d in detail if isinstance(loc := d.get("loc"), list)]
    message = "; ".join(str(d["msg"]) for d in detail)
    return ErrorFields(message=message or None, param=places[0] if places else None)


def _fields(error: dict[str, Any]) -> ErrorFields:
    message = error.get("message")
    if isinstance(message, str) and message.lstrip().startswith("{"):
        inner = _nested(message)
        if inner is not None:
            return inner
    return ErrorFields(*(_text(error.get(k)) for k in ("message", "type", "code", "param")))


def _nested(message: str) -> ErrorFields | None:
    # gateways wrap the upstream's JSON error as text, sometimes with words of their own after it
    try:
        data, _ = json.JSONDecoder().raw_decode(message.lstrip())
    except (ValueError, RecursionError):
        return None
    return _from_data(data)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _plain(text: str) -> str:
    return text[:500]
