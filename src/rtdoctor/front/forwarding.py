"""One exchange: the client's request to the service, the service's answer to the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from rtdoctor.content_coding import Decoding, decoders_for
from rtdoctor.domain.outcome import LocalCode
from rtdoctor.front.arrival import Arrival
from rtdoctor.front.body_copy import BodyCopy
from rtdoctor.front.changed import AnswerOut, RequestOut, changed_answer, changed_request
from rtdoctor.front.client_http import ClientHttp
from rtdoctor.front.hop_headers import RawHeaders, back, has_body, onward, to_target, value_of
from rtdoctor.front.key_swap import KeySwap
from rtdoctor.front.open_calls import OpenCalls
from rtdoctor.front.pending import PassedExchanges, PendingExchange
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.service_http import NoAnswer, ServiceAnswer, ServiceHttp
from rtdoctor.front.tunnel import GONE, UpgradedStream, tunnel
from rtdoctor.front.upstream import Upstream

_BODILESS = (204, 304)


@dataclass(slots=True)
class Forwarding:
    """Forwards requests for the target, and keeps what passed."""

    upstream: Upstream
    service: ServiceHttp
    passed: PassedExchanges
    keys: KeySwap
    calls: OpenCalls
    rewriting: Rewriting = field(default_factory=Rewriting)

    async def forward(self, client: ClientHttp, request: h11.Request, arrival: Arrival) -> None:
        """One exchange with the target."""
        if self.passed.run_has_ended:
            await client.say(503, "the run has ended")
            return
        pending = self.passed.begin(request, arrival)
        fault: Exception | None = None
        try:
            await self._exchange(client, pending)
        except (NoAnswer, h11.RemoteProtocolError, *GONE) as error:
            fault = error
            pending.error = str(error) if isinstance(error, NoAnswer) else "the client broke off"
        except asyncio.CancelledError:
            pending.error = None if pending.upgraded else "the run ended before the answer"
            raise
        finally:
            ended = self.passed.keep(pending)
        if not pending.upgraded:  # of which the listener was told when it happened
            await self.passed.tell(ended)
        # Once the head of an answer is out there is no way left to say 502 in HTTP.
        if isinstance(fault, NoAnswer) and not client.has_answered:
            await client.say(502, f"the target gave no answer: {fault.detail}")
        elif fault is not None:
            raise fault  # the connection ends, so that the client sees that something is missing

    async def pass_on(
        self, client: ClientHttp, request: h11.Request, origin: str, target: bytes
    ) -> None:
        """A plain request for another host, of which nothing is changed and nothing is kept."""
        headers = request.headers.raw_items()
        body = client.body() if has_body(headers) else None
        try:
            async with self.service.send(
                request.method, origin, target, onward(headers), body
            ) as answer:
                if answer.upgraded is not None:
                    await client.switch(onward(answer.headers), answer.reason)
                    await tunnel(client.unread(), UpgradedStream(answer.upgraded))
                    return
                out = AnswerOut(answer.status, answer.reason, back(answer.headers), answer.body)
                await _give(client, out)
        except NoAnswer as error:
            if client.has_answered:
                raise
            await client.say(502, f"{origin} gave no answer: {error.detail}")

    async def _exchange(self, client: ClientHttp, pending: PendingExchange) -> None:
        rewriting = self.rewriting
        came = _as_it_came(client, pending)
        out: RequestOut | AnswerOut = came
        if not rewriting.is_idle:
            out = await changed_request(came, pending, rewriting, self.upstream)
        if isinstance(out, AnswerOut):
            # A hook has answered in place of the target. What the client still sends is read, or
            # the next request of this connection would begin in the middle of it.
            await client.skip_body()
            await _give(client, out)
            return
        origin = self.upstream.origin
        headers = self.keys.leaving(to_target(out.headers, urlsplit(origin).netloc.encode()))
        async with self.service.send(out.method, origin, out.target, headers, out.body) as answer:
            try:
                await self._hand_over(client, answer, pending, rewriting)
            finally:
                # Also where the client has gone meanwhile: the call that this answer opened has to
                # be hung up.
                self._note(out, headers, pending)

    async def _hand_over(
        self,
        client: ClientHttp,
        answer: ServiceAnswer,
        pending: PendingExchange,
        rewriting: Rewriting,
    ) -> None:
        if answer.upgraded is not None:
            headers = self.keys.masked_header(onward(answer.headers))
            pending.upgrades(headers)
            await client.switch(headers, answer.reason)
            # A WebSocket may stay open for the whole run, so it is told of when it begins.
            await self.passed.tell(self.passed.keep(pending))
            mask = self.keys.masker().next
            await tunnel(client.unread(), UpgradedStream(answer.upgraded), to_client=mask)
            return
        out = self._readable(answer, pending)
        if not rewriting.is_idle:
            out = await changed_answer(out, pending, rewriting)
        try:
            await _give(client, out)
        except GONE:
            await _read_on(out.body, pending.response_body)
            raise

    def _readable(self, answer: ServiceAnswer, pending: PendingExchange) -> AnswerOut:
        """The answer without content coding and without the key. Its body is copied as it passes.

        Raises ``NoAnswer`` where the key could not be found in it.
        """
        coding = (value_of(answer.headers, b"content-encoding") or b"").decode("latin-1")
        is_bodiless = pending.method == "HEAD" or answer.status in _BODILESS
        # The answer to HEAD names the encoding of a body that does not follow.
        decoders = [] if is_bodiless else decoders_for(coding)
        if decoders is None and self.keys.has_key:
            raise NoAnswer(
                LocalCode.NETWORK,
                f"its body has the encoding {coding[:40]!r}, in which a key cannot be masked",
            )
        headers = self.keys.masked_header(back(answer.headers, decoded=bool(decoders)))
        pending.answer_begins(answer.status, headers)
        body = self._masked(_decoded(answer.body, Decoding(decoders or [])))
        return AnswerOut(
            answer.status, answer.reason, headers, _copied(body, pending.response_body)
        )

    async def _masked(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        masker = self.keys.masker()
        async for chunk in body:
            yield masker.next(chunk)
        yield masker.last()

    def _note(self, sent: RequestOut, headers: RawHeaders, pending: PendingExchange) -> None:
        answer = pending.received
        if answer is not None:
            method, path = sent.method.decode("ascii"), sent.target.decode("ascii")
            self.calls.saw(method, path, headers, answer)


async def _decoded(body: AsyncIterator[bytes], decoding: Decoding) -> AsyncIterator[bytes]:
    """A body without its codings. Raises ``NoAnswer`` where it is not what its header says."""
    async for data in body:
        try:
            for part in decoding.next(data):
                yield part
        except ValueError as error:
            raise NoAnswer(
                LocalCode.NETWORK, f"the body is not encoded as its header says: {error}"
            ) from None


def _as_it_came(client: ClientHttp, pending: PendingExchange) -> RequestOut:
    headers = pending.raw_headers
    body = _copied(client.body(), pending.request_body) if has_body(headers) else None
    return RequestOut(pending.method.encode(), pending.arrival.target, headers, body)


async def _copied(body: AsyncIterator[bytes], copy: BodyCopy) -> AsyncIterator[bytes]:
    async for chunk in body:
        if chunk:
            copy.add(chunk)
            yield chunk


async def _give(client: ClientHttp, answer: AnswerOut) -> None:
    await client.begin_answer(answer.status, answer.headers, answer.reason)
    async for chunk in answer.body:
        await client.send_body(chunk)
    await client.end_answer()


async def _read_on(body: AsyncIterator[bytes], copy: BodyCopy) -> None:
    """What the target says counts also when the client has gone: it may have opened a call."""
    async for _ in body:
        if copy.is_too_large:
            return
