"""A target behind HTTPS: its certificate is checked as any client would."""

from __future__ import annotations

import ssl

import trustme

from rtdoctor.front.passed import Route
from support.fronting import KEY, client_of, front_before
from support.hostile import Answer, Received, answer, hostile_server


async def service(received: Received) -> Answer:
    return answer(200, received.headers["host"])


def tls_of(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_a_certificate_that_is_trusted() -> None:
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with (
        hostile_server(service, tls_of(authority)) as url,
        front_before(url, tls=trust) as front,
        client_of(front, Route.NAME) as client,
    ):
        got = await client.get("/v1/models")
    assert (got.status_code, f"https://{got.text}") == (200, url)


async def test_a_certificate_that_is_not_trusted_gets_no_key() -> None:
    seen: list[Received] = []

    async def never(received: Received) -> Answer:
        seen.append(received)
        return answer(200)

    async with (
        hostile_server(never, tls_of(trustme.CA())) as url,
        front_before(url) as front,
        client_of(front, Route.NAME) as client,
    ):
        got = await client.get(
            "/v1/models", headers={"Authorization": f"Bearer {front.placeholder}"}
        )
    assert got.status_code == 502
    assert (front.exchanges[0].exchange.error or "").startswith("rtdoctor.tls_failure: ")
    assert seen == []
    assert KEY not in got.text
