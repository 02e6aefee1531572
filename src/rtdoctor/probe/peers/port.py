"""The WebRTC port: what a probe needs from a peer, whichever stack stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rtdoctor.domain.exchange import Connection
from rtdoctor.domain.outcome import LocalCode, Signature, Stage
from rtdoctor.domain.setup import Offer, Setup


class PeerFailure(Exception):
    """The connection could not get past ``stage``; ``code`` is from the closed vocabulary."""

    def __init__(self, stage: Stage, code: LocalCode, detail: str) -> None:
        super().__init__(detail)
        self.stage = stage
        self.code = code
        self.detail = detail

    def signature(self) -> Signature:
        return Signature(self.stage, code=self.code.value, message=self.detail)


class CannotGoOn(Exception):
    """The service answered, and this peer cannot try the rest; the text says why.

    That is no failure: another engine may well connect.
    """


class Peer(Protocol):
    """One ``RTCPeerConnection``. Every waiting method raises ``PeerFailure``, and ``accept``
    raises ``CannotGoOn`` for an answer to a foreign offer that it cannot apply."""

    async def make_offer(self, offer: Offer) -> str:
        """The local SDP with all candidates gathered."""

    async def accept(self, answer: str) -> None:
        """Apply the remote SDP (``setRemoteDescription``)."""

    async def until_ice(self) -> None:
        """A candidate pair is nominated (RFC 8445)."""

    async def until_dtls(self) -> None:
        """The DTLS handshake is done and the certificate has the announced fingerprint."""

    async def until_channel(self) -> None:
        """The data channel is open (RFC 8831)."""

    async def next_message(self, within_s: float) -> str | None:
        """The next message on the channel; ``None`` when none came in time.

        Raises ``PeerFailure`` when there is none left and the channel or connection has closed.
        """

    def state(self) -> Connection:
        """What the stack reports now."""

    async def close(self) -> None:
        """Close everything; safe to call at any moment, more than once."""


PeerFactory = Callable[[Setup], Peer]
