"""Writing values in the layout of the text that they come from.

A value that the text holds already is written as it stands there, digit by digit; only what
surrounds it is laid out anew: indentation, quotes and commas are those of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rtdoctor.migration.json_text import compact_json
from rtdoctor.migration.literal import Literal

_BARE = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_OPENING = re.compile(r"[{\[](\s*)")
_CLOSING = re.compile(r"(,?)(\s*)[}\]]\Z")
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a literal is laid out.

    ``indent`` is one step of indentation, ``None`` when all stands on one line; ``base`` is the
    indentation of the line that ends the literal; ``written`` holds the text of every value.
    """

    indent: str | None
    base: str
    padding: str
    comma: str
    colon: str
    last_comma: str
    quote: str
    has_bare_names: bool
    written: Mapping[str, Literal]

    def write(self, value: Any) -> str:
        """The value as text, laid out like the literal."""
        return self._write(value, self.base)

    def _write(self, value: Any, base: str) -> str:
        known = self.written.get(compact_json(value))
        if known is not None:
            return self._indented(known, base)
        if isinstance(value, dict) and value:
            members = [
                f"{self._name(name)}{self.colon}{self._write(inner, base + (self.indent or ''))}"
                for name, inner in value.items()
            ]
            return self._laid_out("{", members, "}", base)
        if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            inside = [self._write(item, base + (self.indent or "")) for item in value]
            return self._laid_out("[", inside, "]", base)
        if isinstance(value, list):
            return f"[{self.comma.join(self._write(item, base) for item in value)}]"
        return self._text(value) if isinstance(value, str) else compact_json(value)

    def _laid_out(self, opening: str, members: list[str], closing: str, base: str) -> str:
        if self.indent is None:
            return f"{opening}{self.padding}{self.comma.join(members)}{self.padding}{closing}"
        lines = ",".join(f"\n{base}{self.indent}{member}" for member in members)
        return f"{opening}{lines}{self.last_comma}\n{base}{closing}"

    def _indented(self, known: Literal, base: str) -> str:
        """The text of a value at another depth. Text between backticks keeps its lines."""
        if "\n" not in known.text or "`" in known.text:
            return known.text
        first, *lines = known.text.split("\n")
        old = _leading(lines[-1])
        moved = [base + line.removeprefix(old) if line.strip() else line for line in lines]
        return "\n".join([first, *moved])

    def _name(self, name: str) -> str:
        if self.has_bare_names and _BARE.fullmatch(name):
            return name
        return self._text(name)

    def _text(self, text: str) -> str:
        written = json.dumps(text, ensure_ascii=False)
        if self.quote == "'" and "'" not in text and '"' not in text:
            return f"'{written[1:-1]}'"
        return written


def layout_of(literal: Literal, source: str) -> Layout:
    """The layout of an object that stands in ``source``."""
    opening = _OPENING.match(literal.text)
    closing = _CLOSING.search(literal.text)
    space = opening[1] if opening and literal.parts else ""
    is_multiline = "\n" in space
    base = _leading(_line_of(source, literal.end - 1)) if is_multiline else ""
    step = space.rpartition("\n")[2]
    names = [name for part in literal.walk() for name in part.names]
    texts = [part.text for part in literal.walk() if isinstance(part.value, str)]
    return Layout(
        indent=(step.removeprefix(base) or "  ") if is_multiline else None,
        base=base,
        padding="" if is_multiline else space,
        comma=next(_between_values(literal), ", " if is_multiline else ","),
        colon=next(_after_names(literal), ": "),
        last_comma="," if is_multiline and closing and closing[1] else "",
        quote="'" if _mostly_single([*texts, *names]) else '"',
        has_bare_names=bool(names) and names[0][0] not in "\"'",
        written=_as_written(literal),
    )


def _between_values(literal: Literal) -> Iterator[str]:
    """The comma between two values or members that stand on one line, with its space."""
    for outer in literal.walk():
        followers = outer.names[1:] or [part.text for part in outer.parts[1:]]
        for left, follower in zip(outer.parts, followers, strict=False):
            gap = outer.text[left.end - outer.start :].partition(follower)[0]
            if "\n" not in gap:
                yield gap


def _after_names(literal: Literal) -> Iterator[str]:
    for outer in literal.walk():
        for name, part in zip(outer.names, outer.parts, strict=False):
            before = outer.text[: part.start - outer.start]
            yield before[before.rindex(name) + len(name) :]


def _as_written(literal: Literal) -> dict[str, Literal]:
    """The first spelling of every value; the whole literal is what is to be written anew."""
    written: dict[str, Literal] = {}
    for outer in literal.walk():
        for part in outer.parts:
            written.setdefault(compact_json(part.value), part)
    return written


def _mostly_single(texts: list[str]) -> bool:
    single = sum(text.startswith("'") for text in texts)
    return single > sum(text.startswith('"') for text in texts)


def _leading(line: str) -> str:
    found = _INDENT.match(line)
    return found[0] if found else ""


def _line_of(source: str, at: int) -> str:
    return source[source.rfind("\n", 0, at) + 1 :].partition("\n")[0]
