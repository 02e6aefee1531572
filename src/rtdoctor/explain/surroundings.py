"""What stands around an error tells on which way it came: the status, the URL, a close code."""

from __future__ import annotations

import re
from typing import Final

from rtdoctor.domain.transport import Transport
from rtdoctor.explain.paper import Paper, Span

_OVER_HTTP: Final = frozenset({Transport.MINT, Transport.CALL})
EVERY_WAY: Final = frozenset(Transport)
_BEFORE, _AFTER = 160, 60  # characters in which a status belongs to the error
_FAR = 700  # characters in which a URL does

_STATUS_CLASSES: Final = {
    "badrequesterror": 400, "authenticationerror": 401, "permissiondeniederror": 403,
    "notfounderror": 404, "conflicterror": 409, "unprocessableentityerror": 422,
    "ratelimiterror": 429, "internalservererror": 500,
}  # fmt: skip
"""Exceptions of OpenAI's SDKs that stand for one status each."""

# Not the beginning of a size, a version or a time: `404px`, `500.1`, `500:30`.
_STATUS = re.compile(
    r"(?:\b(?:error code|status(?:[ _]?code)?|http(?:/[\d.]{1,3})?|returns?|returned|got|code)"
    r"[\"':=\s(]{0,4}|[\s(\[>])([45]\d\d)\b(?![\w.%-]|:\d)",
    re.IGNORECASE,
)
_STATUS_CLASS = re.compile(rf"\b({'|'.join(_STATUS_CLASSES)})\b", re.IGNORECASE)
_HTTP = re.compile(r"\bHTTP[ /]|\bError code: \d|\bstatus(?: code)?\b", re.IGNORECASE)
_CLOSE = re.compile(
    r"\bclos(?:ed?|ing|ure)\b[^\n]{0,60}?\b(?:1\d{3}|[34]\d{3})\b|\b(?:1\d{3}|[34]\d{3})\b[^\n]{0,20}"
    r"\binvalid_request_error\.|\binvalid_request_error\.\w|\bCloseEvent\b|\bConnectionClosed\w{0,10}:",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\bevent_id\b|\btype[\"']?\s?[:=]\s?[\"'](?:error|response\.done|[\w.]{1,80}\.failed)[\"']"
    r"|\b(?:error|server|an) event\b|\bsession\.update\b|\bRealtimeError(?:Event)?\(",
    re.IGNORECASE,
)
_URLS: Final = (
    (re.compile(r"/realtime/(?:translations/)?(?:client_secrets|(?:transcription_)?sessions)\b"
                r"|\bclient_?secrets\.create\b|\btoken (?:request|endpoint)\b", re.IGNORECASE),
     frozenset({Transport.MINT})),
    (re.compile(r"/realtime/(?:translations/)?calls\b(?!/)|/realtimertc\b"
                r"|\bSDP (?:response|exchange|offer)\b"
                r"|\bPOST [^\s]{0,80}/v1/realtime(?![/\w])", re.IGNORECASE),
     frozenset({Transport.CALL})),
    (re.compile(r"\bwss?://[^\s]{1,200}", re.IGNORECASE),
     frozenset({Transport.CALL, Transport.SOCKET, Transport.EVENT})),
)  # fmt: skip


def status_of(paper: Paper, span: Span) -> int | None:
    """The HTTP status that is told with an error, nearest first."""
    before = paper.text[max(0, span.start - _BEFORE) : span.start]
    found = list(_STATUS.finditer(before))
    if found:
        return int(found[-1][1])
    named = list(_STATUS_CLASS.finditer(before))
    if named:
        return _STATUS_CLASSES[named[-1][1].lower()]
    # Behind an error only its own line counts; the next one may tell of another request.
    behind = _STATUS.search(paper.text[span.end : span.end + _AFTER].partition("\n")[0])
    return int(behind[1]) if behind else None


def ways_of(paper: Paper, span: Span, status: int | None) -> frozenset[Transport]:
    """On which ways the error may have come; every way where nothing tells.

    The error's own words go before what stands near, and a nearer URL before a farther one.
    """
    own = paper.text[span.start : span.end]
    near = paper.text[max(0, span.start - _BEFORE) : span.end + _AFTER]
    if _EVENT.search(own):
        return frozenset({Transport.EVENT})
    if _CLOSE.search(near):
        return frozenset({Transport.SOCKET, Transport.EVENT})
    url = _nearest_url(paper, span)
    if status is not None or _HTTP.search(near):
        # The URL of a socket beside a status of HTTP tells nothing, so both requests stay possible.
        return _OVER_HTTP & url or _OVER_HTTP
    return frozenset({Transport.EVENT}) if _EVENT.search(near) else url or EVERY_WAY


def _nearest_url(paper: Paper, span: Span) -> frozenset[Transport]:
    start = max(0, span.start - _FAR)
    text = paper.text[start : span.end + _FAR]
    found = (
        (_distance(Span(start + m.start(), start + m.end()), span), ways)
        for pattern, ways in _URLS
        for m in pattern.finditer(text)
    )
    return min(found, key=lambda pair: pair[0], default=(0, frozenset[Transport]()))[1]


def _distance(place: Span, error: Span) -> int:
    """How far a place is from an error. What follows an error is less often its request."""
    if place.end <= error.start:
        return error.start - place.end
    return 2 * max(0, place.start - error.end)
