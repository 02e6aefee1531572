"""One probe in full for the terminal: stages, exchanges, events."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.run import Observation
from rtdoctor.wording.levels import factor_name
from rtdoctor.wording.outcomes import stage_name
from rtdoctor.wording.printable import printable

_BAR = 24


def print_probe(observation: Observation, console: Console) -> None:
    """Everything observed in one probe, in the order it happened."""
    console.print(Text(f"Probe {observation.probe} ({observation.purpose})", style="bold"))
    for factor, level in observation.setup.as_sent():
        console.print(Text(printable(f"  {factor_name(factor)}: {level.name}")))
    console.print(Text(printable(observation.outcome.describe()), style="bold"))
    _stages(observation, console)
    for exchange in observation.exchanges:
        _exchange(exchange, console)
    for event in observation.events:
        console.print(Text(f"\nevent after {event.at_ms:.0f} ms", style="bold"))
        console.print(Text(printable(event.body)))


def _stages(observation: Observation, console: Console) -> None:
    whole = max(observation.duration_ms, 1e-9)
    for stage in observation.stages:
        begin = round(stage.start_ms / whole * _BAR)
        width = max(1, round(stage.duration_ms / whole * _BAR))
        bar = (" " * begin + "█" * width)[: _BAR + 1].ljust(_BAR + 1)
        line = f"  {stage_name(stage.stage):<13}{bar} {stage.duration_ms:8.1f} ms  {stage.status}"
        console.print(Text(line, no_wrap=True))
        if stage.detail:
            console.print(Padding(Text(printable(stage.detail), style="dim"), (0, 0, 0, 15)))


def _exchange(exchange: HttpExchange, console: Console) -> None:
    request, response = exchange.request, exchange.response
    console.print(Text(f"\n{exchange.purpose}, {exchange.started_at}", style="bold"))
    lines = [f"{request.method} {request.url}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body:
        lines += ["", request.body]
    console.print(Padding(Text(printable("\n".join(lines))), (0, 0, 0, 2)))
    if response is None:
        console.print(Text(printable(f"  no answer: {exchange.error}"), style="red"))
        return
    lines = [f"HTTP {response.status} after {exchange.timing.total_ms:.0f} ms"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines += ["", response.body] if response.body else ["", "(no body)"]
    console.print(Padding(Text(printable("\n".join(lines))), (0, 0, 0, 2)))
