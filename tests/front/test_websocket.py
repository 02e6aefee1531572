"""A change of protocol passes; that it happened is all that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtdoctor.front.passed import PassedExchange, Route
from support.fronting import KEY, TARGET, front_before, trusting

REQUEST = (
    "GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: api.openai.com\r\n"
    "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.{key}\r\n\r\n"
)


@asynccontextmanager
async def websocket_service(heads: list[str], first: bytes = b"") -> AsyncIterator[str]:
    """Accepts every upgrade, and sends back what comes."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" + first
        )
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("route", [Route.NAME, Route.BASE_URL])
async def test_a_websocket_is_tunnelled_and_noted(route: Route) -> None:
    heads: list[str] = []
    told: list[PassedExchange] = []

    async def tell(passed: PassedExchange) -> None:
        told.append(passed)

    async with websocket_service(heads, b"hello") as url, front_before(url, listener=tell) as front:
        tls = trusting(front) if route is Route.NAME else None
        name = "api.openai.com" if tls else None
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", front.port, ssl=tls, server_hostname=name
        )
        async with asyncio.timeout(5):
            writer.write(REQUEST.format(key=front.placeholder).encode() + b"\x81\x01a")
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            assert await reader.readexactly(8) == b"hello\x81\x01a"
            assert len(told) == 1  # while it is still open
            writer.write(f"the key {KEY} comes back".encode())
            masked = await reader.readexactly(len(KEY) + 19)
        writer.close()

    assert head.startswith("HTTP/1.1 101 ")
    assert "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert f"openai-insecure-api-key.{KEY}" in heads[0]
    assert masked == f"the key {'*' * len(KEY)} comes back".encode()
    (passed,) = front.exchanges
    assert passed.upgraded
    assert passed.exchange.request.url == f"{TARGET}/v1/realtime?model=gpt-realtime"
    assert passed.exchange.response is not None
    assert passed.exchange.response.status == 101
    assert passed.exchange.response.body == ""
    assert KEY not in repr(passed)


async def test_a_refused_websocket_is_an_answer_like_any_other() -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
        writer.close()

    server = await asyncio.start_server(refuses, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(REQUEST.format(key="x").encode())
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"no")).startswith(b"HTTP/1.1 401 ")
        writer.close()
    (passed,) = front.exchanges
    assert not passed.upgraded


async def test_an_open_websocket_does_not_hold_up_the_end() -> None:
    async with asyncio.timeout(4), websocket_service([]) as url:
        async with front_before(url) as front:
            reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
            writer.write(REQUEST.format(key="x").encode())
            await reader.readuntil(b"\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
