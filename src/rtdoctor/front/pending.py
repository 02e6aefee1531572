"""An exchange under way, and the list of those that have ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

import h11

from rtdoctor.domain.exchange import Headers as TextHeaders
from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.front.arrival import Arrival, asked_by
from rtdoctor.front.body_copy import BodyCopy
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.hop_headers import RawHeaders, value_of
from rtdoctor.front.passed import PURPOSE, Listener, PassedExchange
from rtdoctor.secrets.redactor import Redactor

_A_MOMENT_S = 0.5


class PendingExchange:
    """What is known so far. It holds tokens, and is known to this package only."""

    def __init__(self, number: int, request: h11.Request, arrival: Arrival, limit: int) -> None:
        self.number = number
        self.arrival = arrival
        self.method = request.method.decode("ascii")
        self.raw_headers: RawHeaders = request.headers.raw_items()
        self.request_body = BodyCopy(limit)
        self.response_body = BodyCopy(limit)  # as the target sent it
        self.error: str | None = None
        self.upgraded = False
        self.forwarded: HttpRequest | None = None  # what a hook made of the request
        self.given: HttpResponse | None = None  # what a hook made of the answer
        self.settled = asyncio.Event()
        """Set once it is known whether the target opens a call."""
        self.has_ended = asyncio.Event()
        self._asked_by = asked_by(request)
        self._head: tuple[int, TextHeaders] | None = None
        self._started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._begun = time.perf_counter()
        self._wait_ms: float | None = None

    def answer_begins(self, status: int, headers: RawHeaders) -> None:
        """The head of the target's answer has come."""
        self._head = status, readable(headers)
        self._wait_ms = self._since_begin_ms()
        # Without a Location no call was opened, so the end of the run need not wait for the body.
        if value_of(headers, b"location") is None:
            self.settled.set()

    @property
    def may_open_call(self) -> bool:
        """Whether a call may be opened that nothing has named yet."""
        return self.method == "POST" and not self.settled.is_set()

    def upgrades(self, headers: RawHeaders) -> None:
        """The target has changed the protocol: nothing of what follows is kept."""
        self.upgraded = True
        self.answer_begins(101, headers)

    @property
    def request(self) -> HttpRequest:
        """What the client has sent so far."""
        body = self.request_body.text if self.request_body.size else None
        return HttpRequest(self.method, self.arrival.url, readable(self.raw_headers), body)

    @property
    def received(self) -> HttpResponse | None:
        """What has come from the target so far."""
        if self._head is None:
            return None
        status, headers = self._head
        body = self.response_body
        return HttpResponse(status, headers, body.text, body.size, not body.is_whole_text)

    def ended(self) -> PassedExchange:
        """The exchange as it stands now."""
        return PassedExchange(
            number=self.number,
            route=self.arrival.route,
            asked_by=self._asked_by,
            exchange=HttpExchange(
                purpose=PURPOSE,
                request=self.request,
                response=self.given or self.received,
                timing=HttpTiming(self._since_begin_ms(), wait_ms=self._wait_ms),
                started_at=self._started_at,
                error=self.error,
            ),
            request_truncated=not self.request_body.is_whole_text,
            upgraded=self.upgraded,
            forwarded=self.forwarded,
            received=self.received if self.given else None,
        )

    def _since_begin_ms(self) -> float:
        return round((time.perf_counter() - self._begun) * 1000, 3)


class PassedExchanges:
    """Numbers exchanges as they begin, and keeps them, redacted, once they have ended."""

    def __init__(self, redactor: Redactor, listener: Listener | None, limits: FrontLimits) -> None:
        self._redactor = redactor
        self._listener = listener
        self._kept_bytes = limits.kept_bytes
        self._left_bytes = limits.kept_bytes_in_all
        self._begun = 0
        self._ended: dict[int, PassedExchange] = {}
        self._under_way: set[PendingExchange] = set()
        self.run_has_ended = False
        self.faults: list[Exception] = []

    def begin(self, request: h11.Request, arrival: Arrival) -> PendingExchange:
        self._begun += 1
        limit = max(0, min(self._kept_bytes, self._left_bytes))
        pending = PendingExchange(self._begun, request, arrival, limit)
        self._under_way.add(pending)
        return pending

    async def end_run(self, within_s: float) -> None:
        """Let nothing begin any more, and wait for the answers that may open a call.

        The others get a moment, so that those that are all but given are kept as such.
        """
        self.run_has_ended = True
        calls = [p.settled for p in self._under_way if p.may_open_call]
        others = [p.has_ended for p in self._under_way]
        await asyncio.gather(_all_set(calls, within_s), _all_set(others, _A_MOMENT_S))

    def keep(self, pending: PendingExchange) -> PassedExchange:
        """Keep an exchange that has ended. Returns it redacted."""
        self._under_way.discard(pending)
        pending.settled.set()
        pending.has_ended.set()
        passed = self._redactor.clean(pending.ended())
        # A WebSocket is kept twice, when it begins and when it ends, and counts once.
        if passed.number not in self._ended:
            self._left_bytes -= pending.request_body.kept + pending.response_body.kept
        self._ended[passed.number] = passed
        return passed

    async def tell(self, passed: PassedExchange) -> None:
        """Tell the listener. What it raises goes to ``faults``: no client shall suffer for it."""
        try:
            if self._listener is not None:
                await self._listener(passed)
        except Exception as error:
            self.faults.append(error)

    @property
    def all(self) -> tuple[PassedExchange, ...]:
        """Those that have ended, in the order in which they began."""
        return tuple(self._ended[number] for number in sorted(self._ended))


async def _all_set(events: Iterable[asyncio.Event], within_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await asyncio.gather(*(event.wait() for event in events))


def readable(headers: RawHeaders) -> TextHeaders:
    """Headers as text; RFC 9110, section 5.5, has no better charset for them."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
