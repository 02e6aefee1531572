"""What passed as an HTTP Archive (HAR 1.2), which browsers' tools read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rtdoctor.domain.exchange import Headers, HttpRequest, HttpResponse
from rtdoctor.front.passed import PassedExchange

_CUT = "only the beginning of the body was kept"


def har(exchanges: Iterable[PassedExchange], version: str) -> bytes:
    """The archive as JSON. The exchanges are redacted already, so it holds no secret.

    ``version`` is rtdoctor's. An exchange without an answer has the status 0, as in Chrome's.
    """
    log = {
        "version": "1.2",
        "creator": {"name": "rtdoctor", "version": version},
        "comment": "secrets are replaced by aliases",
        "entries": [_entry(passed) for passed in exchanges],
    }
    return json.dumps({"log": log}, indent=1, ensure_ascii=False).encode()


def _entry(passed: PassedExchange) -> dict[str, Any]:
    exchange = passed.exchange
    timing = exchange.timing
    # A request that got no answer has waited all of its time.
    wait_ms = timing.total_ms if timing.wait_ms is None else timing.wait_ms
    entry: dict[str, Any] = {
        "startedDateTime": exchange.started_at,
        "time": timing.total_ms,
        "request": _request(exchange.request, passed.request_truncated),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": wait_ms, "receive": round(timing.total_ms - wait_ms, 3)},
        "comment": _comment(passed),
    }
    if exchange.error is not None:
        entry["response"]["_error"] = exchange.error
    return entry


def _comment(passed: PassedExchange) -> str:
    upgraded = "; the protocol was changed, and what followed was not kept"
    return f"reached the front: {passed.route}" + (upgraded if passed.upgraded else "")


def _request(request: HttpRequest, truncated: bool) -> dict[str, Any]:
    body = request.body
    entry: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": _pairs(tuple(parse_qsl(urlsplit(request.url).query, True))),
        "headersSize": -1,
        "bodySize": -1 if truncated else len((body or "").encode()),
    }
    if body is not None:
        kind = next((v for n, v in request.headers if n.lower() == "content-type"), "")
        entry["postData"] = {"mimeType": kind, "text": body}
        if truncated:
            entry["postData"]["comment"] = _CUT
    return entry


def _response(response: HttpResponse | None) -> dict[str, Any]:
    if response is None:
        response = HttpResponse(0)
    content: dict[str, Any] = {
        "size": response.body_bytes,
        "mimeType": response.header("content-type") or "x-unknown",
        "text": response.body,
    }
    if response.truncated:
        content["comment"] = _CUT
    return {
        "status": response.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(response.headers),
        "content": content,
        "redirectURL": response.header("location") or "" if 300 <= response.status < 400 else "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
