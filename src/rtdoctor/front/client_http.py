"""HTTP/1.1 with a client, over whatever stream it came."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import h11
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteStream

from rtdoctor.front.hop_headers import RawHeaders, with_length

_LARGEST_HEAD = 64 * 1024
_LARGEST_REST = 1024 * 1024
_CHUNK = 64 * 1024

ClientEvent = h11.Request | h11.Data | h11.EndOfMessage | h11.ConnectionClosed | type[h11.PAUSED]


class ClientHttp:
    """Requests of one connection, one after another.

    ``h11.RemoteProtocolError`` is raised for a client that breaks the protocol, ``TimeoutError``
    for one that neither sends nor reads for ``within_s``, ``anyio.BrokenResourceError`` for one
    that has gone.
    """

    def __init__(self, stream: ByteStream, within_s: float) -> None:
        self._stream = stream
        self._within_s = within_s
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        self._body_was_declined = False

    async def next_request(self) -> h11.Request | None:
        """The head of the next request; ``None`` when the client is done."""
        event = await self._next_event()
        return event if isinstance(event, h11.Request) else None

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the request, as it comes. A client that waits for it is told to go on."""
        while isinstance(event := await self._next_event(), h11.Data):
            yield bytes(event.data)

    async def begin_answer(self, status: int, headers: RawHeaders, reason: bytes = b"") -> None:
        # a client that was not told to go on may send its body or not: the connection ends
        self._body_was_declined = self._http.they_are_waiting_for_100_continue
        await self._send(h11.Response(status_code=status, headers=headers, reason=reason))

    async def switch(self, headers: RawHeaders, reason: bytes = b"") -> None:
        """Answer that the protocol is changed as the client asked; from here on bytes pass."""
        await self.skip_body()
        await self._send(h11.InformationalResponse(status_code=101, headers=headers, reason=reason))

    async def send_body(self, data: bytes) -> None:
        await self._send(h11.Data(data=data))

    async def end_answer(self) -> None:
        await self._send(h11.EndOfMessage())

    async def accept_tunnel(self) -> None:
        """Answer to CONNECT that the tunnel is there; from here on bytes pass."""
        await self.skip_body()
        await self._send(h11.Response(status_code=200, headers=[]))

    async def say(self, status: int, text: str) -> None:
        """A whole answer of the front's own, as plain text."""
        body = f"rtdoctor: {text}\n".encode()
        kind = (b"Content-Type", b"text/plain; charset=utf-8")
        await self.begin_answer(status, with_length([kind], len(body)))
        await self.send_body(body)
        await self.end_answer()

    @property
    def has_answered(self) -> bool:
        """Whether an answer to the current request has begun."""
        return (
            self._http.our_state is not h11.SEND_RESPONSE and self._http.our_state is not h11.IDLE
        )

    async def skip_body(self) -> None:
        """Read what is left of the request and forget it, unless that is much."""
        left = _LARGEST_REST
        # Without this h11 is not done with the request, and the connection could not be used again.
        while self._http.their_state is h11.SEND_BODY and left > 0:
            event = await self._next_event()
            left -= len(event.data) if isinstance(event, h11.Data) else 0

    async def ready_for_next(self) -> bool:
        """Begin anew, if both sides are done and the connection may be kept."""
        if self._http.our_state is h11.DONE and not self._body_was_declined:
            await self.skip_body()
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    def unread(self) -> ByteStream:
        """The stream itself, for what is no HTTP any more, from the first byte that is not read."""
        # A client may send the first bytes of the new protocol together with its request; h11 has
        # read them already.
        data, _ = self._http.trailing_data
        stream = BufferedByteStream(self._stream)
        stream.feed_data(data)
        return stream

    async def _next_event(self) -> ClientEvent:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value] # h11 says object
            # A client that sends `Expect` holds its body back until it is told to go on, for ever
            # if need be.
            if self._http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            try:
                with anyio.fail_after(self._within_s):
                    self._http.receive_data(await self._stream.receive(_CHUNK))
            except anyio.EndOfStream:
                # To h11 an empty read is the end of the connection: it gives ConnectionClosed, or
                # complains of a request that was cut.
                self._http.receive_data(b"")

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            with anyio.fail_after(self._within_s):
                await self._stream.send(data)
