"""What a service's error body says, in the service's own words, whichever shape it has.

JSON is read by ``error_object``, HTML and XML by ``error_markup``. Where no field is recognised,
the text itself is the message: what a service said is never lost (provider notes, section A9,
lists the shapes seen).
"""

from __future__ import annotations

import json
from typing import Any

from rtdoctor.domain.error_fields import ErrorFields, clean
from rtdoctor.domain.error_markup import is_markup, is_page, read_markup
from rtdoctor.domain.error_object import read_error, words
from rtdoctor.domain.outcome import LocalCode, Signature, Stage, normalise_message

__all__ = ["ErrorFields", "error_signature", "event_signature", "parse_error"]

_READ = 20_000  # characters of a text that is no JSON as a whole
_SHORT = 500  # JSON of this length is quoted whole
_PAGE = "an HTML page"


def parse_error(body: str) -> ErrorFields | None:
    """The error fields of a body; ``None`` when the body is empty."""
    text = _bare(body)
    if not text:
        return None
    if is_markup(text):
        read = read_markup(text)
        return read if read.message else ErrorFields(clean(text), code=read.code)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return read_error(text[:_READ])
    return _of_json(data)


def error_signature(stage: Stage, status: int, body: str, content_type: str = "") -> Signature:
    """The signature of a refusal with this status and body."""
    fields = parse_error(body)
    if fields is None:
        return Signature(stage, status, code=LocalCode.EMPTY_BODY.value)
    text = _bare(body)
    if is_markup(text) and (is_page(text) or not fields.code):
        named = is_page(text) or "html" in content_type.lower()
        message = f"{_PAGE}: {fields.message}" if named else fields.message
        return Signature(
            stage, status, code=LocalCode.NOT_JSON.value, message=normalise_message(message)
        )
    return _signature(stage, status, fields)


def event_signature(event: dict[str, Any]) -> Signature:
    """The signature of an ``error`` event on the data channel (fact EVT-ERROR-SHAPE)."""
    return _signature(Stage.SESSION, None, _of_json(event))


def _bare(body: str) -> str:
    return body.strip().lstrip("\ufeff").strip()


def _signature(stage: Stage, status: int | None, fields: ErrorFields) -> Signature:
    message = normalise_message(fields.message)
    return Signature(stage, status, fields.type, fields.code, fields.param, message)


def _of_json(data: Any) -> ErrorFields:
    """The fields of JSON; its text as the message where they would leave something unsaid."""
    fields = read_error(data)
    if fields.message:
        return fields
    read = {fields.type, fields.code}
    unread = [(key, value) for key, value in words(data) if value not in read]
    is_empty_error = fields.message == fields.type == fields.code == fields.param == ""
    if not unread and (is_empty_error or fields.is_named):
        return fields
    text = json.dumps(data, ensure_ascii=False)
    if len(text) > _SHORT and unread:
        text = "; ".join(f"{key}: {value}" if key else value for key, value in unread)
    return ErrorFields(clean(text), fields.type, fields.code, fields.param)
