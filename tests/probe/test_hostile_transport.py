"""HTTP that is broken below the body: every way of it ends in time, as what it is."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtdoctor.domain.outcome import LocalCode, OutcomeKind, Stage
from rtdoctor.domain.run import Observation
from support.hostile import tcp_server
from support.probing import probe, setup

OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b"\0" * 30_000_000)


@asynccontextmanager
async def speaking(first: bytes, again: bytes = b"", *, closes: bool = False) -> AsyncIterator[str]:
    """A server that reads one request, sends ``first``, then ``again`` for ever."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while again:
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(again)
        if not closes:
            await asyncio.Event().wait()
        await writer.drain()

    async with tcp_server(connection) as port:
        yield f"http://127.0.0.1:{port}"


async def minting(
    first: bytes, again: bytes = b"", *, closes: bool = False, http_s: float = 30.0
) -> Observation:
    async with speaking(first, again, closes=closes) as url:
        return await probe(url, setup(), http_s=http_s)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (b"garbage\r\n\r\n", LocalCode.NETWORK),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\nhello", LocalCode.NETWORK),
        (OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello", LocalCode.NETWORK),
        (OK + b"Content-Length: -5\r\n\r\nhello", LocalCode.NETWORK),
        (OK + b"Content-Length: 500\r\n\r\nhello", LocalCode.TIMEOUT),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", LocalCode.NETWORK),
        (OK + b"X-A: " + b"y" * 1_000_000 + b"\r\n\r\n", LocalCode.NETWORK),
        (b"HTTP/1.1 100 Continue\r\n\r\n", LocalCode.TIMEOUT),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", LocalCode.NETWORK),
    ],
    ids=[
        "no HTTP", "broken chunks", "two lengths", "negative length", "too little", "no gzip",
        "1 MB of headers", "100 only", "101",
    ],
)  # fmt: skip
async def test_no_whole_answer_is_no_evidence(first: bytes, code: LocalCode) -> None:
    seen = await minting(first, http_s=0.5 if code is LocalCode.TIMEOUT else 30.0)

    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == code
    assert seen.exchanges[0].error is not None


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        (b"", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "head", "chunks", "1xx"],
)
async def test_an_answer_that_drips_is_given_up(first: bytes, again: bytes) -> None:
    seen = await minting(first, again, http_s=0.5)

    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.TIMEOUT


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", LocalCode.EMPTY_BODY),
        (b"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", LocalCode.EMPTY_BODY),
        (OK + b"Content-Length: 5\r\n\r\n" + b'{"value": "ek_x"}', LocalCode.NOT_JSON),
        (OK + b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc", LocalCode.NOT_JSON),
        (
            OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB,
            LocalCode.BODY_TOO_LARGE,
        ),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", LocalCode.REDIRECT),
        (b"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: /" + b"x" * 9000 + b"\r\n\r\n",
         LocalCode.REDIRECT),
    ],
    ids=["204", "205", "too much", "no UTF-8", "gzip bomb", "304", "endless redirect"],
)  # fmt: skip
async def test_a_whole_but_useless_answer_is_a_failure_at_the_mint(
    first: bytes, code: LocalCode
) -> None:
    seen = await minting(first)

    assert (seen.outcome.kind, seen.outcome.stage) == (OutcomeKind.FAIL, Stage.MINT)
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == code
    assert len(seen.outcome.signature.message or "") <= 500


async def test_an_http_1_0_answer_ends_with_the_connection() -> None:
    seen = await minting(b"HTTP/1.0 400 Bad\r\n\r\nhello", closes=True)

    assert seen.outcome.signature is not None
    assert (seen.outcome.signature.status, seen.outcome.signature.message) == (400, "hello")
