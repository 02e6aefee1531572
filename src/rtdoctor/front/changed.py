"""Applying the hooks: bodies are held back for them, and what they return is put on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from rtdoctor.domain.exchange import Headers as TextHeaders
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.front.arrival import split_absolute
from rtdoctor.front.body_copy import BodyCopy
from rtdoctor.front.hop_headers import RawHeaders, with_length
from rtdoctor.front.pending import PendingExchange
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.upstream import Upstream

Body = AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class RequestOut:
    """A request as it is sent on; ``target`` is its path and query."""

    method: bytes
    target: bytes
    headers: RawHeaders
    body: Body | None


@dataclass(frozen=True, slots=True)
class AnswerOut:
    """An answer as the client gets it."""

    status: int
    reason: bytes
    headers: RawHeaders
    body: Body


async def changed_request(
    request: RequestOut, pending: PendingExchange, rewriting: Rewriting, upstream: Upstream
) -> RequestOut | AnswerOut:
    """What the hook makes of a request: the same, another one, or an answer in its place.

    Raises ``ValueError`` for a hook that leads elsewhere than to the target.
    """
    if request.body is not None:
        request = replace(request, body=await _held(request.body, pending.request_body))
    # A hook sees texts. What cannot be made again from its text, byte for byte, passes untouched.
    if not pending.request_body.is_whole_text:
        return request
    shown = pending.request
    result = rewriting.request(shown)
    if isinstance(result, HttpResponse):
        pending.given = result
        return _answer_out(result)
    if result == shown:
        return request
    pending.forwarded = result
    return _request_out(result, upstream)


async def changed_answer(
    answer: AnswerOut, pending: PendingExchange, rewriting: Rewriting
) -> AnswerOut:
    """What the hook makes of the target's answer."""
    answer = replace(answer, body=await _held(answer.body, pending.response_body))
    shown = pending.received
    if shown is None or not pending.response_body.is_whole_text:
        return answer
    result = rewriting.response(pending.request, shown)
    if result == shown:
        return answer
    pending.given = result
    return _answer_out(result)


async def _held(body: Body, copy: BodyCopy) -> Body:
    """The same body, once it has been read to its end, or is too large for its copy."""
    # The copy fills as a side effect of reading the body, which is why it tells when enough has
    # been held back.
    parts = []
    async for part in body:
        parts.append(part)
        if copy.is_too_large:
            break
    return _again(parts, body)


async def _again(parts: list[bytes], rest: Body) -> Body:
    for part in parts:
        yield part
    async for part in rest:
        yield part


def _request_out(request: HttpRequest, upstream: Upstream) -> RequestOut:
    place = split_absolute(request.url.encode("ascii", "backslashreplace"))
    if place is None or not upstream.has(place[0]):
        # The key is put in after the hook, and must not leave for another host with it.
        raise ValueError("a rewritten request must stay at the target")
    method, headers = request.method.encode(), _raw(request.headers)
    if request.body is None:
        return RequestOut(method, place[1], headers, None)
    data = request.body.encode()
    return RequestOut(method, place[1], with_length(headers, len(data)), _once(data))


def _answer_out(response: HttpResponse) -> AnswerOut:
    data = response.body.encode()
    headers = with_length(_raw(response.headers), len(data))
    return AnswerOut(response.status, b"", headers, _once(data))


def _raw(headers: TextHeaders) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _once(data: bytes) -> Body:
    if data:
        yield data
