"""The ``$names`` in the texts of a rule."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from string import Template
from typing import Any

NAMES = (
    "method",
    "path",
    "credential",
    "credential_masked",
    "unknown_key",
    "fault_code",
    "fault_param",
    "fault_message",
    "buffered_ms",
    "session_type",
    "session_model",
)
LOOK_UPS = ("query", "header", "body")


class _Text(Template):
    idpattern = r"[a-z_]+"
    braceidpattern = r"[a-z_]+(?::[A-Za-z0-9_.\-\[\]]+)?"


def check_text(text: str) -> None:
    """``ValueError`` when ``text`` holds a ``$name`` that no request can fill."""
    template = _Text(text)
    if not template.is_valid():
        raise ValueError(f"a $ in {text!r} is no name; write $$ for a dollar sign")
    for name in template.get_identifiers():
        kind, _, rest = name.partition(":")
        if name in NAMES or (kind in LOOK_UPS and rest):
            continue
        known = [*NAMES, *(f"{kind}:NAME" for kind in LOOK_UPS)]
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean ${close[0]}?" if close else "known: " + ", ".join(known)
        raise ValueError(f"${name} is no known name; {hint}")


def fill(text: str, look_up: Callable[[str], Any]) -> str:
    """``text`` with each ``$name`` replaced by what ``look_up(name)`` gives."""
    if "$" not in text:
        return text
    template = _Text(text)
    found = {name: look_up(name) for name in template.get_identifiers()}
    return template.substitute({n: "" if v is None else str(v) for n, v in found.items()})
