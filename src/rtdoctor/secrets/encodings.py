"""One text in all the encodings a secret may hide in.

Escapes (percent, JSON, HTML, nested in any order) are undone layer by layer; each layer is a
``View`` that can say which part of the original text a match came from. Base64 and hex are undone
where they hold plain text (``packed``), with line breaks or not. Since they may stand inside
anything and be cut anywhere, the *forms* of a known value in them are searched for as well.
"""

from __future__ import annotations

import io
import json
import re
import string
import zlib
from base64 import b32encode, b64decode, b64encode
from bisect import bisect_right
from collections.abc import Iterator
from urllib.parse import quote, unquote

from rtdoctor.domain.outcome import normalise_message

MAX_LAYERS = 5
MAX_PACKED = 2  # base64 in base64
_MAX_MEMBER = 64 * 2**20
_MAX_GZIPS = 16
_MAX_UNZIPPED = 2**18

_ATOM = re.compile(
    # each branch begins with its one character: many times faster to search for
    r"%(?:[0-7][0-9A-Fa-f]|u[0-9A-Fa-f]{4}"
    r"|[89A-Fa-f][0-9A-Fa-f](?:%[89A-Fa-f][0-9A-Fa-f])*)"  # the bytes beyond ASCII together
    r"|\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"  # a surrogate pair
    r"""|u[0-9A-Fa-f]{4}|U00[01][0-9A-Fa-f]{5}|x[0-9A-Fa-f]{2}|["'\\/bfnrt]"""
    r"|u\{[0-9A-Fa-f]{1,6}\}|[0-3][0-7]{2})"
    r"|&(?:#[0-9]{1,20};?|#[xX][0-9A-Fa-f]{1,20};?|[A-Za-z][A-Za-z0-9]{1,30};)"
    # invisible, so that what stands around it reads as one: UTF-16 taken for UTF-8, zero widths
    r"|[\0\u00ad\u200b-\u200d\u2060\ufeff]+"
)
_BEGINS = re.compile(r"[%\\&\0\u00ad\u200b-\u200d\u2060\ufeff]")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_URLSAFE = str.maketrans("+/", "-_")

# few texts have such a run: found faster than what follows
_RUN = re.compile(r"[A-Za-z0-9+/_\r\n-]{16,}+")
# Only what unpacks to plain text is of interest. Base64 of ASCII shows at once: the top bit of
# every byte is 0, which leaves three of the four characters of each group half of the alphabet.
# So hardly anything else is unpacked, whatever the alignment.
_ANY = "[A-Za-z0-9+/_-]"
_GROUP = f"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589]{_ANY}"
_BASE64 = re.compile(rf"(?:{_GROUP}(?:\r?\n)?){{5,}}{_ANY}{{0,3}}={{0,2}}")
_GZIP = re.compile(rf"H4sI(?:{_ANY}|\r?\n){{20,}}={{0,2}}")
_HEX = re.compile(r"(?:[2-7][0-9A-Fa-f]){8,}")
_STANDARD = str.maketrans("-_", "+/", "\r\n=")


class _Atoms(dict[str, str]):
    """What each escape stands for; remembered, since few differ and many repeat."""

    def __missing__(self, atom: str) -> str:
        if atom[0] not in "%&\\":
            return ""
        if atom[0] == "%" and atom[1] == "u":
            meaning = chr(int(atom[2:], 16))
        elif atom[0] == "%":
            meaning = unquote(atom, errors="surrogateescape")
        elif atom[0] == "&":
            from html import unescape  # few texts need its long table of entities

            meaning = unescape(atom)
        elif len(atom) == 12:
            pair = int(atom[2:6], 16), int(atom[8:12], 16)
            meaning = chr(0x10000 + ((pair[0] - 0xD800) << 10) + (pair[1] - 0xDC00))
        elif atom[1] in "uUx":
            code = int(atom[2:].strip("{}"), 16)
            meaning = chr(code) if code <= 0x10FFFF else atom
        elif atom[1].isdigit():
            meaning = chr(int(atom[1:], 8))
        else:
            meaning = _SHORT.get(atom[1], atom[1])
        if len(self) < 4096:
            self[atom] = meaning
        return meaning


_MEANING = _Atoms()


def _decode(match: re.Match[str]) -> str:
    return _MEANING[match[0]]


class View:
    """A text as it is read after some layers of escapes were undone."""

    __slots__ = ("_atoms", "_outer", "text")

    def __init__(self, text: str, outer: View | None = None) -> None:
        self.text = text
        self._outer = outer
        self._atoms: tuple[list[int], list[tuple[int, int, int]]] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the original text, in whole escapes."""
        if self._outer is None:
            return start, end
        if self._atoms is None:
            self._atoms = _positions(self._outer.text)
        return self._outer.span(self._source(start)[0], self._source(end - 1)[1])

    def _source(self, index: int) -> tuple[int, int]:
        """The part of the outer text that one character was read from."""
        assert self._atoms is not None
        starts, atoms = self._atoms
        place = bisect_right(starts, index) - 1
        if place < 0:
            return index, index + 1
        read_until, source_start, source_end = atoms[place]
        if index < read_until:
            return source_start, source_end
        at = source_end + index - read_until
        return at, at + 1


class _Packed(View):
    """What a part of another view unpacks to; a match in it came from the whole part."""

    __slots__ = ("_part",)

    def __init__(self, text: str, outer: View, start: int, end: int) -> None:
        super().__init__(text, outer)
        self._part = start, end

    def span(self, start: int, end: int) -> tuple[int, int]:
        assert self._outer is not None
        return self._outer.span(*self._part)


def _positions(text: str) -> tuple[list[int], list[tuple[int, int, int]]]:
    """For each escape: where its meaning starts and ends when read, and where it stands."""
    starts: list[int] = []
    atoms: list[tuple[int, int, int]] = []
    shift = 0
    for match in _ATOM.finditer(text):
        read_at = match.start() + shift
        read_until = read_at + len(_MEANING[match[0]])
        starts.append(read_at)
        atoms.append((read_until, match.start(), match.end()))
        shift = read_until - match.end()
    return starts, atoms


def views(text: str) -> Iterator[View]:
    """The text itself, then each layer of escapes undone, until nothing is left to undo; after
    each of them what is packed in it, seen in the same way."""
    return _views(View(text), MAX_PACKED)


def _views(view: View, unpack: int) -> Iterator[View]:
    for _ in range(MAX_LAYERS + 1):
        yield view
        if unpack:
            for start, end, inside in packed(view.text):
                yield from _views(_Packed(inside, view, start, end), unpack - 1)
        inner = _ATOM.sub(_decode, view.text)
        if inner == view.text:
            return
        view = View(inner, view)


def hides(text: str) -> bool:
    """Whether anything in a text is escaped or packed, so that a value may hide in it."""
    return _BEGINS.search(text) is not None or next(packed(text), None) is not None


def readings(text: str) -> Iterator[str]:
    """What ``views`` would show, for searching only: each layer without the lines that had
    nothing to undo, since the layer before has shown them. Values of one line only."""
    for _ in range(MAX_LAYERS + 1):
        yield text
        inside = "\n".join(inner for _, _, inner in packed(text))
        if inside:
            yield from (view.text for view in _views(View(inside), MAX_PACKED - 1))
        escaped = "\n".join(filter(_BEGINS.search, text.split("\n")))
        text = _ATOM.sub(_decode, escaped)
        if text == escaped:
            return


def spellings(value: str) -> set[str]:
    """A value as it is read after each layer of escapes that it may hold itself."""
    return {view.text for view in _views(View(value), 0)}


def forms(value: str) -> frozenset[str]:
    """What to search the views for: the value as people and programs write it, and its forms in
    base64, base32 and hex.

    Base64 is given for each of the three alignments a value can have inside a longer text,
    without the characters that also depend on its neighbours, in both alphabets; base32 for each
    of its five.
    """
    raw = value.encode("utf-8", "surrogatepass")
    found = spellings(value) | {value.replace(" ", "+")}
    found |= {value.lower(), value.upper(), value.swapcase(), value[::-1], " ".join(value)}
    found.update(_in_base32(raw))
    found |= {raw.hex(), raw.hex().upper(), raw.decode("latin-1")}
    found.add(normalise_message(value) or "")  # what it becomes in a signature
    for written in {value, quote(value, safe="", errors="replace"), json.dumps(value)[1:-1]}:
        found.update(_in_base64(written.encode("utf-8", "surrogatepass")))
    return frozenset(found)


def _in_base64(raw: bytes) -> Iterator[str]:
    # With so many bytes before the value, so many digits at its start also depend on them.
    for lead, shared in ((0, 0), (1, 2), (2, 3)):
        coded = b64encode(bytes(lead) + raw).decode("ascii").rstrip("=")
        own = coded[shared : -1 if (lead + len(raw)) % 3 else None]
        yield own
        yield own.translate(_URLSAFE)


def _in_base32(raw: bytes) -> Iterator[str]:
    for lead in range(5):
        coded = b32encode(bytes(lead) + raw).decode("ascii").rstrip("=")
        begins = -(-lead * 8 // 5)  # the digits before hold bits of the neighbours
        own = coded[begins : -1 if (lead + len(raw)) % 5 else None]
        yield own
        yield own.lower()


def packed(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each part that unpacks to text, and that text."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        # The padding is no part of a run.
        for match in _BASE64.finditer(text, start, end + len("==")):
            yield *match.span(), _from_base64(match[0]).decode("utf-8", "replace")
        for match in _HEX.finditer(text, start, end):
            yield *match.span(), bytes.fromhex(match[0]).decode("ascii")
    if "H4sI" in text:
        for count, match in enumerate(_GZIP.finditer(text)):
            if count < _MAX_GZIPS:
                yield *match.span(), _unzipped(_from_base64(match[0])).decode("utf-8", "replace")


def _from_base64(run: str) -> bytes:
    digits = run.translate(_STANDARD)
    # One digit holds six bits and a byte has eight: the last one was cut in two.
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return b64decode(digits + "=" * (-len(digits) % 4))


def _unzipped(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MAX_UNZIPPED)
    except zlib.error:
        return b""


def parts(data: bytes) -> Iterator[bytes]:
    """The bytes to search: of a zip file also what is packed in it."""
    yield data
    if data.startswith(b"PK\x03\x04"):
        import zipfile

        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            for member in bundle.infolist():
                with bundle.open(member) as stream:
                    yield stream.read(_MAX_MEMBER)


def lower(text: str) -> str:
    """Lower case of the same length: a few letters elsewhere become two when lowered."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_LOWER)
