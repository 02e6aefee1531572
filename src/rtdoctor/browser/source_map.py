"""Where a place of a script stood before it was bundled, by its source map (ECMA-426). Pure.

A map comes from the page, so any text is taken without an error: what cannot be read maps nothing.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

_COMMENT = re.compile(r"[#@]\s*sourceMappingURL=(\S+)")
_LAST = 4_000  # characters from the end of a script, among which the comment stands
_DIGITS = {
    letter: value
    for value, letter in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
}
_MOST_SECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class OriginalPlace:
    """A place in a source as the map names it; line and column count from 1."""

    source: str
    line: int
    column: int


def map_url_in(script: str) -> str:
    """The URL of the map that a script names at its end, as it is written; empty without one."""
    found = _COMMENT.findall(script if len(script) < _LAST else script[-_LAST:])
    # an inline map is longer than the end that was looked at
    if not found and (at := script.rfind("sourceMappingURL=data:")) >= 0:
        found = script[at + len("sourceMappingURL=") :].split(maxsplit=1)[:1]
    return str(found[-1]) if found else ""


def original_place(source_map: str, line: int, column: int) -> OriginalPlace | None:
    """The place that a line and column of the script (from 1) come from; ``None`` if unknown."""
    try:
        # A server may put these characters before JSON, so that it cannot be run as a script.
        return _in_map(json.loads(source_map.removeprefix(")]}'")), line - 1, column - 1)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def _in_map(data: dict[str, Any], line: int, column: int) -> OriginalPlace | None:
    if "sections" in data:
        return _in_sections(data["sections"][:_MOST_SECTIONS], line, column)
    lines = data["mappings"].split(";")
    if not 0 <= line < len(lines):
        return None
    # the fields of a segment are relative to those of the one before, over all lines
    state = [0, 0, 0]
    for earlier in lines[:line]:
        for segment in filter(None, earlier.split(",")):
            _moved(state, _numbers(segment))
    columns: list[int] = []
    places: list[tuple[int, int, int] | None] = []
    at = 0
    for segment in filter(None, lines[line].split(",")):
        numbers = _numbers(segment)
        at += numbers[0]
        _moved(state, numbers)
        columns.append(at)
        # A segment of a single number says that the code from there on has no source.
        places.append((state[0], state[1], state[2]) if len(numbers) >= 4 else None)
    # A segment holds until the next one begins.
    index = bisect_right(columns, column) - 1
    found = places[index] if index >= 0 else None
    if found is None:
        return None
    source = str(data["sources"][found[0]])
    root = str(data.get("sourceRoot") or "")
    return OriginalPlace(
        f"{root.rstrip('/')}/{source}" if root else source, found[1] + 1, found[2] + 1
    )


def _in_sections(sections: list[Any], line: int, column: int) -> OriginalPlace | None:
    """In an index map: the last section that begins at or before the place."""
    holder = None
    for section in sections:
        offset = section["offset"]
        if (offset["line"], offset["column"]) > (line, column):
            break
        holder = section
    if holder is None:
        return None
    start = holder["offset"]
    # The column of an offset counts on the first line of its section only.
    is_first_line = line == start["line"]
    shift = start["column"] if is_first_line else 0
    return _in_map(holder["map"], line - start["line"], column - shift)


def _moved(state: list[int], numbers: list[int]) -> None:
    for index, change in enumerate(numbers[1:4]):
        state[index] += change


def _numbers(segment: str) -> list[int]:
    """The numbers of a segment, each in base 64 with a sign and a bit that says "more"."""
    numbers, value, shift = [], 0, 0
    for letter in segment:
        digit = _DIGITS[letter]
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    return numbers
