"""Services and clients that do not behave: the front says what happened, and goes on."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from rtdoctor.front.front import Front
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.passed import PassedExchange, Route
from support.fronting import client_of, front_before, fronted
from support.hostile import Answer, Received, answer, hostile_server

FOR_SERVICES = FrontLimits(answer_s=0.2)
FOR_CLIENTS = FrontLimits(handshake_s=1.5, client_s=1.5)  # a busy machine takes a while
POST = b"POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"


async def fine(received: Received) -> Answer:
    return answer(200, "fine")


async def still_works(front: Front) -> bool:
    async with client_of(front, Route.NAME) as client:
        return (await client.get("/v1/models")).status_code == 200


async def saying(data: bytes, *, then_hang: bool = False) -> asyncio.Server:
    """A server that says this to whatever comes, and closes."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(data)
        if then_hang:
            await reader.read()
        writer.close()

    return await asyncio.start_server(connection, "127.0.0.1", 0)


def url_of(server: asyncio.Server) -> str:
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def error_of(front: Front) -> str:
    (passed,) = front.exchanges
    return passed.exchange.error or ""


@pytest.mark.parametrize("route", list(Route))
async def test_a_service_that_hangs_is_a_502_in_time(route: Route) -> None:
    async def hangs(received: Received) -> Answer:
        return None

    async with fronted(hangs, route, limits=FOR_SERVICES) as (front, client):
        got = await client.post("/v1/realtime/calls", content="v=0")
    assert got.status_code == 502
    assert "no answer within 0.2 s" in got.text
    assert error_of(front) == "rtdoctor.timeout: no answer within 0.2 s"
    assert front.exchanges[0].exchange.response is None
    assert front.exchanges[0].exchange.request.body == "v=0"


async def test_a_service_that_is_not_there() -> None:
    server = await saying(b"")
    url = url_of(server)
    server.close()
    await server.wait_closed()
    async with front_before(url) as front, client_of(front, Route.PROXY) as client:
        got = await client.get("/v1/models")
    assert got.status_code == 502
    assert error_of(front).startswith("rtdoctor.connect_failure: ")


@pytest.mark.parametrize(
    "said", [b"", b"\x00\xff\n\n", b"HTTP/9.9 banana\r\n\r\n", b"HTTP/1.1 200 OK\r\nA" * 20000]
)
async def test_a_service_that_speaks_no_http(said: bytes) -> None:
    async with (
        await saying(said) as server,
        front_before(url_of(server)) as front,
        client_of(front, Route.BASE_URL) as client,
    ):
        assert (await client.get("/v1/models")).status_code == 502
    assert error_of(front).startswith("rtdoctor.network_failure: ")


@pytest.mark.parametrize("then_hang", [False, True])
async def test_an_answer_that_breaks_off_is_not_made_whole(then_hang: bool) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"
    server = await saying(said, then_hang=then_hang)
    async with (
        server,
        front_before(url_of(server), limits=FOR_SERVICES) as front,
        client_of(front, Route.NAME) as client,
    ):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/models")
    assert error_of(front)
    response = front.exchanges[0].exchange.response
    assert response is not None
    assert (response.status, response.body) == (200, "begin")


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT [:: HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT api.openai.com:99999 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local host]\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
)
async def test_a_client_that_speaks_no_http_is_told_so(said: bytes) -> None:
    async with hostile_server(fine) as url, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(said)
        async with asyncio.timeout(15):
            line = await reader.readline()
        writer.close()
        assert line.split()[1] in (b"400", b"421", b"431"), line
        assert await still_works(front)


@pytest.mark.parametrize("first", [b"", b"\x16", b"\x16\x03\x01\x02\x00" + bytes(600), b"GET /"])
async def test_a_client_that_says_nothing_or_half_is_not_waited_for(first: bytes) -> None:
    async with hostile_server(fine) as url, front_before(url, limits=FOR_CLIENTS) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(first)
        async with asyncio.timeout(15):
            await _until_closed(reader)
        writer.close()
        assert await still_works(front)


async def _until_closed(reader: asyncio.StreamReader) -> None:
    try:
        await reader.read()
    except ConnectionError:
        return


@pytest.mark.parametrize("leave", ["close", "abort"])
async def test_a_client_that_goes_in_the_middle_of_its_request(leave: str) -> None:
    ended = asyncio.Event()

    async def told(passed: PassedExchange) -> None:
        ended.set()

    async with hostile_server(fine) as url, front_before(url, listener=told) as front:
        _, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(POST + b"he")
        await writer.drain()
        getattr(writer.transport, leave)()
        async with asyncio.timeout(15):
            await ended.wait()
        assert error_of(front) == "the client broke off"
        assert front.exchanges[0].exchange.request.body == "he"
        assert await still_works(front)


async def test_a_client_that_sends_its_body_too_slowly_is_cut_off() -> None:
    async with hostile_server(fine) as url, front_before(url, limits=FOR_CLIENTS) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(POST + b"he")
        async with asyncio.timeout(15):
            await _until_closed(reader)
        writer.close()
        assert await still_works(front)


async def test_many_clients_at_once() -> None:
    async with fronted(fine, Route.NAME) as (front, client):
        got = await asyncio.gather(*(client.get(f"/v1/{n}") for n in range(60)))
    assert {answer.status_code for answer in got} == {200}
    assert [passed.number for passed in front.exchanges] == list(range(1, 61))


@pytest.mark.parametrize(
    "fault", [ValueError("of the listener"), OSError("of the listener"), TimeoutError("of it")]
)
async def test_a_fault_of_the_listener_is_raised_at_the_end(fault: Exception) -> None:
    async def told(passed: PassedExchange) -> None:
        raise fault

    async def run() -> None:
        async with fronted(fine, listener=told) as (_, client):
            assert (await client.get("/v1/models")).status_code == 200

    with pytest.raises(type(fault), match="of "):
        await run()


async def test_the_front_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()

    async def hangs(received: Received) -> Answer:
        return None

    async with hostile_server(hangs) as url:
        async with httpx.AsyncClient(trust_env=False) as client:
            async with front_before(url) as front:
                waiting = asyncio.create_task(client.get(f"{front.base_url}/v1/x"))
                await asyncio.sleep(0)
            await asyncio.gather(waiting, return_exceptions=True)
        assert {task.get_name() for task in asyncio.all_tasks() - before} == set()
