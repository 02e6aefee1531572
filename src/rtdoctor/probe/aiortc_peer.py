"""The peer port on aiortc.

aiortc has no time limit after ICE and waits a minute in ICE, so every wait here has its own.
Bundling stays BALANCED: with MAX_BUNDLE aiortc takes the candidates of the last m-section, and
answers of real services carry them only in the first.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from rtdoctor.domain.exchange import Connection
from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.setup import Offer
from rtdoctor.loopback import LOOPBACK, host_addresses, only_addresses
from rtdoctor.probe.answer_check import candidate_lines, objection, why_unreachable
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.peer import PeerFactory, PeerFailure

_ICE_DONE = ("connected", "completed")
_MAX_QUEUED = 200
_MAX_ERROR_TEXT = 100


class AiortcPeer:
    """One aiortc ``RTCPeerConnection`` with a time limit on every stage."""

    def __init__(self, limits: Limits, addresses: Sequence[str]) -> None:
        """``addresses`` are the local ones to gather host candidates on."""
        self._limits = limits
        self._addresses = addresses
        # iceServers=None would mean a public STUN server; the services need none
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._changed = asyncio.Event()
        self._messages: asyncio.Queue[str] = asyncio.Queue(_MAX_QUEUED)
        self._local_candidates = 0
        self._remote_candidates = 0
        self._unreachable = ""
        self._dtls_role: str | None = None
        for change in ("iceconnectionstatechange", "connectionstatechange"):
            self._pc.add_listener(change, self._changed.set)

    async def make_offer(self, offer: Offer) -> str:
        try:
            async with asyncio.timeout(self._limits.offer_s):
                if offer.audio:
                    self._pc.addTransceiver("audio")
                if offer.channel is not None:
                    self._open_channel(offer.channel)
                with only_addresses(self._addresses):
                    await self._pc.setLocalDescription(await self._pc.createOffer())
        except TimeoutError:
            raise PeerFailure(
                Stage.OFFER,
                LocalCode.OFFER_FAILED,
                f"gathering candidates took more than {self._limits.offer_s:g} s",
            ) from None
        sdp: str = self._pc.localDescription.sdp
        self._local_candidates = len(candidate_lines(sdp))
        if not self._local_candidates:
            raise PeerFailure(
                Stage.OFFER,
                LocalCode.NO_LOCAL_CANDIDATES,
                "this machine has no network address to offer as an ICE candidate",
            )
        return sdp

    def _open_channel(self, label: str) -> None:
        channel = self._pc.createDataChannel(label)
        for change in ("open", "close", "error"):
            channel.add_listener(change, self._channel_changed)
        # a message may arrive before the open event, so listen from the start
        channel.add_listener("message", self._received)
        self._channel = channel

    def _channel_changed(self, *_: object) -> None:
        self._changed.set()

    def _received(self, message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        if not self._messages.full():
            self._messages.put_nowait(text)
        self._changed.set()

    async def accept(self, answer: str) -> None:
        wrong = objection(answer)
        if wrong is not None:
            raise _rejected(f"the answer cannot be used: {wrong}")
        self._remote_candidates = len(candidate_lines(answer))
        self._unreachable = why_unreachable(answer)
        setup = re.search(r"^a=setup:(\w+)", answer, re.MULTILINE)
        if setup:
            self._dtls_role = {"active": "server", "passive": "client"}.get(setup.group(1))
        try:
            async with asyncio.timeout(self._limits.http_s):
                await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except TimeoutError:
            raise _rejected("setRemoteDescription did not return") from None
        except Exception as error:
            # aiortc raises whatever its SDP parser stumbles over; all of it means one thing
            raise _rejected(f"setRemoteDescription refused the answer: {_brief(error)}") from None

    async def until_ice(self) -> None:
        pc = self._pc
        done = await self._until(
            lambda: pc.iceConnectionState in (*_ICE_DONE, "failed", "closed"), self._limits.ice_s
        )
        if pc.iceConnectionState in _ICE_DONE:
            return
        if done:
            raise PeerFailure(Stage.ICE, LocalCode.ICE_FAILED, f"ICE {pc.iceConnectionState}")
        raise PeerFailure(
            Stage.ICE,
            LocalCode.ICE_DEADLINE,
            f"no candidate pair within {self._limits.ice_s:g} s (a browser would wait about 15 s)"
            + self._unreachable,
        )

    async def until_dtls(self) -> None:
        pc = self._pc
        done = await self._until(
            lambda: pc.connectionState in ("connected", "failed", "closed"), self._limits.dtls_s
        )
        if pc.connectionState == "connected":
            return
        if done:
            raise PeerFailure(
                Stage.DTLS, LocalCode.DTLS_FAILED, f"the DTLS handshake ended: {pc.connectionState}"
            )
        raise PeerFailure(
            Stage.DTLS,
            LocalCode.DTLS_DEADLINE,
            f"no DTLS handshake within {self._limits.dtls_s:g} s",
        )

    async def until_channel(self) -> None:
        channel = self._channel
        if channel is None:
            raise PeerFailure(
                Stage.CHANNEL, LocalCode.NO_CHANNEL, "the offer has no data channel to open"
            )
        await self._until(
            lambda: channel.readyState != "connecting" or not self._messages.empty(),
            self._limits.channel_s,
        )
        if channel.readyState == "open" or not self._messages.empty():
            return
        if channel.readyState != "connecting" or self._pc.connectionState != "connected":
            raise PeerFailure(
                Stage.CHANNEL, LocalCode.CHANNEL_CLOSED, f"the channel is {channel.readyState}"
            )
        raise PeerFailure(
            Stage.CHANNEL,
            LocalCode.CHANNEL_DEADLINE,
            f"the data channel did not open within {self._limits.channel_s:g} s",
        )

    async def next_message(self, within_s: float) -> str | None:
        try:
            async with asyncio.timeout(within_s):
                return await self._messages.get()
        except TimeoutError:
            return None

    def state(self) -> Connection:
        return Connection(
            ice_state=self._pc.iceConnectionState,
            connection_state=self._pc.connectionState,
            channel_state=self._channel.readyState if self._channel else None,
            dtls_role=self._dtls_role,
            local_candidates=self._local_candidates,
            remote_candidates=self._remote_candidates,
        )

    async def close(self) -> None:
        await self._pc.close()

    async def _until(self, done: Callable[[], bool], within_s: float) -> bool:
        """Whether ``done()`` came true in time."""
        try:
            async with asyncio.timeout(within_s):
                while not done():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return done()
        return True


def peer_factory(limits: Limits, *, on_loopback: bool) -> PeerFactory:
    """Peers for one target: on loopback only 127.0.0.1 is offered, which aioice leaves out."""
    addresses = [LOOPBACK] if on_loopback else host_addresses()
    return lambda setup: AiortcPeer(limits, addresses)


def _rejected(detail: str) -> PeerFailure:
    return PeerFailure(Stage.EXCHANGE, LocalCode.ANSWER_REJECTED, detail)


def _brief(error: Exception) -> str:
    """The error's name and the beginning of its text, which may be the whole answer."""
    text = str(error)
    if len(text) > _MAX_ERROR_TEXT:
        text = text[:_MAX_ERROR_TEXT] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
