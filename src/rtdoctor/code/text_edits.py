"""Changes of a text at the places that were read, in the style in which it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtdoctor.code.program import SourceSpan
from rtdoctor.code.source import as_bytes
from rtdoctor.code.values import Composed, Fields, KnownValue, NamedValue, Value, as_text, sketch

_QUOTED = re.compile(rb"[A-Za-z]{0,2}(\"\"\"|'''|[\"'`])")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


class CannotEdit(Exception):
    """A change that cannot be made at the literal; the message says why."""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """The bytes of ``at`` become ``text``."""

    at: SourceSpan
    text: str


class Texts:
    """The files under change, as bytes."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._data = {name: as_bytes(text) for name, text in files.items()}

    def text(self, at: SourceSpan) -> str:
        return self._data[at.file][at.start : at.end].decode("utf-8", "surrogatepass")

    def data(self, file: str) -> bytes:
        return self._data[file]

    def is_script(self, file: str) -> bool:
        return not file.lower().endswith((".py", ".pyw"))

    def edited(self, edits: Iterable[TextEdit]) -> dict[str, str]:
        """The texts with these changes. Raises ``CannotEdit`` where two of them overlap."""
        data = dict(self._data)
        last: tuple[str, int] | None = None
        # from behind, so that places stay true; what is put in at a place comes before it
        order = sorted(set(edits), key=lambda e: (e.at.file, e.at.start, e.at.end), reverse=True)
        for edit in order:
            at = edit.at
            if last is not None and last[0] == at.file and at.end > last[1]:
                raise CannotEdit("two changes meet at one place")
            last = (at.file, at.start)
            text = data[at.file]
            data[at.file] = text[: at.start] + as_bytes(edit.text) + text[at.end :]
        return {name: text.decode("utf-8", "surrogatepass") for name, text in data.items()}


def part_of(at: SourceSpan, start: int, end: int) -> SourceSpan:
    return SourceSpan(at.file, start, end, at.line)


def content_of(texts: Texts, known: KnownValue) -> SourceSpan:
    """Where the characters of a text literal stand, without quotes and prefix."""
    data = texts.data(known.at.file)
    opening = _QUOTED.match(data, known.at.start, known.at.end)
    if opening is None:
        return known.at
    quote = len(opening[1])
    return part_of(known.at, opening.end(), known.at.end - quote)


def quote_in(texts: Texts, at: SourceSpan) -> str:
    """The quotation mark that a piece of code uses."""
    text = texts.text(at)
    single, double = text.count("'"), text.count('"')
    return "'" if single > double else '"'


def literal(texts: Texts, at: SourceSpan, value: Any) -> str:
    """A scalar or a list of them as code."""
    if isinstance(value, str):
        quote = quote_in(texts, at)
        inner = json.dumps(value, ensure_ascii=False)[1:-1]
        return (
            quote
            + (inner.replace('\\"', '"').replace("'", "\\'") if quote == "'" else inner)
            + quote
        )
    if not texts.is_script(at.file) and (value is None or isinstance(value, bool)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(literal(texts, at, item) for item in value) + "]"
    if isinstance(value, dict):
        members = ", ".join(
            f"{key(texts, at, name)}: {literal(texts, at, inner)}" for name, inner in value.items()
        )
        return f"{{ {members} }}" if members and texts.is_script(at.file) else f"{{{members}}}"
    return json.dumps(value)


def key(texts: Texts, at: SourceSpan, name: str) -> str:
    """A name as a key of an object that is written in the style of the code at ``at``."""
    bare = texts.is_script(at.file) and _NAME.fullmatch(name) is not None
    return (
        name
        if bare and not re.search(r"[\"']\w+[\"']\s{0,9}:", texts.text(at))
        else literal(texts, at, name)
    )


def removal(texts: Texts, at: SourceSpan) -> TextEdit:
    """Take a member out, with its comma; with its line where it stands alone on it."""
    data = texts.data(at.file)
    start, end = at.start, at.end
    behind = re.compile(rb"[ \t]*,?[ \t]*(?:(?://|#)[^\n]*)?").match(data, end)
    assert behind is not None, "the pattern matches nothing as well"
    line = data.rfind(b"\n", 0, start) + 1
    alone = not data[line:start].strip() and data[behind.end() : behind.end() + 1] in (b"\n", b"\r")
    if alone:
        newline = data.find(b"\n", behind.end())
        return TextEdit(part_of(at, line, newline + 1), "")
    comma = re.compile(rb"\s*,[ \t]*").match(data, end)
    if comma is not None:
        return TextEdit(part_of(at, start, comma.end()), "")
    before = re.compile(rb",\s*$").search(data[max(0, start - 200) : start])
    if before is not None:
        start -= len(before[0])
    return TextEdit(part_of(at, start, end), "")


def addition(texts: Texts, fields: Fields, name: str, code: str) -> TextEdit:
    """Put a member behind the last one of an object, in its style."""
    if not fields.fields:
        return TextEdit(fields.at, "{ " + f"{key(texts, fields.at, name)}: {code}" + " }")
    last = fields.fields[-1].at
    if not (last.file == fields.at.file and fields.at.start <= last.start < fields.at.end):
        raise CannotEdit(f"the members of the object at {fields.at} stand elsewhere")
    data = texts.data(last.file)
    line = data.rfind(b"\n", 0, last.start) + 1
    indent = data[line : last.start]
    apart = f",\n{indent.decode()}" if not indent.strip() else ", "
    return TextEdit(
        part_of(last, last.end, last.end), f"{apart}{key(texts, fields.at, name)}: {code}"
    )


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a composed text: its value, and where it stands in the expression."""

    text: str
    value: Value
    use: SourceSpan


def pieces_in(value: Value, use: SourceSpan) -> Iterator[TextPiece]:
    """The pieces of a text as the expression puts them together."""
    if isinstance(value, Composed) and value.at == use and len(value.uses) == len(value.parts):
        for part, where in zip(value.parts, value.uses, strict=True):
            yield from pieces_in(part, where)
    else:
        yield TextPiece(sketch(value), value, use)


def text_changes(texts: Texts, value: Value, new: str) -> Iterator[Sequence[TextEdit]]:
    """Ways to make a text come to ``new``, the smallest first."""
    old = sketch(value)
    start, behind = _common(old, new)
    yield from _in_one_literal(texts, value, new, start, behind)
    yield from _in_expression(texts, value, new, start, behind)
    if "{" not in new:
        yield [TextEdit(value.at, literal(texts, value.at, new))]


def _common(old: str, new: str) -> tuple[int, int]:
    """How many characters two texts have in common at the beginning, and at the end."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    most -= start
    behind = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    return start, behind


def _in_one_literal(
    texts: Texts, value: Value, new: str, start: int, behind: int
) -> Iterator[Sequence[TextEdit]]:
    end = sum(len(as_text_of(p)) for p in _leaves(value)) - behind
    at = 0
    for leaf in _leaves(value):
        length = len(as_text_of(leaf))
        is_here = at <= start and end <= at + length
        if is_here and isinstance(leaf, KnownValue) and isinstance(leaf.value, str) and length:
            content = content_of(texts, leaf)
            if texts.text(content) == leaf.value:
                changed = (
                    leaf.value[: start - at]
                    + new[start : len(new) - behind]
                    + leaf.value[end - at :]
                )
                yield [TextEdit(content, changed)]
        at += length


def _leaves(value: Value) -> Iterator[Value]:
    if isinstance(value, Composed):
        for part in value.parts:
            yield from _leaves(part)
    else:
        yield value


def as_text_of(value: Value) -> str:
    return as_text(value.value) if isinstance(value, KnownValue) else sketch(value)


def _in_expression(
    texts: Texts, value: Value, new: str, start: int, behind: int
) -> Iterator[Sequence[TextEdit]]:
    """Change the part of a template or sum that differs, and keep the rest of it."""
    if not isinstance(value, Composed):
        return
    pieces = list(pieces_in(value, value.at))
    ends, at = [], 0
    for piece in pieces:
        at += len(piece.text)
        ends.append(at)
    last_kept = len(sketch(value)) - behind
    changed = [
        i for i, end in enumerate(ends) if end > start and end - len(pieces[i].text) < last_kept
    ]
    if not changed:
        return
    first, last = changed[0], changed[-1]
    before = ends[first] - len(pieces[first].text)
    middle = new[before : len(new) - (at - ends[last])]
    if "{" in middle:
        return
    opening, closing = pieces[first].use, pieces[last].use
    if texts.text(value.at)[:1] == "`" or re.match(r"[fF]", texts.text(value.at)):
        start_at, end_at = _around(texts, opening)[0], _around(texts, closing)[1]
        yield [TextEdit(part_of(opening, start_at, end_at), middle)]
    elif middle or first == 0:
        yield [
            TextEdit(part_of(opening, opening.start, closing.end), literal(texts, value.at, middle))
        ]
    else:
        yield [TextEdit(part_of(opening, pieces[first - 1].use.end, closing.end), "")]


def _around(texts: Texts, use: SourceSpan) -> tuple[int, int]:
    """A part of a template with the signs around it: ``${name}``, ``{name}``."""
    data = texts.data(use.file)
    before = re.compile(rb"\$?\{\s*$").search(data[max(0, use.start - 20) : use.start])
    after = re.compile(rb"\s*\}").match(data, use.end)
    if before is None or after is None:
        return use.start, use.end
    return use.start - len(before[0]), after.end()


def value_code(texts: Texts, field: NamedValue) -> str:
    """The code of a member's value; the name itself for a shorthand."""
    text = texts.text(field.at)
    found = re.match(r"\s*(?:\[?[\"']?[\w$-]+[\"']?\]?)\s*[:=](?!=)\s*", text)
    return text[found.end() :] if found else text
