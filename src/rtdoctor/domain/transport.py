"""On which way an answer of a service reached its client."""

from __future__ import annotations

from enum import StrEnum

from rtdoctor.domain.outcome import Stage


class Transport(StrEnum):
    """The ways that a service answers on. One code may mean another cause on another way."""

    MINT = "mint"  # HTTP, the answer to a token request
    CALL = "call"  # HTTP, the answer to the posted offer or to a WebSocket's handshake
    EVENT = "event"  # an event of an open session, on the data channel or the WebSocket
    SOCKET = "socket"  # a WebSocket that was closed with a code

    @classmethod
    def of_stages(cls, stages: tuple[Stage, ...]) -> frozenset[Transport]:
        """The ways on which a failure at these stages is told; every way for none or for ICE."""
        ways = (_WAYS.get(stage, frozenset(cls)) for stage in stages)
        return frozenset().union(*ways) if stages else frozenset(cls)


_WAYS = {
    Stage.MINT: frozenset({Transport.MINT}),
    Stage.EXCHANGE: frozenset({Transport.CALL}),
    Stage.CHANNEL: frozenset({Transport.EVENT, Transport.SOCKET}),
    Stage.SESSION: frozenset({Transport.EVENT, Transport.SOCKET}),
}
