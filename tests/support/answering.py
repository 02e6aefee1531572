"""A small service on loopback that answers calls with a real aiortc peer, or with a spoilt one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from rtdoctor.ice.host_addresses import LOOPBACK, only_addresses
from support.hostile import LOCATION, Answer, Received, answer, hostile_server, realtime


def say_hello(channel: RTCDataChannel) -> None:
    channel.send('{"type": "session.created"}')


@asynccontextmanager
async def answering_service(
    change: Callable[[str], str] = lambda sdp: sdp,
    *,
    hosts: Sequence[str] = (LOOPBACK,),
    on_channel: Callable[[RTCDataChannel], object] = say_hello,
    on_peer: Callable[[RTCPeerConnection], object] = lambda peer: None,
) -> AsyncIterator[str]:
    """Yields the base URL. ``change`` is made to each SDP answer; candidates are on ``hosts``."""
    peers: list[RTCPeerConnection] = []

    async def call(received: Received) -> Answer:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)
        peer.on("datachannel", on_channel)
        await peer.setRemoteDescription(RTCSessionDescription(received.body.decode(), "offer"))
        with only_addresses(hosts):
            await peer.setLocalDescription(await peer.createAnswer())
        on_peer(peer)
        return answer(201, change(peer.localDescription.sdp), "application/sdp", Location=LOCATION)

    async with hostile_server(realtime(call)) as url:
        try:
            yield url
        finally:
            await asyncio.gather(*(peer.close() for peer in peers))
