"""The errors that a text reports: objects in any notation, and sentences of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from rtdoctor.domain.error_fields import ErrorFields
from rtdoctor.domain.error_object import read_error
from rtdoctor.domain.transport import Transport
from rtdoctor.explain.paper import Paper, Span
from rtdoctor.explain.shown_literal import UNKNOWN, read_literal
from rtdoctor.explain.surroundings import status_of, ways_of

MOST = 20
"""Errors that are read of one text, from its beginning and its end."""
_STARTS = 200  # places that may begin an error object and are tried
_READ = 200_000  # characters read as objects, in sum
_END = 200_000  # characters at either end of a text that are searched for sentences

_START = re.compile(
    r"\{[\s\\]{0,40}[\"'“]?(?:error|errors|type|message|msg|code|detail|details|event_id|object"
    r"|status|statusCode|param|fault|title|reason|exception|response|message_type|name"
    r"|item_id|az\.sdk\.message)\b[\\]?[\"'”]?\s{0,4}:"
    r"|\b(?:[A-Z]\w{0,60})?(?:Error|Exception|ErrorEvent)\((?=[A-Za-z_]\w{0,40}=)",
)
_HOLDERS: Final = ("error", "errors", "fault", "detail", "exception")
_COMPANIONS: Final = ("code", "type", "param", "status", "statusCode", "title", "message_type")
_PATH = r"[A-Za-z_][\w.\[\]-]{0,120}"
_QUOTE = r"[\\\"'`‘’“”]{0,3}"
_SENTENCES: Final = (
    ("unknown_parameter", rf"Unknown parameter:? {_QUOTE}(?P<param>{_PATH}){_QUOTE}\.?"),
    ("missing_required_parameter",
     rf"Missing required parameter:? {_QUOTE}(?P<param>{_PATH}){_QUOTE}\.?"),
    ("invalid_type", rf"Invalid type for {_QUOTE}(?P<param>{_PATH}){_QUOTE}:[^\n]{{0,160}}"),
    ("integer_below_min_value",
     rf"Invalid {_QUOTE}(?P<param>{_PATH}){_QUOTE}: integer below minimum value[^\n]{{0,120}}"),
    (None, rf"Invalid {_QUOTE}(?P<param>{_PATH}){_QUOTE}: [^\n]{{0,160}}"),
    ("invalid_value", rf"Invalid value: {_QUOTE}[^\n\"'`‘’“”]{{1,60}}{_QUOTE}\."
     r"(?: Supported values are:[^\n]{0,300})?"),
    (None, rf"\bparameter:? {_QUOTE}(?P<param>session\.{_PATH})"),
    (None, rf"Unrecognized key\(s\) in object: {_QUOTE}(?P<param>{_PATH}){_QUOTE}"),
    (None, rf"Field {_QUOTE}(?P<param>{_PATH}){_QUOTE} is not allowed[^\n\"]{{0,80}}"),
)  # fmt: skip
_SENTENCE = tuple((code, re.compile(pattern)) for code, pattern in _SENTENCES)
_NEEDLES: Final = ("nvalid ", "parameter", "nrecognized key", "is not allowed")
_BARE_CODE = re.compile(r"\b([45]\d\d)\b[\s:,-]{1,3}([a-z]{2,30}(?:_[a-z0-9]{1,30}){1,8})\b(?! ?=)")
_CLOSE_REASON = re.compile(r"\binvalid_request_error\.([a-z]{2,30}(?:_[a-z0-9]{1,30}){0,8})\b")
_DOT_NET = re.compile(
    r"\bHTTP (?P<status>[45]\d\d) \((?P<type>\w{0,60}): ?(?P<code>\w{0,60})\)"
    r"(?:\s|\\[rn]){0,8}(?:Parameter: (?P<param>[\w.\[\]]{1,120}))?(?:\s|\\[rn]){0,8}"
    r"(?P<message>[^\n\\]{0,300})"
)


@dataclass(frozen=True, slots=True)
class ReportedError:
    """An error of a service as the text tells it.

    ``ways`` are those on which it may have come: every way where the text does not tell.
    ``in_comment`` says that it stands in a comment of code: told, not printed.
    """

    span: Span
    fields: ErrorFields
    status: int | None
    ways: frozenset[Transport]
    in_comment: bool

    @property
    def names_session(self) -> bool:
        """Whether it names a parameter of a Realtime session, as no other API does."""
        return (self.fields.param or "").startswith("session.")

    @property
    def is_empty(self) -> bool:
        """Whether it is the error object whose every field is an empty string."""
        f = self.fields
        return f.message == f.type == f.code == f.param == ""


def find_errors(paper: Paper) -> tuple[ReportedError, ...]:
    """The errors that the text reports, in its order; of very many, those at its two ends."""
    found = [*_objects(paper)]
    found += (e for e in _in_words(paper) if not any(_overlap(e.span, o.span) for o in found))
    found.sort(key=lambda error: error.span)
    if len(found) > MOST:
        found = found[: MOST // 2] + found[-MOST // 2 :]
    return tuple(found)


def _objects(paper: Paper) -> Iterator[ReportedError]:
    read: list[tuple[Span, Any, ErrorFields]] = []
    left = _READ
    for at in _starts(paper):
        literal = read_literal(paper.text, at) if left > 0 else None
        if literal is None:
            continue
        left -= literal.end - at
        if _is_error(literal.value):
            read.append((Span(at, literal.end), literal.value, _fields(literal.value)))
    for best in _best_of_nested(read):
        yield _error_object(paper, *best)


def _starts(paper: Paper) -> list[int]:
    starts = [match.start() for match in _START.finditer(paper.text)]
    if len(starts) > _STARTS:
        starts = starts[: _STARTS // 2] + starts[-_STARTS // 2 :]
    return starts


def _best_of_nested(
    read: list[tuple[Span, Any, ErrorFields]],
) -> Iterator[tuple[Span, Span, Any, ErrorFields]]:
    """Of objects inside one another the one that tells most, among equals the one whose message is
    not wrapped, each with the span of the outermost, which may say that it is an event."""
    while read:
        # `read` is in the order of the text, so its first object is the outermost of its nest.
        outer = read[0][0]
        inside = [r for r in read if _overlap(r[0], outer)]
        read = read[len(inside) :]
        best = max(inside, key=lambda r: (_told(r[2]), -len(r[2].message or ""), -r[0].start))
        yield (outer, *best)


def _error_object(
    paper: Paper, outer: Span, span: Span, value: Any, fields: ErrorFields
) -> ReportedError:
    """An error object with its status and the way that it came on."""
    status = _own_status(value) or status_of(paper, outer)
    ways = ways_of(paper, outer, status)
    # An event has no HTTP status, so a number beside it belongs to something else.
    if ways == {Transport.EVENT}:
        status = None
    return ReportedError(span, fields, status, ways, paper.in_comment(span))


def _in_words(paper: Paper) -> Iterator[ReportedError]:
    spans: list[Span] = []
    if any(needle in paper.text for needle in _NEEDLES):
        for code, pattern in _SENTENCE:
            for match in _first_and_last(pattern, paper):
                span = Span(match.start(), match.end())
                if not any(_overlap(span, other) for other in spans):
                    spans.append(span)
                    yield _error(paper, span, _of_match(code, match))
    for match in _first_and_last(_DOT_NET, paper):
        fields = ErrorFields(match["message"], match["type"], match["code"], match["param"])
        yield _error(paper, Span(match.start(), match.end()), fields, int(match["status"]))
    for match in _first_and_last(_CLOSE_REASON, paper):
        fields = ErrorFields(None, "invalid_request_error", match[1])
        yield _error(paper, Span(match.start(), match.end()), fields)
    for match in _first_and_last(_BARE_CODE, paper):
        fields = ErrorFields(None, None, match[2])
        yield _error(paper, Span(match.start(), match.end()), fields, int(match[1]))


def _first_and_last(pattern: re.Pattern[str], paper: Paper) -> Iterator[re.Match[str]]:
    """The first matches of a text and of its end."""
    length = len(paper.text)
    yield from islice(pattern.finditer(paper.text, 0, min(length, _END)), MOST)
    if length > _END:
        yield from islice(pattern.finditer(paper.text, max(_END, length - _END)), MOST)


def _of_match(code: str | None, match: re.Match[str]) -> ErrorFields:
    param = match.groupdict().get("param")
    param = param.rstrip(".") if param else None
    return ErrorFields(match[0].rstrip('\\"`'), code=code, param=param)


def _error(
    paper: Paper, span: Span, fields: ErrorFields, status: int | None = None
) -> ReportedError:
    told = status or status_of(paper, span)
    return ReportedError(span, fields, told, ways_of(paper, span, told), paper.in_comment(span))


def _is_error(value: Any) -> bool:
    """Whether an object reports an error: requests, tools and settings have such names too."""
    if not isinstance(value, dict):
        return False
    if any(isinstance(value.get(name), dict | str | list) for name in _HOLDERS):
        return True
    if "message" in value or "msg" in value:
        return any(name in value for name in _COMPANIONS)
    inner = value.get("response") or value.get("status_details")
    return isinstance(inner, dict) and _is_error(inner)


def _fields(value: Any) -> ErrorFields:
    fields = read_error(_without_unknown(value))
    if fields.message:
        fields = replace(fields, message=fields.message.replace('\\"', '"'))
        if not fields.param:
            fields = fields.or_else(_of_sentence(fields.message or ""))
    return fields


def _of_sentence(message: str) -> ErrorFields:
    """The parameter and the code that a sentence of the service names by itself."""
    for code, pattern in _SENTENCE:
        match = pattern.search(message)
        if match:
            return replace(_of_match(code, match), message=None)
    return ErrorFields()


def _without_unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_unknown(v) for k, v in value.items() if v is not UNKNOWN}
    if isinstance(value, list):
        return [_without_unknown(v) for v in value if v is not UNKNOWN]
    return value


def _own_status(value: Any) -> int | None:
    for name in ("status", "statusCode", "status_code"):
        said = value.get(name) if isinstance(value, dict) else None
        if isinstance(said, int) and not isinstance(said, bool) and 400 <= said < 600:
            return said
    return None


def _told(fields: ErrorFields) -> int:
    parts = (fields.message, fields.type, fields.code, fields.param)
    return sum(part is not None for part in parts)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
