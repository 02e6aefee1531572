"""Bodies of every kind pass whole; what is kept of them is readable and limited."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import brotli
import httpx
import pytest

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.front.front import Front
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.passed import Route
from support.fronting import KEY, client_of, front_before, fronted
from support.hostile import Answer, Received, answer, hostile_server

TEXT = '{"value": "grün", "more": "' + "x" * 3000 + '"}'


def response_of(front: Front, number: int = 0) -> HttpResponse:
    response = front.exchanges[number].exchange.response
    assert response is not None
    return response


async def same_back(received: Received) -> Answer:
    return answer(200, received.body, "text/plain")


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("br", brotli.compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
        ("identity", bytes),
    ],
)
async def test_an_encoded_answer_is_kept_and_handed_on_decoded(coding: str, encode: object) -> None:
    async def encoded(received: Received) -> Answer:
        assert received.headers["accept-encoding"] == "identity"
        return answer(200, encode(TEXT.encode()), Content_Encoding=coding)  # type: ignore[operator]

    async with fronted(encoded, Route.BASE_URL) as (front, client):
        got = await client.get("/v1/models")
    assert got.text == TEXT
    assert response_of(front).body == TEXT


async def test_a_coding_in_which_no_key_can_be_masked_is_refused_with_a_key_only() -> None:
    async def encoded(received: Received) -> Answer:
        return answer(200, b"\x28\xb5\x2f\xfd", Content_Encoding="zstd")

    async with hostile_server(encoded) as url:
        async with front_before(url) as front, client_of(front, Route.BASE_URL) as client:
            assert (await client.get("/v1/models")).status_code == 502
        async with front_before(url, key=None) as front, client_of(front, Route.BASE_URL) as client:
            async with client.stream("GET", "/v1/models") as got:
                assert b"".join([c async for c in got.aiter_raw()]) == b"\x28\xb5\x2f\xfd"
            assert got.headers["content-encoding"] == "zstd"


async def test_a_body_that_is_not_what_its_header_says_is_an_error_and_no_answer() -> None:
    async def lies(received: Received) -> Answer:
        return answer(200, b"no gzip at all", Content_Encoding="gzip")

    async with fronted(lies, Route.BASE_URL) as (front, client):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/models")
    assert "not encoded as its header says" in (front.exchanges[0].exchange.error or "")


async def test_a_small_body_that_grows_large_is_never_held_whole() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    async def bombs(received: Received) -> Answer:
        return answer(200, bomb, Content_Encoding="gzip")

    async with (
        fronted(bombs, Route.BASE_URL) as (front, client),
        client.stream("GET", "/v1/models") as got,
    ):
        largest = max([len(chunk) async for chunk in got.aiter_raw()])
    kept = response_of(front)
    assert largest <= 256 * 1024
    assert kept.truncated
    assert kept.body_bytes == 50_000_000
    assert len(kept.body) == FrontLimits().kept_bytes


async def test_a_large_body_passes_whole_and_is_kept_in_part() -> None:
    async def counts(received: Received) -> Answer:
        return answer(200, str(len(received.body)))

    async with fronted(counts, Route.PROXY) as (front, client):
        got = await client.post("/v1/files", content=b"a" * 3_000_000)
    (passed,) = front.exchanges
    assert got.text == "3000000"
    assert passed.request_truncated
    assert len(passed.exchange.request.body or "") == FrontLimits().kept_bytes


async def test_what_is_kept_of_a_whole_run_is_limited_too() -> None:
    limits = FrontLimits(kept_bytes=1000, kept_bytes_in_all=1500)
    async with fronted(same_back, limits=limits) as (front, client):
        for _ in range(4):
            got = await client.post("/v1/files", content=b"a" * 600)
            assert len(got.content) == 600
    kept = [len(response_of(front, number).body) for number in range(4)]
    assert kept == [600, 300, 0, 0]
    assert response_of(front, 3).truncated


async def test_of_a_body_that_is_no_text_little_is_kept() -> None:
    async with fronted(same_back) as (front, client):
        await client.post("/v1/audio", content=b"RIFF" + bytes(range(128, 256)) * 1000)
    kept = response_of(front)
    assert kept.body.startswith("RIFF")
    assert len(kept.body) <= 1000
    assert kept.truncated
    assert kept.body_bytes == 128_004


async def test_a_character_that_the_limit_cuts_is_left_out() -> None:
    async with fronted(same_back, limits=FrontLimits(kept_bytes=5)) as (front, client):
        await client.post("/v1/x", content="aäöü".encode())
    assert response_of(front).body == "aäö"


async def test_a_body_in_chunks_stays_one_in_chunks() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first "
        yield b"second"

    async def reads_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readuntil(b"0\r\n\r\n")
        assert b"content-length" not in head.lower()
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n")
        writer.write(body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(reads_chunks, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, front_before(url) as front, client_of(front, Route.PROXY) as client:
        got = await client.post("/v1/files", content=parts())
    assert got.text == "first second"
    assert front.exchanges[0].exchange.request.body == "first second"


async def test_a_client_that_waits_for_permission_gets_it_from_the_front() -> None:
    async def no_expectation(received: Received) -> Answer:
        assert "expect" not in received.headers
        return answer(200, received.body)

    async with hostile_server(no_expectation) as url, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(
            b"POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
            writer.write(b"hello")
            assert (await reader.read()).endswith(b"hello")
        writer.close()


async def test_many_requests_of_one_connection_in_their_order() -> None:
    async with hostile_server(same_back) as url, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        for n in range(1, 4):  # pipelined, as RFC 9112, section 9.3.2, allows
            head = f"POST /v1/{n} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
            writer.write(f"{head}{'Connection: close' if n == 3 else 'X: y'}\r\n\r\n{n}".encode())
        answers = (await reader.read()).decode()
        writer.close()
    numbers = [passed.exchange.request.body for passed in front.exchanges]
    assert numbers == ["1", "2", "3"]
    assert answers.count("HTTP/1.1 200") == 3


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_answers_without_a_body(method: str, status: int) -> None:
    async def bodiless(received: Received) -> Answer:
        length = "Content-Length: 17\r\n" if method == "HEAD" else ""
        return f"HTTP/1.1 {status} X\r\nContent-Encoding: gzip\r\n{length}\r\n".encode()

    async with fronted(bodiless, Route.BASE_URL) as (front, client):
        for _ in range(2):  # the connection is still usable
            got = await client.request(method, "/v1/models")
            assert got.status_code == status
            assert got.headers.get("content-length") == ("17" if method == "HEAD" else None)
    assert len(front.exchanges) == 2


async def test_events_of_a_stream_arrive_as_they_are_sent() -> None:
    go_on = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        writer.write(head + b"data: 1\n\n")
        await go_on.wait()
        writer.write(b"data: 2\n\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(stream, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with (
        server,
        front_before(url) as front,
        client_of(front, Route.NAME) as client,
        asyncio.timeout(5),
        client.stream("POST", "/v1/responses") as got,
    ):
        parts = got.aiter_raw()
        assert await anext(parts) == b"data: 1\n\n"
        go_on.set()
        assert await anext(parts) == b"data: 2\n\n"
    assert response_of(front).body == "data: 1\n\ndata: 2\n\n"


async def test_a_body_that_is_no_text_passes_byte_for_byte() -> None:
    data = bytes(range(256)) * 40

    async with fronted(same_back, Route.PROXY) as (_front, client):
        got = await client.post("/v1/audio", content=data)
    assert got.content == data


async def test_what_would_lead_a_browser_past_the_front_is_dropped() -> None:
    async def offers_http3(received: Received) -> Answer:
        return answer(200, b"", Alt_Svc='h3=":443"; ma=86400')

    async with fronted(offers_http3, Route.NAME) as (front, client):
        assert "alt-svc" not in (await client.get("/v1/models")).headers
    assert KEY not in repr(front.exchanges)
