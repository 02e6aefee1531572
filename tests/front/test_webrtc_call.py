"""A real WebRTC call whose HTTP part goes through the front; its media goes directly."""

from __future__ import annotations

import asyncio

import pytest

from rtdoctor.front.passed import Route
from rtdoctor.testing.plugin import StartSandbox
from support.fronting import client_of, front_before
from support.sandbox_http import GA_REALTIME
from support.webrtc_client import webrtc_client


@pytest.mark.parametrize("route", list(Route))
async def test_a_call_connects_through_the_front_and_is_hung_up(
    realtime_sandbox: StartSandbox, route: Route
) -> None:
    service = realtime_sandbox()
    async with (
        webrtc_client() as peer,
        front_before(service.base_url, key=service.api_key) as front,
        client_of(front, route) as client,
    ):
        own = {"Authorization": f"Bearer {front.placeholder}"}
        minted = await client.post("/v1/realtime/client_secrets", headers=own, json=GA_REALTIME)
        assert minted.status_code == 200, minted.text
        called = await client.post(
            "/v1/realtime/calls",
            headers={
                "Authorization": f"Bearer {minted.json()['value']}",
                "Content-Type": "application/sdp",
            },
            content=await peer.offer(),
        )
        assert called.status_code == 201, called.text
        await peer.accept(called.text)
        assert (await peer.event())["type"] == "session.created"
        assert service.sessions.still_open == 1

    async with asyncio.timeout(10):
        await peer.until_closed()
    assert (front.calls_opened, front.calls_ended) == (1, 1)
    assert [session.ended for session in service.sessions] == ["hung_up"]
    mint, call = front.exchanges
    assert service.api_key not in repr(front.exchanges)
    assert minted.json()["value"] not in repr(front.exchanges)
    assert mint.exchange.response is not None
    assert '"ek_…?1"' in mint.exchange.response.body
    assert ("Authorization", "Bearer ek_…?1") in call.exchange.request.headers
    assert "a=ice-ufrag:" in (call.exchange.request.body or "")
