"""HTTP Archives (HAR 1.2), as the developer tools of browsers, Playwright and proxies save them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.errors import ConfigError
from rtdoctor.subjects.form import form_body
from rtdoctor.subjects.headers import header
from rtdoctor.subjects.recording import Recording
from rtdoctor.subjects.seen import Seen
from rtdoctor.wording.printable import printable

_MAX_BODY = 2_000_000  # characters; neither a token nor an offer is longer
_BROWSERS = {"webinspector": "Chrome", "webkit web inspector": "Safari"}


def is_har(data: Any) -> bool:
    """Whether parsed JSON is an archive."""
    return isinstance(data, dict) and isinstance(data.get("log"), dict) and "entries" in data["log"]


def read_har(data: Any, name: str) -> Recording:
    """The exchanges of a parsed archive. Raises ``ConfigError`` when it has none.

    Chrome leaves the Authorization and Cookie headers out of what it saves unless it is told not
    to, so an archive without any of them does not say that none was sent.
    """
    log = data["log"]
    entries = log["entries"] if isinstance(log["entries"], list) else []
    seen = [one for number, entry in enumerate(entries, 1) for one in _seen(entry, number, name)]
    if not seen:
        raise ConfigError(
            name,
            "the archive holds no requests",
            hint="Open the network panel before the page is loaded, then save it again.",
        )
    # Entries need not stand in the order of time (HAR 1.2). The sort is stable, so equal times keep
    # theirs.
    if all(one.at is not None for one in seen):
        seen.sort(key=lambda one: one.at or 0.0)
    unreadable = len(entries) - len(seen)
    return Recording(
        kind=f"HAR of {_creator(log)}",
        seen=tuple(seen),
        credentials_kept=any(
            header(one.request, field) is not None
            for one in seen
            for field in ("authorization", "cookie")
        ),
        notes=(f"{unreadable} entries of {name} could not be read",) if unreadable else (),
    )


def _creator(log: dict[str, Any]) -> str:
    name = str(_dict(log.get("creator")).get("name") or "an unknown program")
    return _BROWSERS.get(name.lower(), printable(name[:40], one_line=True))


def _seen(entry: Any, number: int, name: str) -> Iterator[Seen]:
    """The exchange of an entry; none when its request has no URL."""
    entry = _dict(entry)
    request = _dict(entry.get("request"))
    url = request.get("url")
    if not isinstance(url, str):
        return
    yield Seen(
        request=HttpRequest(
            str(request.get("method") or "GET"),
            url,
            _headers(request),
            _posted(_dict(request.get("postData"))),
        ),
        response=_response(_dict(entry.get("response"))),
        origin=f"request {number} of {name}",
        at=_time(entry.get("startedDateTime")),
    )


def _headers(message: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    listed = message.get("headers")
    pairs = (_dict(one) for one in (listed if isinstance(listed, list) else []))
    return tuple(
        (pair["name"], pair["value"])
        for pair in pairs
        if isinstance(pair.get("name"), str) and isinstance(pair.get("value"), str)
    )


def _posted(data: dict[str, Any]) -> str | None:
    """The body that was posted. Some programs list the fields of a form instead."""
    text = _text(data)
    if text is not None:
        return text
    listed = data.get("params")
    params = [_dict(one) for one in (listed if isinstance(listed, list) else [])]
    fields = [
        (str(one.get("name", "")), str(one.get("contentType") or ""), str(one.get("value", "")))
        for one in params
    ]
    return form_body(fields) if fields else None


def _response(response: dict[str, Any]) -> HttpResponse | None:
    """The answer; status 0 stands for none, with the browser's reason as its body."""
    status = response.get("status")
    if not isinstance(status, int):
        return None
    if status <= 0:
        return HttpResponse(0, body=str(response.get("_error") or ""))
    content = _dict(response.get("content"))
    body = _text(content) or ""
    return HttpResponse(status, _headers(response), body, len(body))


def _text(content: dict[str, Any]) -> str | None:
    text = content.get("text")
    if not isinstance(text, str) or len(text) > _MAX_BODY:
        return None
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return None
    return text


def _time(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
