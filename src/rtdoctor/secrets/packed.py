"""Text that stands packed inside another text: in base64, with line breaks or not, or in hex.

Only what unpacks to plain text is of interest here. Base64 of ASCII shows at once: the top bit of
every byte is 0, which leaves three of the four characters of each group half of the alphabet.
So hardly anything else is unpacked, whatever the alignment.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Iterator
from re import compile as pattern

_RUN = pattern(r"[A-Za-z0-9+/_\r\n-]{16,}+")  # few texts have one: found faster than what follows
_ANY = "[A-Za-z0-9+/_-]"
_GROUP = f"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589]{_ANY}"
_BASE64 = pattern(rf"(?:{_GROUP}(?:\r?\n)?){{5,}}{_ANY}{{0,3}}={{0,2}}")
_GZIP = pattern(rf"H4sI(?:{_ANY}|\r?\n){{20,}}={{0,2}}")
_HEX = pattern(r"(?:[2-7][0-9A-Fa-f]){8,}")
_MAX_GZIPS = 16
_MAX_UNZIPPED = 2**18
_STANDARD = str.maketrans("-_", "+/", "\r\n=")


def packed(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each part that unpacks to text, and that text."""
    for run in _RUN.finditer(text):
        start, end = run.span()
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
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return b64decode(digits + "=" * (-len(digits) % 4))


def _unzipped(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MAX_UNZIPPED)
    except zlib.error:
        return b""
