"""The ways to the front: by name, as a proxy, as a base URL; and what is not the target's."""

from __future__ import annotations

import asyncio
import ssl

import httpx
import pytest

from rtdoctor.errors import UsageError
from rtdoctor.front.front import Front
from rtdoctor.front.other_hosts import Others
from rtdoctor.front.passed import Route
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.redactor import Redactor
from support.fronting import TARGET, client_of, front_before, fronted, trusting
from support.hostile import Answer, Received, answer, hostile_server


async def echo(received: Received) -> Answer:
    return answer(200, f"{received.method} {received.path} {received.headers['host']}")


@pytest.mark.parametrize("route", list(Route))
async def test_every_route_leads_to_the_service_and_is_recorded_as_the_targets(
    route: Route,
) -> None:
    async with fronted(echo, route) as (front, client):
        got = await client.get("/v1/models?limit=1", headers={"Referer": "http://a.test/x"})
    (passed,) = front.exchanges
    assert got.text == f"GET /v1/models?limit=1 {front.upstream.origin[7:]}"
    assert passed.route is route
    assert passed.number == 1
    assert passed.asked_by == "http://a.test"
    assert passed.exchange.request.url == f"{TARGET}/v1/models?limit=1"
    assert passed.exchange.response is not None
    assert passed.exchange.response.status == 200
    assert passed.exchange.response.body == got.text
    assert passed.exchange.error is None


async def test_a_path_and_query_arrive_byte_for_byte() -> None:
    odd = "/v1/realtime;v=1/%2e%2E//a?model=gpt%20x&&b=%zz?c"
    async with hostile_server(echo) as url, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(f"GET {odd} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        got = (await reader.read()).decode()
        writer.close()
    assert f"GET {odd} " in got


async def test_a_base_url_with_a_path_keeps_it() -> None:
    async with (
        hostile_server(echo) as url,
        front_before(f"{url}/openai") as front,
        client_of(front, Route.BASE_URL) as client,
    ):
        got = await client.get("/v1/models")
    assert got.text.startswith("GET /openai/v1/models ")
    assert front.exchanges[0].exchange.request.url == f"{TARGET}/openai/v1/models"


async def test_only_the_targets_names_get_a_certificate() -> None:
    async with hostile_server(echo) as url, front_before(url) as front:
        for name in ("example.com", "api.openai.com.example.com"):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection(
                    "127.0.0.1", front.port, ssl=trusting(front), server_hostname=name
                )
        with pytest.raises(ssl.SSLCertVerificationError):  # and nobody trusts it unasked
            await asyncio.open_connection(
                "127.0.0.1", front.port, ssl=True, server_hostname="api.openai.com"
            )


async def test_a_connection_made_to_the_target_serves_no_other_host() -> None:
    async with fronted(echo, Route.NAME) as (front, client):
        got = await client.get("/v1/models", headers={"Host": "example.com"})
    assert got.status_code == 421
    assert front.exchanges == ()


async def test_a_page_whose_own_name_resolves_to_the_front_is_turned_away() -> None:
    async with fronted(echo, Route.BASE_URL) as (front, client):
        got = await client.get("/v1/models", headers={"Host": "rebinding.test"})
    assert got.status_code == 421
    assert front.exchanges == ()


async def test_another_host_is_tunnelled_untouched_and_unrecorded() -> None:
    received: list[bytes] = []

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readexactly(5))
        writer.write(b"\x00any\xff")
        writer.write_eof()
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, hostile_server(echo) as url, front_before(url) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        # the client does not wait for the answer before it goes on
        writer.write(
            f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode() + b"\x16\x03abc"
        )
        head = await reader.readuntil(b"\r\n\r\n")
        rest = await reader.read()
        writer.close()
        assert front.exchanges == ()

    assert head.startswith(b"HTTP/1.1 200")
    assert rest == b"\x00any\xff"
    assert received == [b"\x16\x03abc"]


async def test_a_plain_request_for_another_host_passes_with_its_encoding() -> None:
    async def other(received: Received) -> Answer:
        return answer(200, received.headers["accept-encoding"], Content_Encoding="zzz")

    async with (
        hostile_server(other) as elsewhere,
        fronted(echo) as (front, _),
        httpx.AsyncClient(proxy=front.proxy_url, trust_env=False) as client,
    ):
        got = await client.get(f"{elsewhere}/x", headers={"Accept-Encoding": "zstd"})
    assert front.exchanges == ()
    assert got.text == "zstd"
    assert got.headers["content-encoding"] == "zzz"


async def test_a_page_gets_no_host_that_is_not_allowed() -> None:
    async with hostile_server(echo) as url, hostile_server(echo) as allowed:
        port = allowed.rpartition(":")[2]
        async with (
            front_before(url, others=Others.REFUSE, allowed_hosts=[f"127.0.0.1:{port}"]) as front,
            httpx.AsyncClient(proxy=front.proxy_url, trust_env=False) as client,
        ):
            assert (await client.get(f"{allowed}/ok")).status_code == 200
            plain = await client.get("http://evil.test/steal")
            with pytest.raises(httpx.ProxyError):
                await client.get("https://unpkg.com/react")
            with pytest.raises(httpx.ProxyError):
                await client.get("https://unpkg.com/react")
    assert plain.status_code == 403
    assert "--allow-host evil.test" in plain.text


async def test_the_refusal_of_a_preflight_comes_from_the_service() -> None:
    async def refuses(received: Received) -> Answer:
        assert received.method == "OPTIONS"
        return answer(403, b"", Access_Control_Allow_Origin="https://else.test")

    preflight = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-own",
    }
    async with fronted(refuses, Route.NAME) as (front, client):
        got = await client.options("/v1/realtime/calls", headers=preflight)
    (passed,) = front.exchanges
    assert got.status_code == 403
    assert got.headers["access-control-allow-origin"] == "https://else.test"
    assert passed.asked_by == "http://localhost:3000"
    assert ("Access-Control-Request-Headers", "authorization,x-own") in (
        passed.exchange.request.headers
    )


async def test_a_target_at_another_port_is_known_by_it() -> None:
    upstream_at = "https://voice.test:8443"
    async with (
        hostile_server(echo) as url,
        Front(Upstream(url, (upstream_at,)), Redactor()) as front,
        httpx.AsyncClient(proxy=front.proxy_url, verify=trusting(front), trust_env=False) as client,
    ):
        assert (await client.get(f"{upstream_at}/v1/models")).status_code == 200
        with pytest.raises(httpx.ProxyError):  # another service, which is tunnelled and not there
            await client.get("https://voice.test/v1/models")
    assert [passed.exchange.request.url for passed in front.exchanges] == [
        f"{upstream_at}/v1/models"
    ]


@pytest.mark.parametrize("address", ["api.openai.com", "https://", "https://[::1", "https://ü..x"])
def test_what_is_no_address_of_a_service_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="not the address of a service"):
        Upstream(address)


def test_a_host_in_another_script_is_known_by_its_name_on_the_wire() -> None:
    assert Upstream("https://münchen.example/openai").hosts == ("xn--mnchen-3ya.example",)


async def test_a_port_that_is_taken_is_said() -> None:
    async with hostile_server(echo) as url, front_before(url) as front:
        with pytest.raises(UsageError, match=f"port {front.port}"):
            async with front_before(url, port=front.port):
                pass


async def test_chromium_is_told_the_names_and_the_key_of_the_certificates() -> None:
    async with hostile_server(echo) as url, front_before(url) as front:
        rules, key = front.browser_arguments
    assert rules == f"--host-resolver-rules=MAP api.openai.com 127.0.0.1:{front.port}"
    assert key.startswith("--ignore-certificate-errors-spki-list=")
