"""A refusal of the service inside the answer of an app's own backend, however it is wrapped. Pure.

``{"detail": "{\\"error\\": ...}"}`` is FastAPI with the service's text, ``{"session": {"error":
...}}`` a backend that did not look at the status.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rtdoctor.subjects.server_action import returned_by

_DEEPEST = 6
_MOST_MEMBERS = 50
_MAX_CHARACTERS = 200_000
_OF_PROGRAMS = ("system",)  # node-fetch, when the service was not reached
_UNKNOWN_URL = re.compile(r"Invalid URL \([A-Z]+ /v1/")  # fact TOK-BETA-404


def holds_refusal(answer: str) -> bool:
    """Whether an answer holds an error object of the service, as in the provider notes (section
    A9), or the message with which it refuses a path."""
    if len(answer) > _MAX_CHARACTERS:
        return False
    if _UNKNOWN_URL.search(answer):
        return True
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError):
        data = returned_by(answer) or answer
    return _is_refusal(data, 0)


def _is_refusal(data: Any, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(data, str):
        inner = _json_in(data)
        return inner is not None and _is_refusal(inner, depth + 1)
    if isinstance(data, list):
        return any(_is_refusal(member, depth + 1) for member in data[:_MOST_MEMBERS])
    if not isinstance(data, dict):
        return False
    if {"message", "type"} <= data.keys() and ("param" in data or "code" in data):
        return data["type"] not in _OF_PROGRAMS
    return any(_is_refusal(value, depth + 1) for value in list(data.values())[:_MOST_MEMBERS])


def _json_in(text: str) -> Any:
    """The JSON object in a text that may begin with words."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
