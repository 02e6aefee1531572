"""Which header, parameter or field the words of an error name. Pure, and careful.

A quoted word may as well be a value ("Model 'x' is not supported"), so a word counts only where the
sentence around it says that it is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rtdoctor.domain.outcome import Signature

Where = Literal["header", "query", "body", "form"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in an error, and where the error itself says that it belongs, if it says so."""

    name: str
    where: Where | None = None


_HEADERS = {
    name.lower(): name
    for name in (
        "OpenAI-Beta",
        "OpenAI-Organization",
        "OpenAI-Project",
        "Authorization",
        "Content-Type",
        "Origin",
        "Cookie",
        "api-key",
        "X-API-Key",
    )
}
_TELLING_HEADERS = ("openai-beta", "openai-organization", "openai-project", "content-type")
# FastAPI begins the path of a complaint with the part of the request
_PARTS: dict[str, Where] = {"query": "query", "header": "header", "body": "body", "form": "form"}
_ELSEWHERE = ("path", "cookie")
_NOTHING = ("none", "null", "undefined", "")

_Q = r"[\"'`‘’“”]"
_NAME = r"[A-Za-z_$][\w$-]{0,60}(?:\.[\w$-]{1,60}|\[\d{1,4}\]){0,12}(?:\[\])?"
_KIND = (
    r"(?P<kind>(?:query|body|form)?\s?(?:string )?(?:parameter|param|field|property|argument))s?"
)
_QUOTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_KIND}\b[^\"'`‘’“”\n]{{0,25}}{_Q}(?P<name>{_NAME}){_Q}",
        rf"{_Q}(?P<name>{_NAME}){_Q}\s+{_KIND}\b",
        rf"{_Q}(?P<name>{_NAME}){_Q}\s+(?:is|are)\s+(?:a\s+)?(?:required|missing)\b",
        rf"\bmissing\s+(?:required\s+)?{_Q}(?P<name>{_NAME}){_Q}",
        rf"{_Q}(?P<name>session(?:\.[\w$-]{{1,60}}|\[\d{{1,4}}\]){{0,12}}){_Q}",
    )
)
_UNQUOTED = re.compile(
    rf"\b(?:an?|the|missing|required|specify|provide|unknown)\s+(?P<name>{_NAME})\s+{_KIND}\b",
    re.IGNORECASE,
)
_REQUIRED = re.compile(rf"^(?P<name>{_NAME})\s+(?:is|are)\s+(?:required|missing)\b", re.IGNORECASE)
_FIELDS = frozenset({"sdp", "model", "session", "type", "voice", "intent"})
_NO_NAMES = frozenset(
    {"required", "missing", "unknown", "invalid", "unsupported", "unexpected", "additional",
     "extra", "query", "body", "form", "string", "following", "request", "this", "that", "valid",
     "same", "new", "other", "input", "url", "path", "header"}
)  # fmt: skip
_HEADER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<name>[a-z][a-z0-9-]{1,60})(?::\s?[^\s\"'`]{1,60})?[\"'`]?\s+header",
        r"\bheaders?\b\s?:?\s?[\"'`]?(?P<name>[a-z][a-z0-9-]{1,60})",
    )
)


def mentions(signature: Signature) -> tuple[Mention, ...]:
    """What the error names, the most certain first; empty when it names nothing."""
    found = [*_of_param(signature.param or ""), *_of_message(signature.message or "")]
    kept: dict[str, Mention] = {}
    for mention in found:
        kept.setdefault(mention.name.lower(), mention)
    return tuple(kept.values())


def _of_param(param: str) -> Iterator[Mention]:
    name = param.strip()
    if name.lower() in _NOTHING or not name.isprintable():
        return
    if name.lower() in _HEADERS:
        yield Mention(_HEADERS[name.lower()], "header")
        return
    first, _, rest = name.partition(".")
    if rest and first in _ELSEWHERE:
        return
    where = _PARTS.get(first) if rest else None
    yield Mention(rest if where else name, where)


def _of_message(message: str) -> Iterator[Mention]:
    yield from _headers(message)
    for pattern in (*_QUOTED, _UNQUOTED):
        for match in pattern.finditer(message):
            name = match["name"]
            kind = (match.groupdict().get("kind") or "").lower()
            if name.lower() in _HEADERS:
                yield Mention(_HEADERS[name.lower()], "header")
            elif name.lower() not in _NO_NAMES:
                yield Mention(name, "query" if kind.startswith("query") else None)
    required = _REQUIRED.match(message)
    if required is not None and _is_field_name(required["name"]):
        yield Mention(required["name"])


def _is_field_name(name: str) -> bool:
    """Whether a bare word can only be a field: "Authentication is required" names none."""
    return name in _FIELDS or "." in name or "_" in name


def _headers(message: str) -> Iterator[Mention]:
    for match in (m for pattern in _HEADER for m in pattern.finditer(message)):
        name = match["name"]
        is_one = "-" in name and (name[0].isupper() or name.lower().startswith("x-"))
        if name.lower() in _HEADERS or is_one:
            yield Mention(_HEADERS.get(name.lower(), name), "header")
    for name in _TELLING_HEADERS:
        if name in message.lower():
            yield Mention(_HEADERS[name], "header")
