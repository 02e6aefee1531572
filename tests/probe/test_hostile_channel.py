"""A service that connects and then says the wrong thing on the data channel."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.run import Observation
from rtdoctor.ice.host_addresses import LOOPBACK, only_addresses
from support.hostile import Answer, Received, answer, hostile_server
from support.probing import PATIENT, probe, setup

TOKEN = '{"value": "ek_test_1234567890abcdef", "expires_at": 1}'


async def hearing(say: Callable[[RTCDataChannel], object]) -> Observation:
    """A probe of a service that says this on the channel as soon as it opens."""
    peers: list[RTCPeerConnection] = []

    async def handler(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            return answer(200, TOKEN)
        if received.path.endswith("/hangup"):
            return answer(200)
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)
        peer.on("datachannel", say)
        await peer.setRemoteDescription(RTCSessionDescription(received.body.decode(), "offer"))
        with only_addresses([LOOPBACK]):
            await peer.setLocalDescription(await peer.createAnswer())
        sdp = peer.localDescription.sdp
        return answer(201, sdp, "application/sdp", Location="/v1/realtime/calls/rtc_1")

    async with hostile_server(handler) as url:
        try:
            return await probe(url, setup(), PATIENT, session_s=2.0)
        finally:
            for peer in peers:
                await peer.close()


@pytest.mark.parametrize(
    ("message", "seen_as"),
    [
        (b"\xff\xfe", "a message without a type"),
        ("[" * 60_000, "a message without a type"),
        ('{"no": "type"}', "a message without a type"),
        ('{"type": ["session.created"]}', "['session.created']"),
        (json.dumps({"type": "x" * 5000}), "x" * 100 + ")"),
    ],
    ids=["no text", "deep", "no type", "type is a list", "endless type"],
)
async def test_a_message_that_is_not_the_first_event(message: str | bytes, seen_as: str) -> None:
    seen = await hearing(lambda channel: channel.send(message))

    assert seen.outcome.stage is Stage.SESSION
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_FIRST_EVENT
    assert seen_as in (seen.outcome.signature.message or "")
    assert len(seen.events) == 1
    assert seen.hung_up is True


async def test_a_flood_of_messages_is_not_kept_whole() -> None:
    def flood(channel: RTCDataChannel) -> None:
        for _ in range(1000):
            channel.send('{"type": "noise"}')

    seen = await hearing(flood)

    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_FIRST_EVENT
    assert (seen.outcome.signature.message or "").endswith("(seen: noise)")
    assert len(seen.events) <= 100


async def test_other_events_before_the_first_one_do_no_harm() -> None:
    def say(channel: RTCDataChannel) -> None:
        channel.send('{"type": "hello"}')
        channel.send('{"type": "session.created"}')

    seen = await hearing(say)

    assert seen.outcome.is_pass
    assert [e.type for e in seen.events] == ["hello", "session.created"]


async def test_an_error_event_is_a_refusal_in_the_services_words() -> None:
    event = {"type": "error", "error": {"message": "no", "code": "invalid_model", "type": "t"}}

    seen = await hearing(lambda channel: channel.send(json.dumps(event)))

    assert seen.outcome.signature is not None
    assert (seen.outcome.stage, seen.outcome.signature.code) == (Stage.SESSION, "invalid_model")
