"""Small servers on loopback that answer as no service should."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

Answer = bytes | None  # None: accept and never answer


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[Received], Awaitable[Answer]]
Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(
    status: int,
    body: bytes | str = b"",
    content_type: str = "application/json",
    **headers: str,
) -> bytes:
    """A whole HTTP/1.1 answer."""
    data = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(data)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


TOKEN = '{"value": "ek_test_1234567890abcdef", "expires_at": 1}'
LOCATION = "/v1/realtime/calls/rtc_1"


def always(data: Answer) -> Handler:
    """A handler that has one answer to everything."""

    async def handler(received: Received) -> Answer:
        return data

    return handler


def realtime(
    call: Handler, *, token: bytes = answer(200, TOKEN), asked: list[str] | None = None
) -> Handler:
    """A service that mints ``token`` and hangs up as it should; ``call`` answers everything else.

    The path of each request is added to ``asked``.
    """

    async def handler(received: Received) -> Answer:
        if asked is not None:
            asked.append(received.path)
        if received.path.endswith("client_secrets"):
            return token
        return answer(200) if received.path.endswith("/hangup") else await call(received)

    return handler


@asynccontextmanager
async def hostile_server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve ``handler`` on a free port of 127.0.0.1; yields the base URL."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while (received := await _read(reader)) is not None:
                data = await handler(received)
                if data is None:
                    await asyncio.Event().wait()
                    return
                writer.write(data)
                await writer.drain()

    async with tcp_server(connection, tls) as port:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"


@asynccontextmanager
async def tcp_server(
    connection: Connection, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve each connection with ``connection``; yields the port, a free one of 127.0.0.1.

    Connections that are still open at the end are broken off.
    """
    open_connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await connection(reader, writer)
        finally:
            open_connections.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(open_connections):
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = first.split(" ", 2)
    return Received(method, path, headers, body)
