"""Reading a literal as JSON, JavaScript or Python writes it, with the text of every value.

One grammar covers the three: names may stand bare or in quotes, a comma may stand before the
closing bracket. A literal that holds anything else, such as a variable or a call, is refused:
what such a value is cannot be read here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 100
"""So many objects and lists may stand inside each other; a session has about ten."""

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\$]|\$(?!\{))*`')
_WORDS = {
    "true": True, "false": False, "null": None, "True": True, "False": False, "None": None,
}  # fmt: skip


class NotALiteral(Exception):
    """The text is something else at ``position``; ``why`` ends a sentence that names the line.

    ``open`` are the places where the objects and lists begin that are open there.
    """

    def __init__(self, position: int, why: str) -> None:
        super().__init__(why)
        self.position = position
        self.why = why
        self.open: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Literal:
    """A value and how it is written. ``parts`` are the values right inside it.

    ``names`` are the names of an object as they are written, with their quotes.
    """

    value: Any
    text: str
    start: int
    parts: tuple[Literal, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def walk(self) -> Iterator[Literal]:
        """This value and every value inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_literal(text: str, start: int = 0) -> Literal:
    """The literal that begins at ``start``. Raises ``NotALiteral``; reads in linear time."""
    reading = _LiteralReader(text, _after_space(text, start))
    try:
        return reading.value(DEEPEST)
    except NotALiteral as fault:
        fault.open = tuple(reading.open)
        raise


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


@dataclass(slots=True)
class _LiteralReader:
    text: str
    at: int
    open: list[int] = field(default_factory=list)

    def value(self, depth: int) -> Literal:
        start, sign = self.at, self.text[self.at : self.at + 1]
        if depth == 0:
            raise NotALiteral(start, "it is nested too deep")
        if sign == "{":
            return self._object(start, depth)
        if sign == "[":
            return self._list(start, depth)
        if sign in ('"', "'", "`"):
            text = self._take(_STRING, "it holds a text that is not a plain literal")
            return Literal(_string(text, start), text, start)
        if found := _NUMBER.match(self.text, start):
            self.at = found.end()
            return Literal(_number(found[0], start), found[0], start)
        word = _NAME.match(self.text, start)
        if word is not None and word[0] in _WORDS:
            self.at = word.end()
            return Literal(_WORDS[word[0]], word[0], start)
        if self.text.startswith(("//", "/*", "#"), start):
            raise NotALiteral(start, "it holds a comment, which would be lost")
        if word is not None:
            raise NotALiteral(start, f"{word[0]} is not a literal value")
        raise NotALiteral(start, "it holds something that is not a literal value")

    def _object(self, start: int, depth: int) -> Literal:
        value: dict[str, Any] = {}
        parts: list[Literal] = []
        names: list[str] = []
        for at in self._members("}"):
            written, name = self._name()
            # Which of the two counts is not the same everywhere, and writing the object anew would
            # choose one.
            if name in value:
                raise NotALiteral(at, f"{name} stands in it twice")
            self._colon(name)
            part = self.value(depth - 1)
            value[name] = part.value
            parts.append(part)
            names.append(written)
        return Literal(value, self.text[start : self.at], start, tuple(parts), tuple(names))

    def _list(self, start: int, depth: int) -> Literal:
        parts = [self.value(depth - 1) for _ in self._members("]")]
        return Literal(
            [part.value for part in parts], self.text[start : self.at], start, tuple(parts)
        )

    def _members(self, close: str) -> Iterator[int]:
        """The place of each member, which the caller reads before it asks for the next."""
        self.open.append(self.at)
        self.at = _after_space(self.text, self.at + 1)
        while not self.text.startswith(close, self.at):
            yield self.at
            self.at = _after_space(self.text, self.at)
            if self.text.startswith(",", self.at):
                self.at = _after_space(self.text, self.at + 1)
            elif not self.text.startswith(close, self.at):
                raise NotALiteral(self.at, self._instead_of("a comma"))
        self.at += 1
        self.open.pop()

    def _name(self) -> tuple[str, str]:
        start = self.at
        if self.text[start : start + 1] in ('"', "'"):
            written = self._take(_STRING, "it holds a name that is not a plain literal")
            return written, _string(written, start)
        if self.text.startswith("...", start):
            raise NotALiteral(start, "it takes in another object with ...")
        if self.text.startswith(("//", "/*", "#"), start):
            raise NotALiteral(start, "it holds a comment, which would be lost")
        written = self._take(_NAME, "it holds a name that is not a plain literal")
        return written, written

    def _colon(self, name: str) -> None:
        self.at = _after_space(self.text, self.at)
        if self.text.startswith((",", "}"), self.at):
            raise NotALiteral(self.at, f"{name} stands for a variable")
        if not self.text.startswith(":", self.at):
            raise NotALiteral(self.at, self._instead_of("a colon"))
        self.at = _after_space(self.text, self.at + 1)

    def _instead_of(self, sign: str) -> str:
        if self.at >= len(self.text):
            return "it does not end"
        if self.text.startswith(("//", "/*", "#"), self.at):
            return "it holds a comment, which would be lost"
        return f"a value is followed by something else than {sign}, so it is not a literal"

    def _take(self, pattern: re.Pattern[str], otherwise: str) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise NotALiteral(self.at, otherwise)
        self.at = found.end()
        return found[0]


def _string(written: str, at: int) -> str:
    inside = written[1:-1]
    if "\\" not in inside:
        return inside
    if written[0] != '"':
        # The other quotes are turned into those of JSON, whose reader then judges the escapes.
        inside = inside.replace("\\'", "'").replace("\\`", "`").replace('"', '\\"')
        inside = inside.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    try:
        return str(json.loads(f'"{inside}"'))
    except ValueError:
        raise NotALiteral(at, "it holds a text with an escape that JSON does not know") from None


def _number(written: str, at: int) -> int | float:
    # Python raises for an integer of more than 4,300 digits; no double holds one of 400 anyway.
    value: int | float = json.loads(written) if len(written) <= 400 else float("inf")
    if value in (float("inf"), float("-inf")):
        raise NotALiteral(at, "it holds a number that is too large")
    return value
