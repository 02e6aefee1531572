"""``fetch(...)`` calls whose arguments are literals, as browsers copy a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.js_literal import Expression, NotLiteral, read_value, skip_space
from rtdoctor.subjects.seen import Seen

_FETCH = re.compile(r"(?<![\w.$])(?:window\.|globalThis\.|self\.)?fetch\s*\(")
_MAX_CALLS = 100
_WINDOW = 64_000  # characters that one call may have, which keeps the time linear


def has_fetch(text: str) -> bool:
    """Whether a text calls ``fetch``."""
    return _FETCH.search(text) is not None


def read_fetches(text: str, name: str) -> Iterator[Seen]:
    """The request of each call whose URL is a literal. What an expression gives is not known."""
    line, counted, end = 1, 0, 0
    for number, match in enumerate(_FETCH.finditer(text)):
        if number >= _MAX_CALLS:
            return
        # It stands in the arguments of a call that was read.
        if match.start() < end:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        try:
            url, options, length = _arguments(text[match.end() : match.end() + _WINDOW])
        except NotLiteral:
            continue
        end = match.end() + length
        if isinstance(url, str) and isinstance(options, dict):
            yield Seen(_request(url, options), None, f"line {line} of {name}", exact=False)


def _arguments(text: str) -> tuple[Any, Any, int]:
    """The two arguments of a call, the second one may be missing, and where they end."""
    url, end = read_value(text, 0)
    end = skip_space(text, end)
    if text[end : end + 1] != ",":
        return url, {}, end
    options, end = read_value(text, end + 1)
    return url, options, end


def _request(url: str, options: dict[str, Any]) -> HttpRequest:
    headers = options.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    body = options.get("body")
    method = options.get("method")
    return HttpRequest(
        method.upper() if isinstance(method, str) else "GET",
        url,
        tuple((name, _text(value)) for name, value in pairs if value is not None),
        None if body is None else _text(body),
    )


def _text(value: Any) -> str:
    """A literal as it is sent; an expression as a template, so that it is seen to be one."""
    return f"${{{value.code}}}" if isinstance(value, Expression) else str(value)
