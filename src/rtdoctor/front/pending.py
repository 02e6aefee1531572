"""An exchange under way, and the list of those that have ended."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import h11

from rtdoctor.domain.exchange import Headers as TextHeaders
from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.front.arrival import Arrival, asked_by
from rtdoctor.front.body_copy import BodyCopy
from rtdoctor.front.passed import PURPOSE, Listener, PassedExchange
from rtdoctor.secrets.redactor import Redactor

RawHeaders = list[tuple[bytes, bytes]]


class PendingExchange:
    """What is known so far. It holds secrets, and is known to this package only."""

    def __init__(self, number: int, request: h11.Request, arrival: Arrival, limit: int) -> None:
        self.number = number
        self.arrival = arrival
        self.asked_by = asked_by(request)
        self.method = request.method.decode("ascii")
        self.headers = readable(request.headers.raw_items())
        self.request_body = BodyCopy(limit)
        self.response_body = BodyCopy(limit)
        self.response_head: tuple[int, TextHeaders] | None = None
        self.error: str | None = None
        self.upgraded = False
        self.forwarded: HttpRequest | None = None
        self.received: HttpResponse | None = None
        self._started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._begun = time.perf_counter()
        self._wait_ms: float | None = None

    def answer_begins(self, status: int, headers: RawHeaders) -> None:
        """The head of the answer that the client gets."""
        self.response_head = status, readable(headers)
        if self._wait_ms is None:
            self._wait_ms = self._since_begin_ms()

    @property
    def request(self) -> HttpRequest:
        """What the client has sent."""
        body = self.request_body.text if self.request_body.size else None
        return HttpRequest(self.method, self.arrival.url, self.headers, body)

    @property
    def response(self) -> HttpResponse | None:
        """What the client has got."""
        if self.response_head is None:
            return None
        status, headers = self.response_head
        body = self.response_body
        return HttpResponse(status, headers, body.text, body.size, not body.is_whole)

    def ended(self) -> PassedExchange:
        """The exchange as it stands now."""
        return PassedExchange(
            number=self.number,
            route=self.arrival.route,
            asked_by=self.asked_by,
            exchange=HttpExchange(
                purpose=PURPOSE,
                request=self.request,
                response=self.response,
                timing=HttpTiming(self._since_begin_ms(), wait_ms=self._wait_ms),
                started_at=self._started_at,
                error=self.error,
            ),
            request_truncated=not self.request_body.is_whole,
            upgraded=self.upgraded,
            forwarded=self.forwarded,
            received=self.received,
        )

    def _since_begin_ms(self) -> float:
        return round((time.perf_counter() - self._begun) * 1000, 3)


class PassedExchanges:
    """Numbers exchanges as they begin, and keeps them, redacted, once they have ended."""

    def __init__(self, redactor: Redactor, listener: Listener | None, kept_bytes: int) -> None:
        self._redactor = redactor
        self._listener = listener
        self._kept_bytes = kept_bytes
        self._begun = 0
        self._ended: dict[int, PassedExchange] = {}

    def begin(self, request: h11.Request, arrival: Arrival) -> PendingExchange:
        self._begun += 1
        return PendingExchange(self._begun, request, arrival, self._kept_bytes)

    def keep(self, pending: PendingExchange) -> PassedExchange:
        """Keep an exchange that has ended. Returns it redacted."""
        passed = self._redactor.clean(pending.ended())
        self._ended[passed.number] = passed
        return passed

    async def tell(self, passed: PassedExchange) -> None:
        if self._listener is not None:
            await self._listener(passed)

    @property
    def all(self) -> tuple[PassedExchange, ...]:
        """Those that have ended, in the order in which they began."""
        return tuple(self._ended[number] for number in sorted(self._ended))


def readable(headers: RawHeaders) -> TextHeaders:
    """Headers as text; RFC 9110, section 5.5, has no better charset for them."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
