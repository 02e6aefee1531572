"""Texts as syntax trees: which language a file is in, and the scripts of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter

_PAGES = (".html", ".htm", ".vue", ".svelte")
_TYPESCRIPT = (".ts", ".mts", ".cts")
_JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".tsx")
_PYTHON = (".py", ".pyw")
SUFFIXES = (*_PAGES, *_TYPESCRIPT, *_JAVASCRIPT, *_PYTHON)

_CHUNK = 65536
# The parser reports a step about every sixty bytes of code. Where it looks for a way to go on
# behind an error there can be a thousand times as many, or a step can take ten times as long: hence
# a limit of steps, and a look at the beginning of a long text before the whole of it is parsed.
_BYTES_PER_STEP = 15
_STEPS_AT_LEAST = 2000
_BEGINNING = 48_000
_LONGER_THAN_A_WORD = 24
_MOST_SCRIPTS = 500  # of a page; each costs the parser a way through all that stands before it
_ATTRIBUTES = re.compile(rb"[^>]{0,2000}>")
_SCRIPT_TYPE = re.compile(rb"""\btype\s*=\s*["']?([\w/+.-]+)""", re.IGNORECASE)
_CODE_TYPES = (b"module", b"text/javascript", b"application/javascript", b"text/babel", b"text/jsx")


class Language(StrEnum):
    JAVASCRIPT = "JavaScript"
    TYPESCRIPT = "TypeScript"
    PYTHON = "Python"


@dataclass(frozen=True, slots=True)
class Script:
    """A part of a file in one language: bytes from ``start`` to ``end``."""

    language: Language
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed script. ``cut_at`` is where reading ended, since what follows is no code."""

    script: Script
    root: tree_sitter.Node
    cut_at: int | None


def as_bytes(text: str) -> bytes:
    """The text as offsets count in it. Any text has bytes; lone surrogates keep theirs."""
    return text.encode("utf-8", "surrogatepass")


def scripts_of(name: str, data: bytes) -> Iterator[Script]:
    """The scripts of a file, by its name; by its content where the name says nothing."""
    lowered = name.lower()
    if lowered.endswith(_PAGES) or (not lowered.endswith(SUFFIXES) and _is_page(data)):
        yield from islice((s for s in _scripts_of_page(data) if s.start < s.end), _MOST_SCRIPTS)
    elif lowered.endswith(_PYTHON):
        yield Script(Language.PYTHON, 0, len(data))
    elif lowered.endswith(_TYPESCRIPT):
        yield Script(Language.TYPESCRIPT, 0, len(data))
    elif lowered.endswith(_JAVASCRIPT) or not _looks_like_python(data):
        yield Script(Language.JAVASCRIPT, 0, len(data))
    else:
        yield Script(Language.PYTHON, 0, len(data))


def _is_page(data: bytes) -> bool:
    start = data[:4096].lower()
    return b"<script" in start or b"<html" in start or b"<!doctype html" in start


def _looks_like_python(data: bytes) -> bool:
    python = re.findall(
        rb"(?m)^\s{0,200}(?:def \w|from \w[\w.]* import|async def |elif |@\w)", data[:65536]
    )
    script = re.findall(rb"(?m)\b(?:const|let|var) |=>|;\s{0,200}$|\bfunction\b", data[:65536])
    return len(python) > len(script)


def _scripts_of_page(data: bytes) -> Iterator[Script]:
    """What stands between ``<script>`` and ``</script>``, outside comments."""
    lowered = data.lower()
    at = 0
    while (start := lowered.find(b"<script", at)) >= 0:
        comment = lowered.find(b"<!--", at, start)
        if comment >= 0:
            at = lowered.find(b"-->", comment)
            if at < 0:
                return
            continue
        opening = _ATTRIBUTES.match(data, start + len(b"<script"))
        if opening is None:
            at = start + 1
            continue
        end = lowered.find(b"</script", opening.end())
        end = len(data) if end < 0 else end
        at = end + 1
        kind = _SCRIPT_TYPE.search(opening[0])
        if kind is None or kind[1].lower() in _CODE_TYPES:
            yield Script(Language.JAVASCRIPT, opening.end(), end)
        elif kind[1].lower() == b"text/typescript":
            yield Script(Language.TYPESCRIPT, opening.end(), end)


def parse(data: bytes, script: Script) -> Tree:
    """The tree of a script; positions in it count from the start of the file."""
    beginning = script.start + _BEGINNING
    if beginning < script.end:
        tree = _parse(data, script, beginning)
        is_code = tree is not None and not _is_mostly_error(tree)
        whole = _parse(data, script, script.end) if is_code else None
        if whole is None and tree is not None:
            return Tree(script, tree, beginning)
    else:
        whole = _parse(data, script, script.end)
    if whole is not None:
        return Tree(script, whole, None)
    nothing = _parse(data, script, script.start)
    assert nothing is not None, "an empty script can be parsed"
    return Tree(script, nothing, script.start)


def _parse(data: bytes, script: Script, end: int) -> tree_sitter.Node | None:
    """The tree of a script up to ``end``; ``None`` when it took too many steps."""
    import tree_sitter

    steps = 0
    most = _STEPS_AT_LEAST + (end - script.start) // _BYTES_PER_STEP

    def is_too_much(_offset: int, _has_error: bool) -> bool:
        nonlocal steps
        steps += 1
        return steps > most

    def chunk(offset: int, _point: object) -> bytes:
        return data[offset : min(offset + _CHUNK, end)]

    parser = tree_sitter.Parser(_grammar(script.language))
    if script.start or end < len(data):
        parser.included_ranges = [_range(data, script.start, end)]
    try:
        return parser.parse(chunk, progress_callback=is_too_much).root_node
    except ValueError:  # the parser was stopped
        return None


def _is_mostly_error(root: tree_sitter.Node) -> bool:
    """Whether more than half of a text could not be read as this language.

    Where a text is cut inside a function, the function is an error, but what stands whole in it is
    code.
    """
    inner = [grandchild for child in root.named_children for grandchild in child.named_children]
    nodes = [root] if root.type == "ERROR" else [*root.named_children, *inner]
    lost = sum(_lost_bytes(node) for node in nodes if node.type == "ERROR")
    return 2 * lost > root.end_byte - root.start_byte


def _lost_bytes(error: tree_sitter.Node) -> int:
    """How much of an error is in no node that is whole and longer than a word."""
    lengths = [n.end_byte - n.start_byte for n in error.named_children if not n.has_error]
    whole = sum(length for length in lengths if length >= _LONGER_THAN_A_WORD)
    return error.end_byte - error.start_byte - whole


def _range(data: bytes, start: int, end: int) -> tree_sitter.Range:
    import tree_sitter

    points = []
    for at in (start, end):
        row = data.count(b"\n", 0, at)
        points.append((row, at - (data.rfind(b"\n", 0, at) + 1)))
    return tree_sitter.Range(points[0], points[1], start, end)


@cache
def _grammar(language: Language) -> tree_sitter.Language:
    import tree_sitter

    if language is Language.PYTHON:
        import tree_sitter_python

        return tree_sitter.Language(tree_sitter_python.language())
    import tree_sitter_typescript

    # The grammar of TSX reads JavaScript as well; that of TypeScript has no JSX, for <T>casts.
    if language is Language.TYPESCRIPT:
        return tree_sitter.Language(tree_sitter_typescript.language_typescript())
    return tree_sitter.Language(tree_sitter_typescript.language_tsx())
