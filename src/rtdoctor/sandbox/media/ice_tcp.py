"""Passive ICE-TCP candidates (RFC 6544) in front of a peer that speaks UDP only.

One listener an address serves all calls. Frames (RFC 4571) of a connection go to the UDP
candidate of the call that the first one, a STUN check, names in its USERNAME; what comes back
goes to the client. The peer sees the relay as one more peer-reflexive candidate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rtdoctor.sandbox.media.answer_sdp import Address

_FIRST_FRAME_S = 10.0

CandidateOf = Callable[[str], Address | None]


class IceTcp:
    """Listens for ICE-TCP and relays. ``candidate_of`` gives the UDP address for a ufrag."""

    def __init__(self, candidate_of: CandidateOf) -> None:
        self._candidate_of = candidate_of
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0

    async def listen(self, hosts: list[str]) -> list[Address]:
        """Open one listener for each address; addresses that cannot be bound are left out."""
        addresses: list[Address] = []
        for host in hosts:
            try:
                server = await asyncio.start_server(self._accept, host, 0)
            except OSError:
                continue
            self._servers.append(server)
            addresses.append((host, server.sockets[0].getsockname()[1]))
        return addresses

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio would run a coroutine function in a task that nobody can cancel; close() has to.
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay: asyncio.DatagramTransport | None = None
        try:
            async with asyncio.timeout(_FIRST_FRAME_S):
                frame = await _read_frame(reader)
            candidate = self._candidate_of(_local_ufrag(frame))
            if candidate is None:
                return
            self.connections += 1
            # A socket of its own for each connection, so that the answers find their way back.
            relay, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _ToClient(writer), remote_addr=candidate
            )
            while not relay.is_closing():
                relay.sendto(frame)
                frame = await _read_frame(reader)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            pass  # not ICE, or the other side has gone
        finally:
            if relay is not None:
                relay.close()
            writer.close()


class _ToClient(asyncio.DatagramProtocol):
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._writer.is_closing():
            self._writer.write(len(data).to_bytes(2, "big") + data)

    def error_received(self, exc: Exception) -> None:
        self._writer.close()  # the call has ended: nothing listens on its port


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(2), "big")
    return await reader.readexactly(size)


def _local_ufrag(frame: bytes) -> str:
    """The first half of the USERNAME of a STUN request (RFC 8445, section 7.2.2)."""
    from aioice import stun

    name = stun.parse_message(frame).attributes.get("USERNAME", "")
    return str(name).partition(":")[0]
