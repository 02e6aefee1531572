"""Server actions: a page calls a function of its own backend, and a framework carries the call.

Next.js posts to the page's own address with the header ``Next-Action`` and answers in React's
"flight" format: a row a line, ``ID:JSON``, of which one is what the function returned. SvelteKit
marks its actions with ``x-sveltekit-action``. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.migration.json_text import compact_json
from rtdoctor.subjects.headers import header

ACTION_HEADERS = ("next-action", "x-sveltekit-action")
_ROW = re.compile(r"^([0-9a-f]{1,8}):(?=[\[{\"])(.*)$", re.MULTILINE)
_MAX_CHARACTERS = 1_000_000
_MOST_ROWS = 200


def is_server_action(request: HttpRequest) -> bool:
    """Whether the page called a function of its own backend."""
    return any(header(request, name) is not None for name in ACTION_HEADERS)


def returned_by(answer: str) -> Any:
    """What a function gave back, the last object or text of an answer; ``None`` for other texts.

    The first row is about the answer itself.
    """
    values = [value for row, value in _rows(answer) if row != "0" and value is not None]
    return values[-1] if values else None


def with_returned(answer: str, value: Any) -> str:
    """The answer with another value given back."""
    rows = [row for row, found in _rows(answer) if row != "0" and found is not None]
    return _ROW.sub(
        lambda found: f"{found[1]}:{compact_json(value)}" if found[1] == rows[-1] else found[0],
        answer,
    )


def _rows(answer: str) -> Iterator[tuple[str, Any]]:
    if len(answer) > _MAX_CHARACTERS or not _ROW.match(answer):
        return
    for number, found in enumerate(_ROW.finditer(answer)):
        if number == _MOST_ROWS:
            return
        try:
            yield found[1], json.loads(found[2])
        except (ValueError, RecursionError):
            yield found[1], None
