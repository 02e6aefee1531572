"""Long documents made short without hiding anything: what recurs stands once.

A page that carries a run of a thousand probes must stay small enough to attach. So what recurs
from probe to probe stands once in ``shared`` and is referred to as ``{"$": index}``: small objects
such as a level, texts, and single lines of longer texts, since most lines of an SDP recur. The
names of an object's fields stand once in ``fields``: ``{"=": [index, value, ...]}``.
Nothing is compressed, so that a search of the bytes for a secret sees all that a reader could
get out of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rtdoctor.errors import EvidenceError

PLAIN_BYTES = 1_000_000
"""A document up to this size stays as it is, to be read by any JSON tool."""
LIMIT_CHARACTERS = 64 * 2**20
"""Most that a document may unfold to; a hostile one could otherwise fill the memory."""

_KIND = "rtdoctor.folded"
# A reference takes about ten characters, so a shorter text would gain nothing.
_SHARED_LENGTHS = range(16, 400)
_LONG_TEXT = 120
_PIECE_ENDS = re.compile(r"(?<=[\n,])")
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def fold(document: bytes) -> bytes:
    """The same document, folded when it is long; ``unfold`` undoes it."""
    value = json.loads(document)
    plain = _dump(value).encode()
    if len(plain) <= PLAIN_BYTES:
        return plain
    reading = _CountingReader(Counter(), {})
    tree = reading.node(value)
    shared = [t for t, n in reading.counts.items() if n > 1 and len(t) in _SHARED_LENGTHS]
    folding = _Folding({text: i for i, text in enumerate(shared)}, {})
    inside = folding.fold(tree)
    parts = [json.loads(text) for text in shared]
    folded = {"kind": _KIND, "shared": parts, "fields": list(folding.fields), "in": inside}
    return _dump(folded).encode()


def unfold(data: bytes, where: str = "this file") -> bytes:
    """The document as it was before ``fold``; what was not folded comes back as it is.

    Raises ``EvidenceError`` when it is folded and cannot be unfolded.
    """
    if f'"kind":"{_KIND}"'.encode() not in data[:200]:
        return data
    try:
        document = json.loads(data)
        unfolded = _Unfolding(document["shared"], document["fields"]).unfold(document["in"])
        return _dump(unfolded).encode("utf-8", "replace")
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise EvidenceError(
            f"{where} is folded and cannot be unfolded: {error}",
            hint="It was cut off, damaged, or written by a newer version.",
        ) from None


@dataclass(slots=True)
class _Node:
    """A part of a document with its JSON text, ``None`` when too long to be shared."""

    text: str | None
    value: Any  # a str, a number, or nodes: a dict of them, a list, or the pieces of a text


@dataclass(slots=True)
class _CountingReader:
    """Turns a document into nodes and counts how often each JSON text occurs."""

    counts: Counter[str]
    leaves: dict[str, _Node]

    def node(self, value: Any) -> _Node:
        if isinstance(value, str) and len(value) > _LONG_TEXT:
            return _Node(None, tuple(map(self._leaf, _PIECE_ENDS.split(value))))
        if isinstance(value, dict):
            nodes = {key: self.node(part) for key, part in value.items()}
            texts = [node.text and f"{_dump(key)}:{node.text}" for key, node in nodes.items()]
            return self._counted(_Node(_joined("{%s}", texts), nodes))
        if isinstance(value, list):
            parts = [self.node(part) for part in value]
            return self._counted(_Node(_joined("[%s]", [part.text for part in parts]), parts))
        return self._leaf(value)

    def _leaf(self, value: Any) -> _Node:
        if not isinstance(value, str):
            return _Node(_dump(value), value)
        node = self.leaves.get(value)
        if node is None:
            node = self.leaves[value] = _Node(_dump(value), value)
        return self._counted(node)

    def _counted(self, node: _Node) -> _Node:
        if node.text is not None:
            self.counts[node.text] += 1
        return node


@dataclass(slots=True)
class _Folding:
    """``shared`` says where a JSON text stands; ``fields`` fills up with names of fields."""

    shared: Mapping[str, int]
    fields: dict[tuple[str, ...], int]

    def fold(self, node: _Node) -> Any:
        # The largest part that recurs is taken whole, since folding begins at the top.
        known = self.shared.get(node.text) if node.text is not None else None
        if known is not None:
            return {"$": known}
        if isinstance(node.value, dict):
            number = self.fields.setdefault(tuple(node.value), len(self.fields))
            return {"=": [number, *map(self.fold, node.value.values())]}
        if isinstance(node.value, list):
            return [self.fold(part) for part in node.value]
        if isinstance(node.value, tuple):
            return {"$": self._pieces(node.value)}
        return node.value

    def _pieces(self, nodes: Iterable[_Node]) -> list[int | str]:
        """Where the pieces of a text stand; those that recur nowhere are joined."""
        found: list[int | str] = []
        for node in nodes:
            known = self.shared.get(str(node.text))
            if known is None and found and isinstance(found[-1], str):
                found[-1] += node.value
            else:
                found.append(node.value if known is None else known)
        return found


def _joined(brackets: str, texts: list[str | None]) -> str | None:
    if None in texts:
        return None
    text = brackets % ",".join(map(str, texts))
    return text if len(text) < _SHARED_LENGTHS.stop else None


class _Unfolding:
    """One pass over a folded document, counting what it grows to."""

    def __init__(self, shared: list[Any], fields: list[list[str]]) -> None:
        # Shared parts hold no references, so what one unfolds to is known before it is taken.
        self._shared = [(part, len(_dump(part))) for part in shared]
        self._fields = fields
        self._left = LIMIT_CHARACTERS

    def unfold(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.unfold(part) for part in value]
        if not isinstance(value, dict):
            return value
        # Every object of a folded document has one name, `=` or `$`; another number of them raises
        # ValueError.
        [(mark, inside)] = value.items()
        if mark == "=":
            number, *values = inside
            names = self._fields[number]
            self._spend(sum(map(len, names)))
            return dict(zip(names, map(self.unfold, values), strict=True))
        if isinstance(inside, list):
            return "".join(p if isinstance(p, str) else self._take(p) for p in inside)
        return self._take(inside)

    def _take(self, reference: int) -> Any:
        part, length = self._shared[reference]
        self._spend(length)
        return part

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise ValueError(f"it grows beyond {LIMIT_CHARACTERS} characters")
