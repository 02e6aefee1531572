"""What a probe has to close when it ends, however it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import Outcome
from rtdoctor.errors import UsageError
from rtdoctor.probe.hang_up import UNANSWERED, UNUSABLE_LOCATION, OpenCall, hang_up
from rtdoctor.probe.peers.port import Peer
from rtdoctor.probe.record import Record
from rtdoctor.probe.sending import exchanged
from rtdoctor.probe.tools import Tools
from rtdoctor.probe.wire import WireRequest


@dataclass(slots=True)
class StillOpen:
    """The peers of one try, and the call request that has no answer yet."""

    peers: list[Peer] = field(default_factory=list)
    unanswered: asyncio.Task[str | Outcome] | None = None


async def surely_clean_up(tools: Tools, record: Record, still_open: StillOpen) -> None:
    """Leave no call open and no peer alive, also when cancelled before or during this."""
    # A task of its own behind a shield: a cancellation does not reach the hanging-up, and goes on
    # when that is done.
    cleaning = asyncio.ensure_future(_clean_up(tools, record, still_open))
    try:
        await asyncio.shield(cleaning)
    except asyncio.CancelledError:
        await cleaning
        raise


async def _clean_up(tools: Tools, record: Record, still_open: StillOpen) -> None:
    limit_s = tools.limits.cleanup_s
    if still_open.unanswered is not None:
        await asyncio.wait({still_open.unanswered}, timeout=limit_s)
        # Nothing happens to a task that is done. One that still waits is given up, and its call
        # cannot be known.
        still_open.unanswered.cancel()
        await asyncio.gather(still_open.unanswered, return_exceptions=True)
    # Each part has its own limit, so that a slow hang-up leaves time to close the peers.
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await asyncio.gather(*(_hang_up(tools, record, call) for call in record.calls))
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await asyncio.gather(*(p.close() for p in still_open.peers), return_exceptions=True)


async def _hang_up(tools: Tools, record: Record, call: OpenCall) -> None:
    async def answer_or_reason(request: WireRequest) -> HttpResponse | str:
        try:
            exchange, problem = await exchanged(tools, record, request)
        except UsageError:
            return UNUSABLE_LOCATION
        return exchange.response or (problem.detail if problem else "no answer")

    if call.location is not None and call.left_open == UNANSWERED:
        call.left_open = await hang_up(call.location, tools.target.key, answer_or_reason)
