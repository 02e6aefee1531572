"""The answering peer of one call: aiortc, behaving towards the client like an ICE-lite service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from rtdoctor.ice.host_addresses import only_addresses
from rtdoctor.sandbox.media.answer_sdp import (
    Address,
    ice_ufrag,
    shaped,
    udp_addresses,
    without_candidates,
)
from rtdoctor.sandbox.media.output_audio import OutputAudio
from rtdoctor.sandbox.server_events import Event

MAX_MESSAGE_BYTES = 65_536
"""What a peer takes whose answer names no limit (fact CH-MESSAGE-TOO-BIG; RFC 8841, 6.1)."""


class OfferRefused(Exception):
    """aiortc cannot answer this offer, although no rule objected to it."""


class AnsweringPeer:
    """Answers one offer. ``on_channel``, ``on_event`` and ``on_audio`` hear what the client does.

    ``on_channel`` gets the label of the first data channel, ``on_event`` each text on it,
    ``on_audio`` each frame's 16-bit samples and milliseconds. A message above
    ``MAX_MESSAGE_BYTES`` closes the channel without a word.
    ``connected`` is called when DTLS is up; ``ended`` once, when it is over for any reason.
    """

    def __init__(self, *, connected: Callable[[], object], ended: Callable[[], object]) -> None:
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._connected = connected
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_channel: Callable[[str], None] = lambda label: None
        self.on_event: Callable[[str], None] = lambda text: None
        self.on_audio: Callable[[memoryview, float], None] = lambda samples, duration_ms: None
        self.output = OutputAudio()
        self.ufrag = ""
        self.udp: list[Address] = []
        self._pc.on("datachannel", self._take_channel)
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("track", self._take_track)

    async def answer(
        self,
        offer: str,
        *,
        hosts: Sequence[str],
        tcp: Sequence[Address],
        max_message_size: int | None = None,
    ) -> str:
        """The SDP answer, with candidates on these addresses. Raises ``OfferRefused``."""
        # Before the offer is set: aiortc then matches its audio section with this transceiver, and
        # answers it with our track.
        audio = self._pc.addTransceiver(self.output, direction="sendrecv")
        audio.setCodecPreferences(
            [c for c in RTCRtpSender.getCapabilities("audio").codecs if c.mimeType == "audio/opus"]
        )
        try:
            description = RTCSessionDescription(without_candidates(offer), "offer")
            await self._pc.setRemoteDescription(description)
            with only_addresses(hosts):
                await self._pc.setLocalDescription()
        except Exception as error:  # aiortc has no error of its own for a bad offer
            with suppress(Exception):  # and cannot always close what it has half set up
                await self.close()
            raise OfferRefused(f"{type(error).__name__}: {error}") from error
        own = self._pc.localDescription.sdp
        self.udp = udp_addresses(own)
        answer = shaped(own, tcp, max_message_size)
        self.ufrag = ice_ufrag(answer)
        return answer

    def send(self, event: Event) -> None:
        """Send an event on the data channel, if it is open."""
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(json.dumps(event))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._pc.close()
        self._over()

    def _over(self) -> None:
        # aiortc changes its state within `close`, which leads here a second time.
        ended, self._ended = self._ended, lambda: None
        ended()

    def _take_channel(self, channel: RTCDataChannel) -> None:
        if self._channel is not None:
            return  # the service speaks on one channel
        self._channel = channel
        channel.on("message", self._take_message)
        self.on_channel(channel.label)

    def _take_message(self, message: str | bytes) -> None:
        data = message.encode() if isinstance(message, str) else message
        if len(data) <= MAX_MESSAGE_BYTES:
            self.on_event(data.decode("utf-8", "replace"))
        elif self._channel is not None:
            self._channel.close()

    def _take_track(self, track: MediaStreamTrack) -> None:
        # Frames that nobody takes would pile up in the track's queue.
        task = asyncio.get_running_loop().create_task(self._listen(track))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame: Any = await track.recv()
                size = 2 * frame.samples * frame.layout.nb_channels  # the plane may be longer
                samples = memoryview(bytes(frame.planes[0])[:size]).cast("h")
                self.on_audio(samples, 1000 * frame.samples / frame.sample_rate)
        except MediaStreamError:
            return

    async def _state_changed(self) -> None:
        if self._pc.connectionState == "connected":
            self._connected()
        if self._pc.connectionState in ("failed", "closed"):
            await self.close()
