"""Quotes of a service as patterns: what varies in them is named, never spelled out.

``Model "{model}" is not supported in realtime mode.`` matches whatever model, whatever quote
characters, escaped or not. Every repetition is bounded, so a search costs at most a constant
times the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

_VARYING = {
    "model": r"(?:[A-Za-z0-9][A-Za-z0-9._:/-]{0,80}|\.{3}|…|<[\w -]{1,40}>|\$?\{[\w.]{1,40}\})",
    "param": r"(?:[A-Za-z0-9_][A-Za-z0-9_.\[\]]{0,120}|\.{3}|…)",
    "path": r"[A-Za-z0-9_/-]{1,120}",
    "voice": r"[A-Za-z][A-Za-z0-9_-]{0,40}",
    "header": r"[A-Za-z0-9-]{1,60}",
    "key": r"[^\s\"'\\,}]{1,200}",
    "url": r"[^\s\"'\\]{1,200}",
    "number": r"[0-9]{1,9}",
    "any": r"[^\n]{0,200}?",
}
_PLACE = re.compile(r"\{(\w{1,20})\}")
_QUOTE = r"(?:\\{0,6}[\"'`‘’“”]|&quot;|&#39;){1,2}"
_QUOTES = "\"'`‘’“”"


def check_wording(wording: str) -> None:
    """``ValueError`` names a placeholder that does not exist. Cheaper than compiling."""
    for place in _PLACE.finditer(wording):
        _place(place.group(1))


@lru_cache(maxsize=512)
def compile_wording(wording: str) -> re.Pattern[str]:
    """The pattern of a wording. ``ValueError`` names a placeholder that does not exist."""
    pattern, at = "", 0
    for place in _PLACE.finditer(wording):
        pattern += _literal(wording[at : place.start()]) + _place(place.group(1))
        at = place.end()
    pattern += _literal(wording[at:])
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=512)
def needle(wording: str) -> str:
    """The longest lower-case piece that every match must contain; cheap to look for first."""
    fixed = _PLACE.sub("\0", wording)
    # Quotes and white space vary as well, so a piece that every match contains ends at them.
    pieces = re.split(f"[\\0\\s{_QUOTES}]", fixed)
    return max(pieces, key=len, default="").lower()


def agrees(wording: str, match: str, message: str) -> bool:
    """Whether a message of the service is this wording: ``exact``, ``prefix``, ``contains``."""
    pattern = compile_wording(wording)
    if match == "exact":
        return pattern.fullmatch(message.strip()) is not None
    if match == "prefix":
        return pattern.match(message.strip()) is not None
    return pattern.search(message) is not None


def _place(name: str) -> str:
    if name not in _VARYING:
        raise ValueError(f"unknown placeholder {{{name}}}; valid: {', '.join(sorted(_VARYING))}")
    return _VARYING[name]


def _literal(text: str) -> str:
    parts = re.split(f"([{_QUOTES}]|\\s+)", text)
    return "".join(_piece(part) for part in parts)


def _piece(part: str) -> str:
    if part and part in _QUOTES:
        return _QUOTE
    if part.isspace():
        return r"(?:\s|\\n|//|[*#>]){1,10}"  # a sentence may be wrapped, also in a comment
    return re.escape(part)
