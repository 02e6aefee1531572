"""A request as the code writes it."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.code.program import Function, SourceSpan
from rtdoctor.code.values import Fields, Value

SDK = "OpenAI SDK"


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A request with what the text tells of it. ``at`` is where it is made.

    ``body`` is what is sent: data for JSON, a text, a form; ``None`` for nothing. A body that
    stands as data in the code is sent as JSON. ``query`` are parameters given beside the URL.
    ``url_at`` is where the URL is given to the call; its value may stand elsewhere.
    ``is_known_whole`` is false when options that are not read may add headers or a body.
    """

    at: SourceSpan
    client: str
    method: Value
    url: Value
    headers: Fields | None
    body: Value | None
    query: Fields | None = None
    function: Function | None = None
    is_known_whole: bool = True
    url_at: SourceSpan | None = None
