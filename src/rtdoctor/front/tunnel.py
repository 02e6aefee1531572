"""Bytes between two streams, in both directions, until one of them ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import httpcore
from anyio.abc import ByteReceiveStream, ByteSendStream, ByteStream

_CHUNK = 64 * 1024

GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)
"""What a stream raises whose other end has gone."""


def _untouched(data: bytes) -> bytes:
    return data


async def tunnel(
    client: ByteStream,
    service: ByteStream,
    *,
    to_client: Callable[[bytes], bytes] = _untouched,
) -> None:
    """Pass bytes until both sides have ended, or one has gone. ``to_client`` may change them."""
    async with anyio.create_task_group() as both:

        async def outward() -> None:
            if not await _pump(client, service, _untouched):
                both.cancel_scope.cancel()

        async def inward() -> None:
            if not await _pump(service, client, to_client):
                both.cancel_scope.cancel()

        both.start_soon(outward)
        both.start_soon(inward)


async def _pump(
    source: ByteReceiveStream, sink: ByteSendStream, change: Callable[[bytes], bytes]
) -> bool:
    """Whether the source ended as it should, so that the other direction may go on."""
    try:
        while True:
            try:
                data = await source.receive()
            except anyio.EndOfStream:
                # The end of one direction is passed on, and the other goes on: HTTP clients close
                # their side first and then wait for the answer.
                if isinstance(sink, ByteStream):
                    await sink.send_eof()
                return True
            data = change(data)
            if data:
                await sink.send(data)
    except (*GONE, NotImplementedError):
        return False


class UpgradedStream(ByteStream):
    """The connection of a service that has changed the protocol, as httpcore gives it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def receive(self, max_bytes: int = _CHUNK) -> bytes:
        with _gone_mapped():
            data = await self._stream.read(max_bytes)
        if not data:
            raise anyio.EndOfStream
        return data

    async def send(self, item: bytes) -> None:
        with _gone_mapped():
            await self._stream.write(item)

    async def send_eof(self) -> None:
        raise NotImplementedError("httpcore closes both directions at once")

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _gone_mapped() -> Iterator[None]:
    try:
        yield
    except httpcore.NetworkError:
        raise anyio.BrokenResourceError from None
