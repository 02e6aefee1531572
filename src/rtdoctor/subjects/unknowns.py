"""Values that a command or a piece of code leaves open: variables, templates, other files.

Sent as they are written they would be refused for their own sake, so they are left out, and the
reading says where.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from rtdoctor.domain.exchange import CREDENTIAL_HEADERS, HttpRequest
from rtdoctor.subjects.form import form_fields
from rtdoctor.subjects.posted_offer import is_offer
from rtdoctor.subjects.seen import Seen

_UNKNOWN = re.compile(
    r"(?s)[^\s$]*\$\{.*\}\S*|\S*\{\{[^{}]*\}\}\S*|\$\(.*\)"  # ${name}, {{name}}, $(command)
    r"|\$[A-Za-z_]\w*|\$env:\w+|%[A-Za-z_]\w*%|@.*|<\S*"
)


@dataclass(frozen=True, slots=True)
class Known:
    """An exchange without what is not known of it.

    ``left_out`` names the places, without ``mint`` or ``call``: ``body/session/model``. A body
    that is unknown as a whole is ``None``, and its place is ``body``.
    """

    seen: Seen
    left_out: tuple[str, ...] = field(default=())


def is_unknown(text: str) -> bool:
    """Whether a text holds a variable, or names a file that it is to be read from."""
    return len(text) < 10_000 and _UNKNOWN.fullmatch(text) is not None


def known_part(seen: Seen) -> Known:
    """The exchange as far as it is known. A recording holds what was sent, so nothing is left out.

    A credential stays as it is written: a variable in its place says what kind it is.
    """
    if seen.exact:
        return Known(seen)
    left_out: list[str] = []
    request = seen.request
    request = replace(
        request,
        url=_url(request.url, left_out),
        headers=tuple(_headers(request, left_out)),
        body=_body(request, left_out),
    )
    return Known(replace(seen, request=request), tuple(left_out))


def _url(url: str, left_out: list[str]) -> str:
    try:
        query = urlsplit(url).query
    except ValueError:
        return url
    kept = []
    for parameter in query.split("&") if query else []:
        name, _, value = parameter.partition("=")
        if is_unknown(value):
            left_out.append(f"query.{name}")
        else:
            kept.append(parameter)
    head, _, _ = url.partition("?")
    return f"{head}?{'&'.join(kept)}" if kept else head


def _headers(request: HttpRequest, left_out: list[str]) -> list[tuple[str, str]]:
    kept = []
    for name, value in request.headers:
        if is_unknown(value) and name.lower() not in CREDENTIAL_HEADERS:
            left_out.append(f"header.{name.lower()}")
        else:
            kept.append((name, value))
    return kept


def _body(request: HttpRequest, left_out: list[str]) -> str | None:
    body = request.body
    if body is None or is_offer(body) or form_fields(body, ""):
        return body
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = body
    if isinstance(data, str):
        if not is_unknown(data):
            return body
        left_out.append("body")
        return None
    before = len(left_out)
    try:
        kept = _without(data, "body", left_out)
    except RecursionError:
        return body
    changed = len(left_out) > before
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if changed else body


def _without(data: Any, place: str, left_out: list[str]) -> Any:
    """The JSON value without the unknown leaves of its objects, and lists that hold one."""
    if not isinstance(data, dict):
        return data
    kept = {}
    for name, value in data.items():
        below = f"{place}/{name}"
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, str) and is_unknown(item) for item in items):
            left_out.append(below)
            continue
        known = _without(value, below, left_out)
        if known != {} or value == {}:  # an object of which nothing is known is left out as well
            kept[name] = known
    return kept
