"""The four fields of an error, and how two readings of one error become one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_NAME = 200  # characters of a type, code or param
LONGEST_MESSAGE = 2_000  # read this far; a signature keeps less


@dataclass(frozen=True, slots=True)
class ErrorFields:
    """The four fields of an error; ``None`` where the body had no such field."""

    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None

    @property
    def says_something(self) -> bool:
        return any((self.message, self.type, self.code, self.param))

    @property
    def is_named(self) -> bool:
        """Whether a type or a code tells what kind of error it is."""
        return bool(self.type or self.code)

    def or_else(self, other: ErrorFields) -> ErrorFields:
        """These fields, and where one is absent or empty, the other reading's."""
        return ErrorFields(
            _first(self.message, other.message),
            _first(self.type, other.type),
            _first(self.code, other.code),
            _first(self.param, other.param),
        )


def joined(texts: Iterable[str | None], between: str = ": ") -> str | None:
    """The texts as one; a text that another one already contains is said once."""
    said: list[str] = []
    empty: str | None = None
    for text in texts:
        if not text:
            empty = text if empty is None else empty
        elif not any(text in other for other in said):
            # A text that contains an earlier one takes its place.
            said = [other for other in said if other not in text] + [text]
    return between.join(said)[:LONGEST_MESSAGE] if said else empty


def clean(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Text that can be printed and encoded: no lone surrogates, blanks as single spaces."""
    shortened = text.strip()[:longest]
    encodable = shortened.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\s+", " ", encodable)


def _first(mine: str | None, theirs: str | None) -> str | None:
    return mine if mine or theirs is None else theirs
