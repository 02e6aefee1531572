"""The peer port on aiortc.

aiortc has no time limit after ICE and waits a minute in ICE, so every wait here has its own.
Bundling stays BALANCED: with MAX_BUNDLE aiortc takes the candidates of the last m-section, and
answers of real services carry them only in the first.

The module is above 300 lines because it is one class for one connection: every stage needs the
same state, and what ended a stage is told from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from rtdoctor.domain.exchange import Connection
from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.setup import Offer
from rtdoctor.ice.host_addresses import addresses_near, only_addresses
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.peers.ice_inside import ConnectivityChecks, has_other_certificate, selected_pair
from rtdoctor.probe.peers.port import CannotGoOn, PeerFactory, PeerFailure
from rtdoctor.sdp.answer_check import candidate_fault, objection
from rtdoctor.sdp.candidate_scope import CandidateScope, within
from rtdoctor.sdp.description import read_description
from rtdoctor.sdp.foreign_offer import ForeignOffer, NoCounterpart, kinds_of

_ICE_DONE = ("connected", "completed")
_OVER = ("closed", "failed")
# what a browser offers when nothing was added before createOffer (RFC 9429, section 5.2.1)
_NO_SECTIONS = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
_MAX_QUEUED = 200
_MAX_ERROR_TEXT = 100


class AiortcPeer:
    """One aiortc ``RTCPeerConnection`` with a time limit on every stage."""

    def __init__(
        self, limits: Limits, addresses: Sequence[str], *, stays_here: bool = False
    ) -> None:
        """``addresses`` are the local ones to gather host candidates on.

        With ``stays_here`` no other machine is contacted, whatever an answer names.
        """
        self._stays_here = stays_here
        self._limits = limits
        self._addresses = addresses
        # iceServers=None would mean a public STUN server; the services need none
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._gathering: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()
        self._messages: asyncio.Queue[str] = asyncio.Queue(_MAX_QUEUED)
        self._local_candidates = 0
        self._remote_candidates = 0
        self._offer = ""
        self._foreign: ForeignOffer | None = None
        self._unfit = ""
        self._answer = ""
        self._checks = ConnectivityChecks()
        self._pair: tuple[str, str] | None = None
        self._was_connected = False
        self._was_open = False
        self._dtls_role: str | None = None
        for change in ("iceconnectionstatechange", "connectionstatechange"):
            self._pc.add_listener(change, self._state_changed)

    async def make_offer(self, offer: Offer) -> str:
        kinds = _kinds(offer)
        if not kinds:
            return _NO_SECTIONS if offer.sdp is None else offer.sdp
        try:
            async with asyncio.timeout(self._limits.offer_s):
                for kind in kinds:
                    if kind in ("audio", "video"):
                        self._pc.addTransceiver(kind)
                if "application" in kinds:
                    self._open_channel(offer.channel or "")
                await self._gather(await self._pc.createOffer())
        except TimeoutError:
            raise PeerFailure(
                Stage.OFFER,
                LocalCode.OFFER_FAILED,
                f"gathering candidates took more than {self._limits.offer_s:g} s",
            ) from None
        except Exception as error:  # aiortc has no error of its own for an offer it cannot make
            raise PeerFailure(Stage.OFFER, LocalCode.OFFER_FAILED, _brief(error)) from None
        self._checks.watch(self._pc)
        self._offer = sdp = str(self._pc.localDescription.sdp)
        self._local_candidates = len(read_description(sdp).candidates)
        if not self._local_candidates:
            raise PeerFailure(
                Stage.OFFER,
                LocalCode.NO_LOCAL_CANDIDATES,
                "this machine has no network address to offer as an ICE candidate",
            )
        return sdp if offer.sdp is None else self._over_own_transport(offer.sdp, sdp)

    def _over_own_transport(self, foreign: str, own: str) -> str:
        try:
            self._foreign = ForeignOffer.over(foreign, own)
        except NoCounterpart as error:
            self._unfit = str(error)
            return foreign
        return self._foreign.sdp

    async def _gather(self, offer: RTCSessionDescription) -> None:
        # aioice forgets the sockets of a gathering that is cancelled, so this one ends by itself
        with only_addresses(self._addresses):
            self._gathering = asyncio.ensure_future(self._pc.setLocalDescription(offer))
        await asyncio.shield(self._gathering)

    def _open_channel(self, label: str) -> None:
        channel = self._pc.createDataChannel(label)
        for change in ("open", "close", "error"):
            channel.add_listener(change, self._channel_changed)
        # a message may arrive before the open event, so listen from the start
        channel.add_listener("message", self._received)
        self._channel = channel

    def _channel_changed(self, *_: object) -> None:
        self._was_open |= self._channel is not None and self._channel.readyState == "open"
        self._changed.set()

    def _state_changed(self) -> None:
        # the service may close at once, before anybody has looked
        self._was_connected |= self._pc.connectionState == "connected"
        self._changed.set()

    def _received(self, message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        # A flood is dropped: what is awaited is the first event.
        if not self._messages.full():
            self._messages.put_nowait(text)
        self._changed.set()

    async def accept(self, answer: str) -> None:
        if not self._offer:
            raise PeerFailure(
                Stage.EXCHANGE,
                LocalCode.NO_SECTIONS,
                "the offer has no m-section, so there is nothing to connect",
            )
        wrong = objection(answer)
        if wrong is not None:
            raise _rejected(f"the answer cannot be used: {wrong}")
        if self._unfit:
            raise CannotGoOn(self._unfit)
        if self._foreign is not None:
            answer = self._foreign.as_own(answer)
        answer = self._within_scope(answer)
        self._answer = answer
        said = read_description(answer)
        self._remote_candidates = len(said.candidates)
        self._dtls_role = {"active": "server", "passive": "client"}.get(said.first("setup") or "")
        try:
            async with asyncio.timeout(self._limits.http_s):
                await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except TimeoutError:
            raise _rejected("setRemoteDescription did not return") from None
        except Exception as error:
            # aiortc raises whatever its SDP parser stumbles over; all of it means one thing
            if self._foreign is not None:
                raise CannotGoOn(f"this peer cannot apply the answer: {_brief(error)}") from None
            raise _rejected(f"setRemoteDescription refused the answer: {_brief(error)}") from None

    def _within_scope(self, answer: str) -> str:
        """The answer with the candidates that may be contacted. Raises ``CannotGoOn``."""
        scope = CandidateScope.LOOPBACK if self._stays_here else self._limits.candidates
        also = self._addresses if self._stays_here else ()
        answer, left_out = within(answer, scope, also=also)
        if left_out and not read_description(answer).candidates:
            option = (
                "the sandbox is on this machine" if self._stays_here else f"--candidates {scope}"
            )
            raise CannotGoOn(f"all candidates of the answer were left out ({option})")
        return answer

    async def until_ice(self) -> None:
        pc = self._pc
        done = await self._until(
            lambda: pc.iceConnectionState in (*_ICE_DONE, "failed", "closed"), self._limits.ice_s
        )
        if pc.iceConnectionState in _ICE_DONE:
            self._pair = selected_pair(pc)
            return
        if done:
            code, seen = LocalCode.ICE_FAILED, f"ICE {pc.iceConnectionState}"
        else:
            code = LocalCode.ICE_DEADLINE
            seen = (
                f"no candidate pair within {self._limits.ice_s:g} s"
                " (a browser would wait about 15 s)"
            )
        code, why = self._why_no_pair() or (code, "")
        raise PeerFailure(Stage.ICE, code, f"{seen}; {why}" if why else seen)

    def _why_no_pair(self) -> tuple[LocalCode, str] | None:
        """The reason for a failed ICE where there is one beside the network, surest first."""
        if self._checks.refused:
            return (
                LocalCode.ICE_CREDENTIALS,
                "the service's STUN answers show that a=ice-ufrag or a=ice-pwd of its SDP answer"
                " is not that of its ICE agent",
            )
        fault = candidate_fault(self._answer, self._offer)
        if self._checks.arrived and (fault is None or fault[0] is LocalCode.PRIVATE_CANDIDATES):
            return (
                LocalCode.ICE_UNANSWERED,
                "checks of the service arrive here, but it answers none of ours: its SDP answer"
                " may have a wrong a=ice-pwd, or UDP passes in one direction only",
            )
        return fault

    async def until_dtls(self) -> None:
        pc = self._pc
        done = await self._until(
            lambda: self._was_connected or pc.connectionState in _OVER, self._limits.dtls_s
        )
        if self._was_connected:
            return
        # aiortc ends such a handshake as `failed` and gives the reason in its debug log only.
        if has_other_certificate(pc, read_description(self._answer).fingerprints):
            raise PeerFailure(
                Stage.DTLS,
                LocalCode.DTLS_FINGERPRINT,
                "the certificate of the service does not have the a=fingerprint of its SDP answer",
            )
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
        await self._until(lambda: self._has_spoken or self._is_over, self._limits.channel_s)
        if self._has_spoken:
            return
        if self._is_over:
            raise await self._closed(
                Stage.CHANNEL,
                LocalCode.CHANNEL_REFUSED,
                "the service closed the data channel before it opened",
            )
        raise PeerFailure(
            Stage.CHANNEL,
            LocalCode.CHANNEL_DEADLINE,
            f"the data channel did not open within {self._limits.channel_s:g} s",
        )

    async def next_message(self, within_s: float) -> str | None:
        await self._until(lambda: not self._messages.empty() or self._is_over, within_s)
        if not self._messages.empty():
            return self._messages.get_nowait()
        if self._is_over:
            raise await self._closed(
                Stage.SESSION,
                LocalCode.CHANNEL_CLOSED,
                "the service closed the data channel before its first event",
            )
        return None

    @property
    def _has_spoken(self) -> bool:
        """Whether the channel has opened: a message proves it as well as the event."""
        return self._was_open or not self._messages.empty()

    @property
    def _is_over(self) -> bool:
        """Whether the channel, its SCTP association or the whole connection has closed."""
        if self._channel is None or self._pc.connectionState in _OVER:
            return True
        # aiortc leaves a channel in "connecting" when the association is aborted before it stands
        association = self._pc.sctp.state if self._pc.sctp is not None else "closed"
        return self._channel.readyState in ("closing", "closed") or association == "closed"

    async def _closed(self, stage: Stage, code: LocalCode, text: str) -> PeerFailure:
        """The failure of a channel that closed, or of its connection where that is over too.

        The end of a connection closes its channel first, so a moment has to pass.
        """
        if await self._until(lambda: self._pc.connectionState in _OVER, self._limits.closing_s):
            return PeerFailure(
                stage,
                LocalCode.CONNECTION_CLOSED,
                "the service closed the connection after DTLS, before its first event",
            )
        return PeerFailure(stage, code, text)

    def state(self) -> Connection:
        return Connection(
            ice_state=self._pc.iceConnectionState,
            connection_state=self._pc.connectionState,
            channel_state=self._channel.readyState if self._channel else None,
            local_candidate=self._pair[0] if self._pair else None,
            remote_candidate=self._pair[1] if self._pair else None,
            dtls_role=self._dtls_role,
            local_candidates=self._local_candidates,
            remote_candidates=self._remote_candidates,
        )

    async def close(self) -> None:
        if self._gathering is not None:
            await asyncio.wait({self._gathering})
        await self._pc.close()

    async def _until(self, done: Callable[[], bool], within_s: float) -> bool:
        """Whether ``done()`` came true in time."""
        try:
            async with asyncio.timeout(within_s):
                # Nothing is awaited between the look and clear(), so no change can be missed.
                while not done():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return done()
        return True


def peer_factory(limits: Limits, *, on_loopback: bool, stays_here: bool = False) -> PeerFactory:
    """Peers for one target, with the addresses that may reach it. ``stays_here`` is for a service
    of this very machine: no other is contacted."""
    addresses = addresses_near(on_loopback=on_loopback)
    return lambda setup: AiortcPeer(limits, addresses, stays_here=stays_here)


def _kinds(offer: Offer) -> tuple[str, ...]:
    """The sections that our own offer needs, to connect what is offered."""
    if offer.sdp is not None:
        return kinds_of(offer.sdp)
    parts = (("audio", offer.audio), ("application", offer.channel is not None))
    return tuple(kind for kind, wanted in parts if wanted)


def _rejected(detail: str) -> PeerFailure:
    return PeerFailure(Stage.EXCHANGE, LocalCode.ANSWER_REJECTED, detail)


def _brief(error: Exception) -> str:
    """The error's name and the beginning of its text, which may be the whole answer."""
    text = str(error)
    if len(text) > _MAX_ERROR_TEXT:
        text = text[:_MAX_ERROR_TEXT] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
