"""Which addresses ICE gathers on, and the relay for clients that can use TCP only."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCPeerConnection

from rtdoctor.ice.host_addresses import LOOPBACK, host_addresses, is_loopback, only_addresses
from support.sandbox_http import GA_REALTIME, OFFER, Caller


async def gathered(addresses: list[str] | None) -> set[str]:
    """The addresses of the host candidates in an offer made under this choice."""
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        pc.createDataChannel("x")
        offer = await pc.createOffer()
        if addresses is None:
            await pc.setLocalDescription(offer)
        else:
            with only_addresses(addresses):
                await pc.setLocalDescription(offer)
        lines = pc.localDescription.sdp.splitlines()
        return {line.split()[4] for line in lines if line.startswith("a=candidate:")}
    finally:
        await pc.close()


async def test_only_the_chosen_addresses_are_gathered() -> None:
    assert await gathered([LOOPBACK]) == {LOOPBACK}


async def test_outside_the_block_nothing_changes() -> None:
    chosen, untouched = await asyncio.gather(gathered([LOOPBACK]), gathered(None))

    assert chosen == {LOOPBACK}
    assert LOOPBACK not in untouched


def test_loopback_comes_first_when_it_is_asked_for() -> None:
    others = host_addresses()

    assert LOOPBACK not in others
    assert host_addresses(loopback=True) == [LOOPBACK, *others]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("app.localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("api.openai.com", False),
        ("192.0.2.1", False),
        ("localhost.example.org", False),
    ],
)
def test_what_means_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def ice_of(answer: str) -> dict[str, Any]:
    lines = answer.splitlines()
    tcp = next(
        line.split() for line in lines if line.startswith("a=candidate:") and " tcp " in line
    )
    values = {
        name: next(line.partition(":")[2] for line in lines if line.startswith(f"a=ice-{name}:"))
        for name in ("ufrag", "pwd")
    }
    return {**values, "host": tcp[4], "port": int(tcp[5])}


async def frame(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        size = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(size)


async def test_a_check_over_tcp_is_answered_by_the_peer(today: Caller) -> None:
    said = today.send(
        "POST",
        "/v1/realtime/calls",
        key=today.token("client_secrets", GA_REALTIME),
        headers={"Content-Type": "application/sdp"},
        content=OFFER,
    )
    ice = ice_of(said.text)
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes.update(
        {"USERNAME": f"{ice['ufrag']}:Wd0P", "PRIORITY": 1, "ICE-CONTROLLING": 7}
    )
    check.add_message_integrity(ice["pwd"].encode())

    reader, writer = await asyncio.open_connection(ice["host"], ice["port"])
    try:
        data = bytes(check)
        writer.write(len(data).to_bytes(2, "big") + data)
        received = [stun.parse_message(await frame(reader)) for _ in range(2)]
        today.hang_up(said)
    finally:
        writer.close()

    answered = next(m for m in received if m.message_class is stun.Class.RESPONSE)
    assert answered.transaction_id == check.transaction_id
    assert "XOR-MAPPED-ADDRESS" in answered.attributes


@pytest.mark.parametrize("data", [b"\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n" * 2000])
async def test_what_is_not_ice_is_hung_up_on(today: Caller, data: bytes) -> None:
    ice = ice_of(today.call("/calls", today.token("client_secrets", GA_REALTIME)).text)

    reader, writer = await asyncio.open_connection(ice["host"], ice["port"])
    try:
        writer.write(data)
        async with asyncio.timeout(10):
            rest = await reader.read()
    except ConnectionResetError:
        rest = b""
    finally:
        writer.close()

    assert rest == b""
