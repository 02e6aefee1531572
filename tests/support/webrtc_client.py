"""A small WebRTC client on aiortc: offers, connects, and keeps what the service says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from rtdoctor.ice.host_addresses import LOOPBACK, only_addresses

WITHIN_S = 15.0


class WebRtcClient:
    """One peer connection on 127.0.0.1 with a data channel."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.channel_open = asyncio.Event()
        self.channel: Any = None
        self.pc.on("connectionstatechange", self._state_changed)

    async def offer(
        self,
        *,
        audio: bool = True,
        label: str | None = "oai-events",
        track: MediaStreamTrack | None = None,
    ) -> str:
        """The SDP offer with the candidates gathered on loopback."""
        if audio:
            self.pc.addTransceiver(track or "audio")
        if label is not None:
            self.channel = self.pc.createDataChannel(label)
            self.channel.on("open", self.channel_open.set)
            self.channel.on("message", lambda text: self.events.put_nowait(json.loads(text)))
        with only_addresses([LOOPBACK]):
            await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def event(self) -> dict[str, Any]:
        """The next event of the service."""
        async with asyncio.timeout(WITHIN_S):
            return await self.events.get()

    def send(self, event: object) -> None:
        self.channel.send(event if isinstance(event, str) else json.dumps(event))

    async def until_closed(self) -> None:
        """Until the service has closed the connection."""
        async with asyncio.timeout(WITHIN_S):
            await self.closed.wait()

    def _state_changed(self) -> None:
        if self.pc.connectionState in ("closed", "failed"):
            self.closed.set()


@asynccontextmanager
async def webrtc_client() -> AsyncIterator[WebRtcClient]:
    """A client that is closed at the end of the block."""
    client = WebRtcClient()
    try:
        yield client
    finally:
        await client.pc.close()


class Tone(AudioStreamTrack):
    """Sound for ``loud_frames`` frames of 20 ms, then silence."""

    def __init__(self, loud_frames: int) -> None:
        super().__init__()
        self._left = loud_frames

    async def recv(self) -> Any:
        frame: Any = await super().recv()
        if self._left > 0:
            self._left -= 1
            square = [4000 if n // 20 % 2 else -4000 for n in range(frame.samples)]
            frame.planes[0].update(b"".join(v.to_bytes(2, "little", signed=True) for v in square))
        return frame
