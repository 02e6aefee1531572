"""One stage of a probe: how long it took, how it ended, and what a failure in it means."""

from __future__ import annotations

import time
from typing import Any

from rtdoctor.domain.exchange import StageRecord
from rtdoctor.domain.outcome import LocalCode, Outcome, Stage
from rtdoctor.probe.peers.port import PeerFailure


class Stop(Exception):
    """Ends a probe with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.kind)
        self.outcome = outcome


class Stopwatch:
    """The stages of one probe, timed from its start in milliseconds.

    ``queued_ms``: waited in all for a place among our own requests. No stage counts it: it says
    nothing about the service.
    """

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self.stages: list[StageRecord] = []
        self.queued_ms = 0.0

    def now_ms(self) -> float:
        return round((time.perf_counter() - self._begun) * 1000, 3)

    def stage(self, stage: Stage) -> StageTimer:
        """A block that is recorded as this stage; it raises ``Stop`` where a peer failed."""
        return StageTimer(self, stage)


class StageTimer:
    """Records one stage, whether it ends well or not, and turns peer failures into outcomes."""

    def __init__(self, stopwatch: Stopwatch, stage: Stage) -> None:
        self.stopwatch = stopwatch
        self.stage = stage
        self.detail = ""
        self.start_ms = 0.0
        self.queued_before_ms = 0.0

    def __enter__(self) -> StageTimer:
        self.start_ms = self.stopwatch.now_ms()
        self.queued_before_ms = self.stopwatch.queued_ms
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: Any
    ) -> None:
        start_ms = round(self.start_ms + self.stopwatch.queued_ms - self.queued_before_ms, 3)
        took_ms = round(self.stopwatch.now_ms() - start_ms, 3)
        status, detail = "ok", self.detail
        if error is not None:
            status = "failed"
            detail = error.detail if isinstance(error, PeerFailure) else detail
        record = StageRecord(self.stage, status, start_ms, took_ms, detail)
        self.stopwatch.stages.append(record)
        if isinstance(error, PeerFailure):
            raise Stop(_judged(error)) from None


def _judged(failure: PeerFailure) -> Outcome:
    """A machine without addresses or a gap in a recording says nothing about the setup; every
    other failure does."""
    if failure.code in (LocalCode.NO_LOCAL_CANDIDATES, LocalCode.NOT_RECORDED):
        return Outcome.transient(failure.signature())
    return Outcome.failed(failure.signature())
