"""JSON text in and out, so that nothing a user wrote changes on its way through."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_object(text: str) -> dict[str, Any] | None:
    """The JSON object in a text; ``None`` when it holds anything else.

    A repeated name and a number that no double can hold count as anything else: what a service
    makes of them is open (RFC 8259, sections 4 and 6), so they cannot be written anew.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_float=_finite,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def compact_json(value: Any) -> str:
    """JSON text as ``JSON.stringify`` writes it, so it can always be encoded as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is valid in JSON as an escape, but it has no UTF-8.
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name is repeated")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("the number is too large")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
