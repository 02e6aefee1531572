"""The calls this service has open, and what became of the others."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rtdoctor.sandbox.conversation_items import ConversationItems
from rtdoctor.sandbox.media.answer_sdp import Address
from rtdoctor.sandbox.media.hearing import AudioReceiver
from rtdoctor.sandbox.media.ice_tcp import IceTcp
from rtdoctor.sandbox.rules.conditions import CallState
from rtdoctor.sandbox.rules.rule_file import Connect
from rtdoctor.sandbox.sessions import Session

if TYPE_CHECKING:
    from rtdoctor.sandbox.media.peer import AnsweringPeer

CONNECT_LIMIT_S = 20.0
LAST_WORDS_S = 0.5  # between telling the client that its time is up and closing


@dataclass(slots=True)
class Call:
    """One call. ``peer`` and ``ended`` change together: while the call runs it has a peer, then
    ``ended`` is ``hung_up``, ``peer_gone``, ``never_connected``, ``too_long`` or ``shut_down``.

    ``key`` is the API key behind it; ``on_limit`` is called when it has run for ``limit_s``.
    """

    id: str
    session: Session
    peer: AnsweringPeer | None
    key: str | None
    limit_s: float
    items: ConversationItems = field(init=False)
    ear: AudioReceiver = field(init=False)
    on_limit: Callable[[], None] = field(default=lambda: None)
    told: bool = False
    label: str | None = None
    ended: str = ""
    connected: bool = False
    has_spoken: bool = False

    def __post_init__(self) -> None:
        self.items = ConversationItems(self.session.dialect)
        self.ear = AudioReceiver(self.items)

    @property
    def summary(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.session.type,
            "model": self.session.model,
            "dialect": self.session.dialect,
            "connected": self.connected,
            "channel": self.label,
            "ended": self.ended or None,
            "audio_ms": round(self.ear.heard_ms),
            "sound_ms": round(self.ear.loud_ms),
        }


class Calls:
    """Opens, finds and ends calls. ``hosts`` are the addresses offered as candidates."""

    def __init__(self, hosts: Callable[[], list[str]]) -> None:
        self._hosts = hosts
        self._calls: dict[str, Call] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._tcp = IceTcp(self._candidate_of)
        self._listening: asyncio.Task[tuple[list[str], list[Address]]] | None = None

    async def open(
        self, offer: str, session: Session, connect: Connect, *, key: str | None
    ) -> tuple[Call, str]:
        """Answer an offer as ``connect`` says. Raises ``OfferRefused`` when no peer can."""
        from rtdoctor.sandbox.media.peer import AnsweringPeer

        call = Call(f"rtc_{secrets.token_hex(14)}", session, None, key, connect.limit_s)
        call.peer = AnsweringPeer(
            connected=lambda: self._connected(call),
            ended=lambda: self._end(call, "peer_gone"),
        )
        hosts, tcp = await self._addresses()
        answer = await call.peer.answer(
            offer, hosts=hosts, tcp=tcp, max_message_size=connect.max_message_size
        )
        # Only now: an offer that no peer can answer opens no call.
        self._calls[call.id] = call
        self._watch(call, CONNECT_LIMIT_S)
        return call, answer

    async def hang_up(self, call_id: str, key: str | None) -> bool:
        """End a call; whether one of this id and key was open."""
        if self.state_of(call_id, key) != "open":
            return False
        peer = self._end(self._calls[call_id], "hung_up")
        if peer is not None:
            await peer.close()
        return True

    def state_of(self, call_id: str, key: str | None) -> CallState:
        """Whether the call of this id, opened with this key, is open."""
        call = self._calls.get(call_id)
        # A call that no key stands behind may be ended by anybody.
        if call is None or call.key not in (None, key):
            return "unknown"
        return "over" if call.ended else "open"

    async def close(self) -> None:
        """End everything."""
        peers = [self._end(call, "shut_down") for call in self._calls.values()]
        await asyncio.gather(*(peer.close() for peer in peers if peer is not None), *self._closing)
        await self._tcp.close()

    @property
    def state(self) -> dict[str, Any]:
        calls = list(self._calls.values())
        return {
            "opened": len(calls),
            "open": sum(not c.ended for c in calls),
            "hung_up": sum(c.ended == "hung_up" for c in calls),
            "over_tcp": self._tcp.connections,
            "list": [c.summary for c in calls],
        }

    async def _addresses(self) -> tuple[list[str], list[Address]]:
        async def listen() -> tuple[list[str], list[Address]]:
            hosts = self._hosts()
            return hosts, await self._tcp.listen(hosts)

        if self._listening is None:
            self._listening = asyncio.create_task(listen())
        # All calls wait for this one task, so a client that breaks off must not cancel it for the
        # others.
        return await asyncio.shield(self._listening)

    def _candidate_of(self, ufrag: str) -> Address | None:
        peers = (c.peer for c in self._calls.values() if c.peer is not None)
        return next((p.udp[0] for p in peers if p.ufrag == ufrag and p.udp), None)

    def _end(self, call: Call, how: str) -> AnsweringPeer | None:
        """Mark the call as ended and give its peer, which the caller closes."""
        peer, call.peer = call.peer, None
        # The first reason stays: closing the peer ends the call once more, as `peer_gone`.
        call.ended = call.ended or how
        timer = self._timers.pop(call.id, None)
        if timer is not None:
            timer.cancel()
        return peer

    def _connected(self, call: Call) -> None:
        call.connected = True
        if not call.ended:
            self._watch(call, call.limit_s)

    def _watch(self, call: Call, seconds: float) -> None:
        before = self._timers.pop(call.id, None)
        if before is not None:
            before.cancel()
        timer = asyncio.get_running_loop().call_later(seconds, self._grown_old, call)
        self._timers[call.id] = timer

    def _grown_old(self, call: Call) -> None:
        # A call that has come to its limit is told so first, and closed a moment later.
        if call.connected and not call.told:
            call.told = True
            call.on_limit()
            self._watch(call, LAST_WORDS_S)
            return
        peer = self._end(call, "too_long" if call.connected else "never_connected")
        if peer is not None:
            # The loop keeps only weak references to its tasks, so this one is held until it is
            # done.
            task = asyncio.get_running_loop().create_task(peer.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
