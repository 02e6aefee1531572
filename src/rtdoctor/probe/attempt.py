"""One try of one probe: stage by stage, everything closed at the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rtdoctor.domain.error_body import event_signature
from rtdoctor.domain.exchange import (
    Connection,
    HttpExchange,
    HttpResponse,
    ServerEvent,
)
from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import Secret, TokenUse
from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.errors import UsageError
from rtdoctor.evidence.cassettes import label, sending
from rtdoctor.probe.call import (
    call_id_of,
    call_location,
    call_request,
    read_call,
)
from rtdoctor.probe.hang_up import (
    ELSEWHERE,
    NO_LOCATION,
    UNANSWERED,
    UNUSABLE_LOCATION,
    OpenCall,
    hang_up,
)
from rtdoctor.probe.http import NetworkError
from rtdoctor.probe.mint import Token, mint_request, read_mint
from rtdoctor.probe.peers.port import Peer, PeerFailure
from rtdoctor.probe.sandbox_rules import sandbox_rules
from rtdoctor.probe.service_clock import lifetime_by_date
from rtdoctor.probe.stage_timer import Stop, Stopwatch
from rtdoctor.probe.wire import WireRequest

if TYPE_CHECKING:
    from rtdoctor.probe.runner import Prober

_MAX_EVENTS = 100  # a service that says so much and not the one thing awaited will not say it
_MAX_EVENT_TYPE = 100
_FIRST_EVENTS = ("session.created", "transcription_session.created", "session.started")


class Attempt:
    """The mutable record of one try of one probe."""

    def __init__(
        self,
        prober: Prober,
        probe_id: str,
        setup: Setup,
        purpose: Purpose,
        on_minted: Callable[[], object] = lambda: None,
    ) -> None:
        self.prober = prober
        self.probe_id = probe_id
        self.purpose = purpose
        self.on_minted = on_minted
        self.target = prober.target
        self.limits = prober.limits
        self.setup = setup
        self.started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.watch = Stopwatch()
        self.exchanges: list[HttpExchange] = []
        self.events: list[ServerEvent] = []
        self.token: Token | None = None
        self.token_use: TokenUse | None = None
        self.calls: list[OpenCall] = []
        self.minted = 0
        self.connection: Connection | None = None
        self.unanswered: asyncio.Task[str | Outcome] | None = None

    async def run(self) -> Observation:
        peers: list[Peer] = []
        try:
            outcome = await self._stages(peers)
        except Stop as stop:
            outcome = stop.outcome
        finally:
            await self._surely_clean_up(peers)
        return self.observed(outcome)

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

    async def _stages(self, peers: list[Peer]) -> Outcome:
        kind = self.setup.auth.value.kind
        if kind.needs_token:
            self.token = await self._mint()
            if kind is AuthKind.EXPIRED:
                await self._outlive(self.token)
        if kind is AuthKind.USED:
            await self._spend(peers)
        peer, offer = await self._offer(peers)
        answer = await self._exchange(peer, offer)
        await self._connect(peer, answer)
        return Outcome.passed(Stage.SESSION)

    async def _mint(self) -> Token:
        with self.watch.stage(Stage.MINT) as record:
            response = await self._send(
                mint_request(self.setup, self.target, self._key()), Stage.MINT
            )
            result = read_mint(response)
            if isinstance(result, Outcome):
                raise Stop(result)
            self.minted += 1
            self.on_minted()
            token = self.prober.new_token(result)
            record.detail = token.secret.alias
            self.token_use = TokenUse(
                token.secret.alias,
                token.expires_at,
                lifetime_s=lifetime_by_date(token.expires_at, response),
            )
            return token

    async def _outlive(self, token: Token) -> None:
        """Wait until the token is past its expiry by the service's own clock."""
        wait_s = token.left_s
        if wait_s is None:
            raise Stop(Outcome.skipped("the token does not say when it expires"))
        if wait_s > self.limits.expiry_wait_s:
            raise Stop(
                Outcome.skipped(f"the token lives {wait_s:.0f} s; too long to wait for its expiry")
            )
        await asyncio.sleep(wait_s)

    async def _spend(self, peers: list[Peer]) -> None:
        """Open a first call with the token, so that the probe's own call is its second."""
        _, offer = await self._offer(peers)
        result = await self._call(offer, "first call")
        if isinstance(result, Outcome):
            if result.kind is OutcomeKind.TRANSIENT:
                raise Stop(result)
            why = f"the first use of the token failed already ({result.describe()})"
            raise Stop(Outcome.skipped(why))

    async def _offer(self, peers: list[Peer]) -> tuple[Peer, str]:
        with self.watch.stage(Stage.OFFER):
            peer = self.prober.new_peer(self.setup)
            peers.append(peer)
            return peer, await peer.make_offer(self.setup.offer.value)

    async def _exchange(self, peer: Peer, offer: str) -> str:
        with self.watch.stage(Stage.EXCHANGE):
            result = await self._call(offer, "call")
            if isinstance(result, Outcome):
                raise Stop(result)
            await peer.accept(result)
            return result

    async def _call(self, offer: str, purpose: str) -> str | Outcome:
        """Post the offer: the answer, or the outcome that stands in for one.

        Once sent, the request is not cancelled with the probe: the service may open a call
        for it, and only its answer says which one is to be hung up.
        """
        request = self._call_request(offer, purpose)
        self.unanswered = asyncio.create_task(self._answered(request))
        result = await asyncio.shield(self.unanswered)
        self.unanswered = None
        return result

    def _call_request(self, offer: str, purpose: str) -> WireRequest:
        credential: Secret | None = None
        if self.token is not None:
            credential = self.token.secret
            assert self.token_use is not None, "a token was minted"
            self.token_use = replace(
                self.token_use,
                age_at_call_ms=self.token.age_ms,
                earlier_calls=self.token.calls,
            )
            self.token.calls += 1
        elif self.setup.auth.value.kind is AuthKind.API_KEY:
            credential = self._key()
        return call_request(self.setup, self.target, offer, credential, purpose=purpose)

    async def _answered(self, request: WireRequest) -> str | Outcome:
        response = await self._send(request, Stage.EXCHANGE)
        result = read_call(response)
        # an answer that no peer can use may stand for an open call all the same
        if isinstance(result, str) or (response.status < 300 and response.header("location")):
            self.calls.append(self._opened(response))
        return result

    def _opened(self, response: HttpResponse) -> OpenCall:
        location = call_location(self.setup, self.target, response)
        if location is None:
            missing = not response.header("location")
            return OpenCall(None, NO_LOCATION if missing else UNUSABLE_LOCATION)
        if not self.target.may_see_key(location):
            return OpenCall(location, ELSEWHERE)
        return OpenCall(location, UNANSWERED)

    async def _connect(self, peer: Peer, answer: str) -> None:
        try:
            with self.watch.stage(Stage.ICE):
                await peer.until_ice()
            with self.watch.stage(Stage.DTLS):
                await peer.until_dtls()
            if self.setup.offer.value.channel is None:
                raise Stop(Outcome.passed(Stage.DTLS))
            with self.watch.stage(Stage.CHANNEL):
                await peer.until_channel()
            with self.watch.stage(Stage.SESSION) as record:
                record.detail = await self._first_event(peer)
        finally:
            self.connection = peer.state()

    async def _first_event(self, peer: Peer) -> str:
        """Wait for the session's first event (fact EVT-FIRST); return its type."""
        deadline = time.perf_counter() + self.limits.session_s
        while (left_s := deadline - time.perf_counter()) > 0 and len(self.events) < _MAX_EVENTS:
            message = await peer.next_message(left_s)
            if message is None:
                break
            event = _parsed(message)
            kind = str(event.get("type", ""))[:_MAX_EVENT_TYPE]
            self.events.append(ServerEvent(self.watch.now_ms(), kind, message))
            if kind in _FIRST_EVENTS:
                return kind
            if kind == "error":
                raise Stop(Outcome.failed(event_signature(event)))
        types = dict.fromkeys(e.type or "a message without a type" for e in self.events)
        others = ", ".join(types) or "no message at all"
        raise PeerFailure(
            Stage.SESSION,
            LocalCode.NO_FIRST_EVENT,
            f"no session.created within {self.limits.session_s:g} s (seen: {others})",
        )

    async def _send(self, request: WireRequest, stage: Stage) -> HttpResponse:
        if not self.target.may_see_key(request.url):
            raise Stop(
                Outcome.skipped(
                    f"{request.url} is not at {self.target.base_url}: keys and tokens are sent "
                    "only to their own target"
                )
            )
        try:
            exchange, problem = await self._traced(request)
        except UsageError as error:
            raise Stop(Outcome.skipped(error.message)) from None
        if problem is not None:
            raise Stop(Outcome.transient(problem.signature(stage)))
        assert exchange.response is not None, "an exchange without error has a response"
        return exchange.response

    async def _traced(self, request: WireRequest) -> tuple[HttpExchange, NetworkError | None]:
        header = request.unsendable_header
        if header is not None:
            raise UsageError(
                f"{request.purpose}: the header {header!r} cannot be sent: only printable ASCII can"
            )
        sending.set(label(self.setup, request.purpose))
        asked_ms = self.watch.now_ms()
        exchange, problem = await self.prober.http.send(request)
        took_ms = self.watch.now_ms() - asked_ms
        self.watch.queued_ms += max(0.0, took_ms - exchange.timing.total_ms)
        self.exchanges.append(exchange)
        return exchange, problem

    def _key(self) -> Secret:
        if self.target.key is None:
            raise Stop(Outcome.skipped("this probe needs the API key, and none was given"))
        return self.target.key

    async def _surely_clean_up(self, peers: list[Peer]) -> None:
        """Leave no call open and no peer alive, also when cancelled before or during this."""
        cleaning = asyncio.ensure_future(self._clean_up(peers))
        try:
            await asyncio.shield(cleaning)
        except asyncio.CancelledError:
            await cleaning
            raise

    async def _clean_up(self, peers: list[Peer]) -> None:
        if self.unanswered is not None:
            await asyncio.wait({self.unanswered}, timeout=self.limits.cleanup_s)
            self.unanswered.cancel()
            await asyncio.gather(self.unanswered, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.cleanup_s):
                await asyncio.gather(*(self._hang_up(call) for call in self.calls))
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.cleanup_s):
                await asyncio.gather(*(peer.close() for peer in peers), return_exceptions=True)

    async def _hang_up(self, call: OpenCall) -> None:
        if call.location is not None and call.left_open == UNANSWERED:
            call.left_open = await hang_up(call.location, self.target.key, self._answer_or_reason)

    async def _answer_or_reason(self, request: WireRequest) -> HttpResponse | str:
        try:
            exchange, problem = await self._traced(request)
        except UsageError:
            return UNUSABLE_LOCATION
        return exchange.response or (problem.detail if problem else "no answer")


def _parsed(message: str) -> dict[str, Any]:
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
