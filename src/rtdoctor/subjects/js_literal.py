"""Literal values of JavaScript: what stands in ``fetch(...)`` as a browser copies it.

Objects, arrays, texts, templates, numbers, ``JSON.stringify(...)`` of a literal. Any other
expression becomes an ``Expression``: its text is known, its value is not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_MAX_DEPTH = 40
_SPACE = re.compile(r"(?s)(?:\s+|//[^\n]*|/\*.*?\*/)+")
_STRING = re.compile(
    r"""(?xs) "([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)"
      | '([^'\\\n]*+(?:\\.[^'\\\n]*+)*+)'
      | `([^`\\]*+(?:\\.[^`\\]*+)*+)`"""
)
_PLAIN = re.compile(r"""[^"'`()\[\]{},;]+""")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_STRINGIFY = re.compile(r"JSON\.stringify\s*\(")
_ESCAPE = re.compile(
    r"(?s)\\(?:u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<u>[0-9A-Fa-f]{4})|x(?P<x>[0-9A-Fa-f]{2})"
    r"|(?P<line>\r?\n)|(?P<other>.))"
)
_NAMES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}


@dataclass(frozen=True, slots=True)
class Expression:
    """Code whose value is not known."""

    code: str


class NotLiteral(ValueError):
    """The text is no value, or has no end."""


def read_value(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """The value that begins at a place of a text, and where it ends. Raises ``NotLiteral``."""
    at = skip_space(text, at)
    if depth > _MAX_DEPTH or at >= len(text):
        raise NotLiteral
    start = at
    value: Any
    if text[at] == "{":
        value, at = _object(text, at + 1, depth)
    elif text[at] == "[":
        value, at = _array(text, at + 1, depth)
    elif found := _STRING.match(text, at):
        value, at = _unescape(found[1] or found[2] or found[3] or ""), found.end()
    elif found := _NUMBER.match(text, at):
        value, at = json.loads(found[0]) if not found[0].startswith("0") else 0, found.end()
    elif found := _STRINGIFY.match(text, at):
        value, at = read_value(text, found.end(), depth + 1)
        value = _stringified(value)
        at = _behind_arguments(text, at)
    elif (found := _NAME.match(text, at)) and found[0] in _WORDS:
        value, at = _WORDS[found[0]], found.end()
    else:
        value, at = Expression(""), at
    after = skip_space(text, at)
    if text[after : after + 1] in (",", "}", "]", ")", ""):
        return (_expression(text, start, at), at) if value == Expression("") else (value, after)
    end = _end_of_expression(text, after)
    return _expression(text, start, end), end


def _expression(text: str, start: int, end: int) -> Expression:
    if end == start:
        raise NotLiteral
    return Expression(text[start:end].strip())


def skip_space(text: str, at: int) -> int:
    """The place of the next character that is neither white space nor in a comment."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _stringified(value: Any) -> str | Expression:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_as_text)
    except ValueError:
        return Expression("JSON.stringify")


def _as_text(value: Any) -> str:
    return f"${{{value.code}}}" if isinstance(value, Expression) else str(value)


def _object(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    value: dict[str, Any] = {}
    while True:
        at = skip_space(text, at)
        if text[at : at + 1] == "}":
            return value, at + 1
        if text.startswith("...", at):
            at = _end_of_expression(text, at)
        else:
            key = _STRING.match(text, at) or _NAME.match(text, at)
            if key is None:
                raise NotLiteral
            name = _unescape(key[0][1:-1]) if key[0][0] in "\"'`" else key[0]
            at = skip_space(text, key.end())
            if text[at : at + 1] == ":":
                value[name], at = read_value(text, at + 1, depth + 1)
            else:
                # `{ model }` is short for a variable, whose value is not in the text.
                value[name] = Expression(name)
        at = _behind_comma(text, at, "}")


def _array(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    value: list[Any] = []
    while True:
        at = skip_space(text, at)
        if text[at : at + 1] == "]":
            return value, at + 1
        item, at = read_value(text, at, depth + 1)
        value.append(item)
        at = _behind_comma(text, at, "]")


def _behind_comma(text: str, at: int, close: str) -> int:
    at = skip_space(text, at)
    if text[at : at + 1] == ",":
        return at + 1
    if text[at : at + 1] != close:
        raise NotLiteral
    return at


def _behind_arguments(text: str, at: int) -> int:
    """Behind the closing parenthesis of a call whose first argument was read."""
    while text[(at := skip_space(text, at)) : at + 1] == ",":
        at = _end_of_expression(text, at + 1)
    if text[at : at + 1] != ")":
        raise NotLiteral
    return at + 1


def _end_of_expression(text: str, at: int) -> int:
    """Where an expression ends: at a comma or a closing bracket of what is around it."""
    open_brackets = 0
    while at < len(text):
        # Strings are passed as a whole, since a bracket in one opens nothing.
        found = _STRING.match(text, at) or _PLAIN.match(text, at)
        if found:
            at = found.end()
            continue
        letter = text[at]
        if letter in "([{":
            open_brackets += 1
        elif letter in ")]}":
            if not open_brackets:
                return at
            open_brackets -= 1
        elif letter in ",;" and not open_brackets:
            return at
        at += 1
    raise NotLiteral


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    digits = match["braced"] or match["u"] or match["x"]
    if digits:
        number = int(digits, 16)
        return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
    if match["line"]:
        return ""
    return _NAMES.get(match["other"], match["other"])
