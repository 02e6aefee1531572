"""The peer port of a replay: stages after the exchange come from the recorded observation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from rtdoctor.domain.exchange import Connection, StageRecord
from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import Offer, Setup
from rtdoctor.probe.peers.port import Peer, PeerFailure


class RecordedPeer:
    """Says what the recorded peer of the same setup said; opens no socket."""

    def __init__(self, recorded: Observation | None) -> None:
        self._recorded = recorded
        self._messages = deque(e.body for e in recorded.events) if recorded else deque()

    async def make_offer(self, offer: Offer) -> str:
        for exchange in self._recorded.exchanges if self._recorded else ():
            if exchange.purpose == "call" and exchange.request.body:
                return exchange.request.body
        return "v=0\r\n"

    async def accept(self, answer: str) -> None:
        self._replay(Stage.EXCHANGE)

    async def until_ice(self) -> None:
        self._replay(Stage.ICE)

    async def until_dtls(self) -> None:
        self._replay(Stage.DTLS)

    async def until_channel(self) -> None:
        self._replay(Stage.CHANNEL)

    async def next_message(self, within_s: float) -> str | None:
        if self._messages:
            return self._messages.popleft()
        self._replay(Stage.SESSION)
        return None

    def state(self) -> Connection:
        recorded = self._recorded.connection if self._recorded else None
        return recorded or Connection()

    async def close(self) -> None:
        """There is nothing to close."""

    def _replay(self, stage: Stage) -> None:
        if self._recorded is None:
            raise PeerFailure(stage, LocalCode.NOT_RECORDED, "the recording does not hold this")
        record = _of(stage, self._recorded.stages)
        # A stage that failed is the last one, so the signature of the probe is that of this stage.
        signature = self._recorded.outcome.signature
        if record is not None and record.status == "failed" and signature is not None:
            code = signature.code if signature.is_local else None
            raise PeerFailure(
                stage, LocalCode(code or LocalCode.NOT_RECORDED), signature.message or ""
            )


def _of(stage: Stage, records: Iterable[StageRecord]) -> StageRecord | None:
    return next((r for r in records if r.stage is stage), None)


class RecordedPeers:
    """A peer factory over a recorded run: each setup gets its recordings one after another."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._by_setup: dict[Setup, deque[Observation]] = {}
        for observation in observations:
            if observation.outcome.is_evidence:
                queue = self._by_setup.setdefault(observation.setup.as_sent(), deque())
                queue.append(observation)

    def __call__(self, setup: Setup) -> Peer:
        queue = self._by_setup.get(setup.as_sent())
        if not queue:
            return RecordedPeer(None)
        # the last one stays: a run may ask again for what it has seen
        return RecordedPeer(queue.popleft() if len(queue) > 1 else queue[0])
