"""Undoing the content coding of a body as it comes (RFC 9110, section 8.4), never more at once
than is asked for: a small body may stand for gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

ACCEPTED = "gzip, deflate, br"
"""The ``Accept-Encoding`` of a client that decodes with this module."""
_AT_ONCE = 64 * 1024  # decoded bytes: what a small body can grow to is never held whole
_MOST_CODINGS = 4  # services use one; each more multiplies what a small body stands for
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS


class Decoder(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]:
        """What these bytes decode to, in parts of a limited size. Raises ``ValueError``."""
        ...


class _Zlib:
    """gzip, and what servers send as deflate: zlib's format, or none around it."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
        self._begins = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data and not self._inflate.eof:
            yield self._part(data)
            data = self._inflate.unconsumed_tail

    def _part(self, data: bytes) -> bytes:
        begins, self._begins = self._begins, False
        try:
            return self._inflate.decompress(data, _AT_ONCE)
        except zlib.error as error:
            if not begins:
                raise ValueError(str(error)) from None
        # `deflate` is zlib's form by RFC 9110, section 8.4.1.2, and some servers send the bare
        # stream.
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._inflate.decompress(data, _AT_ONCE)
        except zlib.error as error:
            raise ValueError(str(error)) from None


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._error = brotli.error
        self._decompressor = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        while part := self._part(data):
            yield part
            data = b""

    def _part(self, data: bytes) -> bytes:
        if self._decompressor.is_finished():
            return b""
        try:
            return bytes(self._decompressor.process(data, output_buffer_limit=_AT_ONCE))
        except self._error as error:
            raise ValueError(str(error)) from None


_DECODERS: dict[str, type[_Zlib] | type[_Brotli]] = {
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Zlib,
    "br": _Brotli,
}


def decoders_for(content_encoding: str) -> list[Decoder] | None:
    """Decoders in the order in which they are applied; ``None`` for a coding that is not known, and
    for more of them than any service uses."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > _MOST_CODINGS or any(name not in _DECODERS for name in names):
        return None
    # The header names codings in the order in which they were applied.
    return [_DECODERS[name]() for name in reversed(names)]


class ExpandsTooFar(ValueError):
    """A body decodes to more than may be made of it."""


class Decoding:
    """Undoes the codings of one body. All decoders together make at most ``most`` bytes.

    The limit counts what is between two codings too, since a decoder may be fed gigabytes that
    decode to nothing.
    """

    def __init__(self, decoders: list[Decoder], most: int | None = None) -> None:
        self._decoders = decoders
        self._most = most
        self._made = 0

    def next(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes of the body decode to, in parts of a limited size.

        Raises ``ValueError`` where the body is not encoded as was said, and ``ExpandsTooFar``.
        """
        return self._undone(data, 0)

    def _undone(self, data: bytes, layer: int) -> Iterator[bytes]:
        if layer == len(self._decoders):
            yield data
            return
        for part in self._decoders[layer].decode(data):
            self._made += len(part)
            if self._most is not None and self._made > self._most:
                raise ExpandsTooFar(f"it decodes to more than {self._most:,} bytes")
            yield from self._undone(part, layer + 1)
