"""One exchange: the client's request to the service, the service's answer to the client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import h11

from rtdoctor.front.arrival import Arrival
from rtdoctor.front.client_http import ClientHttp
from rtdoctor.front.headers import to_client, to_service, value_of
from rtdoctor.front.limits import FrontLimits
from rtdoctor.front.pending import PassedExchanges, PendingExchange
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.service_http import NoAnswer, ServiceHttp
from rtdoctor.front.upstream import Upstream


class Forwarding:
    """Forwards requests for the target, and keeps what passed."""

    def __init__(
        self,
        upstream: Upstream,
        service: ServiceHttp,
        passed: PassedExchanges,
        limits: FrontLimits,
    ) -> None:
        self._upstream = upstream
        self._service = service
        self._passed = passed
        self._limits = limits
        self.rewriting = Rewriting()

    async def forward(self, client: ClientHttp, request: h11.Request, arrival: Arrival) -> None:
        """One exchange with the target."""
        pending = self._passed.begin(request, arrival)
        try:
            await self._exchange(client, request, pending)
        except NoAnswer as error:
            pending.error = f"{error.code.value}: {error.detail}"
            if client.has_answered:
                raise h11.RemoteProtocolError(error.detail) from None
            await client.say(502, f"the target gave no answer: {error.detail}")
        finally:
            passed = self._passed.keep(pending)
        await self._passed.tell(passed)

    async def pass_on(
        self, client: ClientHttp, request: h11.Request, origin: str, target: bytes
    ) -> None:
        """A plain request for another host, of which nothing is kept."""
        await client.say(501, "not yet")

    async def _exchange(
        self, client: ClientHttp, request: h11.Request, pending: PendingExchange
    ) -> None:
        raw = request.headers.raw_items()
        has_body = any(value_of(raw, n) for n in (b"content-length", b"transfer-encoding"))
        body = self._kept(client.body(), pending) if has_body else None
        host = urlsplit(self._upstream.origin).netloc.encode()
        async with self._service.send(
            request.method,
            self._upstream.origin,
            pending.arrival.target,
            to_service(raw, host),
            body,
        ) as answer:
            headers = to_client(answer.headers, decoded=False)
            pending.answer_begins(answer.status, headers)
            await client.begin_answer(answer.status, headers, answer.reason)
            async for chunk in answer.body:
                pending.response_body.add(chunk)
                await client.send_body(chunk)
            await client.end_answer()

    async def _kept(
        self, body: AsyncIterator[bytes], pending: PendingExchange
    ) -> AsyncIterator[bytes]:
        async for chunk in body:
            pending.request_body.add(chunk)
            yield chunk
