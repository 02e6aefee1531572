"""Sending the requests of one probe: only to the target, each one recorded."""

from __future__ import annotations

from dataclasses import replace

from rtdoctor.domain.exchange import HttpExchange, HttpResponse
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.errors import UsageError
from rtdoctor.evidence.cassettes import label
from rtdoctor.probe.http import NetworkError
from rtdoctor.probe.record import Record
from rtdoctor.probe.stage_timer import Stop
from rtdoctor.probe.tools import Tools
from rtdoctor.probe.wire import WireRequest


async def send(tools: Tools, record: Record, request: WireRequest, stage: Stage) -> HttpResponse:
    """The answer to a request of this stage. Raises ``Stop`` when there is none."""
    if not tools.target.may_see_key(request.url):
        raise Stop(
            Outcome.skipped(
                f"{request.url} is not at {tools.target.base_url}: keys and tokens are sent "
                "only to their own target"
            )
        )
    try:
        exchange, problem = await exchanged(tools, record, request)
    except UsageError as error:
        raise Stop(Outcome.skipped(error.message)) from None
    if problem is not None:
        raise Stop(Outcome.transient(problem.signature(stage)))
    assert exchange.response is not None, "an exchange without error has a response"
    return exchange.response


async def exchanged(
    tools: Tools, record: Record, request: WireRequest
) -> tuple[HttpExchange, NetworkError | None]:
    """Send a request and record the exchange. Raises ``UsageError`` if it cannot be sent."""
    header = request.unsendable_header
    if header is not None:
        raise UsageError(
            f"{request.purpose}: the header {header!r} cannot be sent: only printable ASCII can"
        )
    request = replace(request, label=label(record.setup, request.purpose))
    asked_ms = record.watch.now_ms()
    exchange, problem = await tools.http.send(request)
    took_ms = record.watch.now_ms() - asked_ms
    # The port times a request from the moment it is sent; what is left was spent in its queue.
    record.watch.queued_ms += max(0.0, took_ms - exchange.timing.total_ms)
    record.exchanges.append(exchange)
    return exchange, problem
