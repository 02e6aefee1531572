"""The stages of a probe as bars on one time axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpExchange, StageRecord
from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.run import Observation
from rtdoctor.wording import outcomes as words

WIDTH = 1000
"""Units of the time axis, whatever the probe's duration."""

_PURPOSE = {Stage.MINT: ("mint",), Stage.EXCHANGE: ("call", "first call")}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row; ``x`` and ``width`` in units of the axis. ``inner`` rows are parts of a stage."""

    label: str
    status: str
    ms: str
    x: int
    width: int
    inner: bool = False
    detail: str = ""


def bars(observation: Observation) -> tuple[Bar, ...]:
    """Stages in their order; DNS with TCP, TLS and the wait for the answer below their stage."""
    ends = [s.start_ms + s.duration_ms for s in observation.stages]
    # At least a millisecond, so that nothing is divided by zero.
    total = max([observation.duration_ms, *ends, 1.0])
    rows: list[Bar] = []
    for record in observation.stages:
        x, width = _place(record.start_ms, record.duration_ms, total)
        name, ms = words.stage_name(record.stage), words.duration(record.duration_ms)
        rows.append(Bar(name, record.status, ms, x, width, detail=record.detail))
        for label, start, length in _parts(observation, record):
            x, width = _place(start, length, total)
            rows.append(Bar(label, "part", words.duration(length), x, width, inner=True))
    return tuple(rows)


def _place(start: float, length: float, total: float) -> tuple[int, int]:
    # Three units are the least that can be seen, however short the stage was.
    x = min(round(start / total * WIDTH), WIDTH - 3)
    return x, min(max(round(length / total * WIDTH), 3), WIDTH - x)


def _parts(observation: Observation, record: StageRecord) -> Iterator[tuple[str, float, float]]:
    exchange = _exchange_of(observation, record.stage)
    if exchange is None:
        return
    timing, clock = exchange.timing, record.start_ms
    steps = (
        ("DNS and TCP", timing.connect_ms),
        ("TLS", timing.tls_ms),
        ("waiting for the answer", timing.wait_ms),
    )
    for label, length in steps:
        if length is not None:
            yield label, clock, length
            clock += length


def _exchange_of(observation: Observation, stage: Stage) -> HttpExchange | None:
    wanted = _PURPOSE.get(stage, ())
    return next((e for e in observation.exchanges if e.purpose in wanted), None)
