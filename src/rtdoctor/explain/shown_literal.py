"""Objects as programs print them: JSON, Python and JavaScript reprs, keyword arguments, source.

No parser of one language reads what people paste: the same error stands as
``{"error": {"code": "x"}}``, ``{'error': {'code': 'x', 'param': None}}``,
``{ error: { code: 'x' } }`` and ``RealtimeError(code='x', param=None)``, cut off in the middle or
with quotes that an escape has lost. Nothing is run, and what is no literal is ``UNKNOWN``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

_LONGEST = 20_000  # characters of one object
_DEEPEST = 16
_LONGEST_EXPRESSION = 2_000
_BLANK = re.compile(r"(?:[\s\\]|//[^\n]{0,400}|/\*.{0,400}?\*/){1,400}", re.DOTALL)
_NAME = re.compile(r"\.?[A-Za-z_$][\w$.-]{0,80}")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?![\w.])")
_CALL = re.compile(r"[A-Z]\w{0,80}\(\s{0,20}(?=[A-Za-z_]\w{0,80}\s?=|\))")
_CONSTANTS: Final = {
    "true": True, "True": True, "false": False, "False": False,
    "null": None, "None": None, "undefined": None, "nil": None,
}  # fmt: skip
_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}
# What may follow the quote mark that closes a text; any other mark is part of the text.
_AFTER_TEXT = re.compile(r"[ \\\t]{0,80}(?:[,}\]):=+;\n]|\|\||\?\?|(?:as|or|if) |$)")
_PAIRS: Final = {"{": "}", "[": "]", "(": ")"}


class Unknown(Enum):
    """A value that only running the program would tell."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class ShownLiteral:
    """An object or list read in a text, and where it ends.

    ``is_whole`` says that it was read to its closing bracket and that nothing in it is unknown:
    only then does the absence of a name mean anything.
    """

    value: Any
    end: int
    is_whole: bool


def read_literal(text: str, at: int) -> ShownLiteral | None:
    """The object, list or call with keyword arguments that begins at ``at``; ``None`` if none.

    An object that is cut off has what was read of it. Takes time in proportion to its length, of
    which 20,000 characters are read.
    """
    reader = _Reader(text, at, min(len(text), at + _LONGEST))
    value = reader.value(0)
    if not isinstance(value, dict | list):
        return None
    return ShownLiteral(value, reader.at, reader.is_whole)


@dataclass
class _Reader:
    text: str
    at: int
    end: int
    is_whole: bool = field(default=True)

    def value(self, depth: int) -> Any:
        self._skip()
        sign = self._peek()
        if depth > _DEEPEST:
            return self._unknown()
        if sign == "{":
            return self._members("}", depth)
        if sign == "[":
            return self._items(depth)
        if sign in _QUOTES:
            return self._joined()
        call = _CALL.match(self.text, self.at, self.end)
        if call:
            self.at = call.end() - 1
            return self._members(")", depth)
        return self._word()

    def _peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.at, self.end)
        if blank:
            self.at = blank.end()

    def _members(self, closer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        while True:
            self._skip()
            sign = self._peek()
            if sign in (closer, ""):
                self._close(closer)
                return found
            if sign == ",":
                self.at += 1
                continue
            start = self.at
            name = self._key()
            self._skip()
            if name is None or self._peek() not in (":", "="):
                if name is None or self._peek() not in (",", closer):
                    self._unknown()  # a spread, a computed name, or the end of what is an object
                else:
                    self.is_whole = False
                    found[name] = UNKNOWN  # JavaScript's {voice} for {voice: voice}
                # Nothing was taken, so the next round would find the same: this is no object of
                # ours.
                if self.at == start:
                    self.is_whole = False
                    return found
                continue
            self.at += 1
            found[name] = self._settled(self.value(depth + 1))

    def _items(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        while True:
            self._skip()
            sign = self._peek()
            if sign in ("]", ""):
                self._close("]")
                return found
            start = self.at
            if sign == ",":
                self.at += 1
                continue
            found.append(self._settled(self.value(depth + 1)))
            # As in `_members`: without this the loop would not end.
            if self.at == start:
                self.is_whole = False
                return found

    def _close(self, closer: str) -> None:
        if self._peek() == closer:
            self.at += 1
        else:
            self.is_whole = False

    def _key(self) -> str | None:
        if self._peek() in _QUOTES:
            return self._quoted().strip()
        name = _NAME.match(self.text, self.at, self.end)
        if name is None or name[0].startswith("."):
            return None
        self.at = name.end()
        return name[0]

    def _settled(self, value: Any) -> Any:
        """The value, unless an operator behind it makes it a part of an expression."""
        self._skip()
        if self._peek() in (",", "}", "]", ")", "", '"', "'"):
            return value
        if isinstance(value, dict | list) or self.text[self.at - 1] == "\n":
            return value  # the comma is missing, as in what a console prints
        return self._unknown()

    def _unknown(self) -> Unknown:
        """Skip an expression up to the comma or bracket that ends it."""
        self.is_whole = False
        open_pairs: list[str] = []
        limit = min(self.end, self.at + _LONGEST_EXPRESSION)
        while self.at < limit:
            sign = self.text[self.at]
            if sign in _PAIRS:
                open_pairs.append(_PAIRS[sign])
            elif open_pairs and sign == open_pairs[-1]:
                open_pairs.pop()
            elif not open_pairs and sign in ",}])":
                break
            self.at += 1
        return UNKNOWN

    def _joined(self) -> Any:
        """A text, or several that ``+`` joins over lines, as consoles break long ones."""
        is_template = self._peek() == "`"
        said = self._quoted()
        while True:
            back = self.at
            self._skip()
            if self._peek() != "+":
                self.at = back
                break
            self.at += 1
            self._skip()
            if self._peek() not in ("'", '"'):
                self.at = back
                return self._unknown()
            said += self._quoted()
        if is_template and "${" in said:
            self.is_whole = False
            return UNKNOWN
        return said

    def _quoted(self) -> str:
        """The text in quotes. A quote mark closes it only where something that follows a value
        follows, and if it is escaped as the opening one: messages have quotes in them."""
        closer, is_escaped = _QUOTES[self.text[self.at]], self._is_escaped(self.at)
        start = self.at = self.at + 1
        while True:
            found = self.text.find(closer, self.at, self.end)
            if found < 0:
                self.is_whole = False
                said = self.text[start : self.end]
                self.at = self.end
                return said.partition("\n")[0]
            self.at = found + 1
            if self._is_escaped(found) == is_escaped and _AFTER_TEXT.match(self.text, self.at):
                return self.text[start:found].rstrip("\\")

    def _is_escaped(self, at: int) -> bool:
        return self.text[at - 1 : at] == "\\"

    def _word(self) -> Any:
        number = _NUMBER.match(self.text, self.at, self.end)
        if number:
            self.at = number.end()
            return float(number[0]) if "." in number[0] else int(number[0])
        name = _NAME.match(self.text, self.at, self.end)
        if name is not None and name[0] in _CONSTANTS:
            self.at = name.end()
            return _CONSTANTS[name[0]]
        return self._unknown()
