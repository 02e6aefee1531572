"""Undoing the content coding of a body as it comes (RFC 9110, section 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from rtdoctor.domain.outcome import LocalCode
from rtdoctor.front.service_http import NoAnswer

_AT_ONCE = 64 * 1024  # decoded bytes: what a small body can grow to is never held whole
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
    """Decoders in the order in which they are applied; ``None`` for a coding that is not known."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if any(name not in _DECODERS for name in names):
        return None
    # The header names codings in the order in which they were applied.
    return [_DECODERS[name]() for name in reversed(names)]


async def decoded(body: AsyncIterator[bytes], decoders: list[Decoder]) -> AsyncIterator[bytes]:
    """A body without its codings. Raises ``NoAnswer`` where it is not what its header says."""
    async for data in body:
        try:
            for part in _decode(data, decoders):
                yield part
        except ValueError as error:
            raise NoAnswer(
                LocalCode.NETWORK, f"the body is not encoded as its header says: {error}"
            ) from None


def _decode(data: bytes, decoders: list[Decoder]) -> Iterator[bytes]:
    if not decoders:
        yield data
        return
    for part in decoders[0].decode(data):
        yield from _decode(part, decoders[1:])
