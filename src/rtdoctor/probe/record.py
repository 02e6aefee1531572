"""What one try of one probe has seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from rtdoctor.domain.exchange import Connection, HttpExchange, ServerEvent
from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import TokenUse
from rtdoctor.domain.setup import Setup
from rtdoctor.probe.call import call_id_of
from rtdoctor.probe.hang_up import OpenCall
from rtdoctor.probe.sandbox_rules import sandbox_rules
from rtdoctor.probe.stage_timer import Stopwatch


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(slots=True)
class Record:
    """The stages write here as they go, so that an interrupted try can be reported too.

    ``minted`` counts the tokens that were minted; ``calls`` are those that the service opened.
    """

    probe_id: str
    setup: Setup
    purpose: Purpose
    started_at: str = field(default_factory=_now)
    watch: Stopwatch = field(default_factory=Stopwatch)
    exchanges: list[HttpExchange] = field(default_factory=list)
    events: list[ServerEvent] = field(default_factory=list)
    minted: int = 0
    token_use: TokenUse | None = None
    calls: list[OpenCall] = field(default_factory=list)
    connection: Connection | None = None

    def observed(self, outcome: Outcome) -> Observation:
        """What was seen so far, with this outcome."""
        locations = [call.location for call in self.calls if call.location is not None]
        hung_up = sum(not call.left_open for call in self.calls)
        return Observation(
            probe=self.probe_id,
            setup=self.setup,
            purpose=self.purpose,
            outcome=outcome,
            started_at=self.started_at,
            duration_ms=self.watch.now_ms(),
            stages=tuple(self.watch.stages),
            exchanges=tuple(self.exchanges),
            events=tuple(self.events),
            connection=self.connection,
            token=self.token_use,
            call_id=call_id_of(locations[-1]) if locations else None,
            hung_up=hung_up == len(self.calls) if self.calls else None,
            rules=sandbox_rules(self.exchanges),
            tokens_minted=self.minted,
            sessions_opened=len(self.calls),
            sessions_hung_up=hung_up,
            left_open="; ".join(dict.fromkeys(c.left_open for c in self.calls if c.left_open)),
        )
