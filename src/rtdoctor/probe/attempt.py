"""One try of one probe: stage by stage, everything closed at the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rtdoctor.domain.error_body import event_signature
from rtdoctor.domain.exchange import HttpResponse, ServerEvent
from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Stage
from rtdoctor.domain.run import Observation
from rtdoctor.domain.secret import Secret, TokenUse
from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.probe.call import call_location, call_request, read_call
from rtdoctor.probe.clean_up import StillOpen, surely_clean_up
from rtdoctor.probe.hang_up import ELSEWHERE, NO_LOCATION, UNANSWERED, UNUSABLE_LOCATION, OpenCall
from rtdoctor.probe.mint import Minted, Token, mint_request, read_at, read_mint
from rtdoctor.probe.peers.port import CannotGoOn, Peer, PeerFailure
from rtdoctor.probe.record import Record
from rtdoctor.probe.sending import send
from rtdoctor.probe.service_clock import lifetime_by_date
from rtdoctor.probe.stage_timer import Stop
from rtdoctor.probe.tools import Tools
from rtdoctor.probe.wire import WireRequest
from rtdoctor.targets.target import Target

_MAX_EVENTS = 100  # a service that says so much and not the one thing awaited will not say it
_MAX_EVENT_TYPE = 100
_MOST_KEPT = 128 * 1024  # characters of the messages of a probe; of each one after that, a few
_OF_THE_REST = 200
_FIRST_EVENTS = ("session.created", "transcription_session.created", "session.started")


async def attempt(
    tools: Tools, record: Record, on_minted: Callable[[], object] = lambda: None
) -> Observation:
    """Try the setup of ``record`` once. ``on_minted`` is called when a token has been minted."""
    still_open = StillOpen()
    try:
        outcome = await _stages(tools, record, still_open, on_minted)
    except Stop as stop:
        outcome = stop.outcome
    finally:
        await surely_clean_up(tools, record, still_open)
    return record.observed(outcome)


async def _stages(
    tools: Tools, record: Record, still_open: StillOpen, on_minted: Callable[[], object]
) -> Outcome:
    kind = record.setup.auth.value.kind
    token: Token | None = None
    if kind.needs_token:
        token = await _mint(tools, record, on_minted)
        if kind is AuthKind.EXPIRED:
            await _outlive(tools, token)
    if kind is AuthKind.USED:
        await _spend(tools, record, still_open, token)
    peer, offer = await _offer(tools, record, still_open)
    await _exchange(tools, record, still_open, token, peer, offer)
    await _connect(tools, record, peer)
    return Outcome.passed(Stage.SESSION)


async def _mint(tools: Tools, record: Record, on_minted: Callable[[], object]) -> Token:
    with record.watch.stage(Stage.MINT) as stage:
        request = mint_request(record.setup, tools.target, tools.key())
        response = await send(tools, record, request, Stage.MINT)
        token = _token(tools, record, response, on_minted)
        stage.detail = token.secret.alias
        record.token_use = TokenUse(
            token.secret.alias,
            token.expires_at,
            lifetime_s=lifetime_by_date(token.expires_at, response),
        )
        return token


def _token(
    tools: Tools, record: Record, response: HttpResponse, on_minted: Callable[[], object]
) -> Token:
    """The token, or what a client takes for it that reads the answer at another place.

    The redactor is told of a token that is in the answer in any case, before anything that was
    observed can be kept.
    """
    usual = read_mint(response)
    token = None
    if isinstance(usual, Minted):
        record.minted += 1
        on_minted()
        token = tools.new_token(usual)
    place = record.setup.auth.value.read_at
    result = usual if place is None else read_at(response, place)
    if isinstance(result, Outcome):
        raise Stop(result)
    if token is not None and (place is None or result.value == token.secret.reveal()):
        return token
    record.minted += token is None and result.is_token
    return tools.new_token(result)


async def _outlive(tools: Tools, token: Token) -> None:
    """Wait until the token is past its expiry by the service's own clock."""
    wait_s = token.left_s
    if wait_s is None:
        raise Stop(Outcome.skipped("the token does not say when it expires"))
    if wait_s > tools.limits.expiry_wait_s:
        raise Stop(
            Outcome.skipped(f"the token lives {wait_s:.0f} s; too long to wait for its expiry")
        )
    await asyncio.sleep(wait_s)


async def _spend(tools: Tools, record: Record, still_open: StillOpen, token: Token | None) -> None:
    """Open a first call with the token, so that the probe's own call is its second."""
    _, offer = await _offer(tools, record, still_open)
    result = await _call(tools, record, still_open, token, offer, "first call")
    if isinstance(result, Outcome):
        if result.kind is OutcomeKind.TRANSIENT:
            raise Stop(result)
        why = f"the first use of the token failed already ({result.describe()})"
        raise Stop(Outcome.skipped(why))


async def _offer(tools: Tools, record: Record, still_open: StillOpen) -> tuple[Peer, str]:
    with record.watch.stage(Stage.OFFER):
        peer = tools.new_peer(record.setup)
        # Before anything is awaited, so that the peer is closed wherever this is cancelled.
        still_open.peers.append(peer)
        return peer, await peer.make_offer(record.setup.offer.value)


async def _exchange(
    tools: Tools,
    record: Record,
    still_open: StillOpen,
    token: Token | None,
    peer: Peer,
    offer: str,
) -> None:
    with record.watch.stage(Stage.EXCHANGE):
        result = await _call(tools, record, still_open, token, offer, "call")
        if isinstance(result, Outcome):
            raise Stop(result)
        try:
            await peer.accept(result)
        except CannotGoOn as why:
            raise Stop(Outcome.passed(Stage.EXCHANGE, untried=str(why))) from None


async def _call(
    tools: Tools,
    record: Record,
    still_open: StillOpen,
    token: Token | None,
    offer: str,
    purpose: str,
) -> str | Outcome:
    """Post the offer: the answer, or the outcome that stands in for one.

    Once sent, the request is not cancelled with the probe: the service may open a call for it,
    and only its answer says which one is to be hung up.
    """
    credential = _credential(tools, record, token)
    request = call_request(record.setup, tools.target, offer, credential, purpose=purpose)
    # If the probe is cancelled here, the clean-up finds the task and waits for its answer.
    still_open.unanswered = asyncio.create_task(_answered(tools, record, request))
    result = await asyncio.shield(still_open.unanswered)
    still_open.unanswered = None
    return result


def _credential(tools: Tools, record: Record, token: Token | None) -> Secret | None:
    """What the call shows to the service; how old a token is by now is recorded."""
    if token is None:
        return tools.key() if record.setup.auth.value.kind is AuthKind.API_KEY else None
    assert record.token_use is not None, "a token was minted"
    record.token_use = replace(
        record.token_use, age_at_call_ms=token.age_ms, earlier_calls=token.calls
    )
    # Counted before the answer: a token that was sent may be used up, whatever comes back.
    token.calls += 1
    return token.secret


async def _answered(tools: Tools, record: Record, request: WireRequest) -> str | Outcome:
    response = await send(tools, record, request, Stage.EXCHANGE)
    result = read_call(response)
    # an answer that no peer can use may stand for an open call all the same
    if isinstance(result, str) or (response.status < 300 and response.header("location")):
        record.calls.append(_opened(record.setup, tools.target, response))
    return result


def _opened(setup: Setup, target: Target, response: HttpResponse) -> OpenCall:
    location = call_location(setup, target, response)
    if location is None:
        missing = not response.header("location")
        return OpenCall(None, NO_LOCATION if missing else UNUSABLE_LOCATION)
    if not target.may_see_key(location):
        return OpenCall(location, ELSEWHERE)
    return OpenCall(location, UNANSWERED)


async def _connect(tools: Tools, record: Record, peer: Peer) -> None:
    try:
        with record.watch.stage(Stage.ICE):
            await peer.until_ice()
        with record.watch.stage(Stage.DTLS):
            await peer.until_dtls()
        # Without a channel no event can arrive, so DTLS is as far as such a setup goes.
        if record.setup.offer.value.channel is None:
            raise Stop(Outcome.passed(Stage.DTLS))
        with record.watch.stage(Stage.CHANNEL):
            await peer.until_channel()
        with record.watch.stage(Stage.SESSION) as stage:
            stage.detail = await _first_event(tools, record, peer)
    finally:
        # Also of a failure: the states at its moment say which side gave up.
        record.connection = peer.state()


async def _first_event(tools: Tools, record: Record, peer: Peer) -> str:
    """Wait for the session's first event (fact EVT-FIRST); return its type."""
    deadline = time.perf_counter() + tools.limits.session_s
    # One deadline for all messages: a service that keeps talking must not extend it.
    while (left_s := deadline - time.perf_counter()) > 0 and len(record.events) < _MAX_EVENTS:
        message = await peer.next_message(left_s)
        if message is None:
            break
        event = _parsed(message)
        kind = str(event.get("type", ""))[:_MAX_EVENT_TYPE]
        kept = message[: max(_MOST_KEPT - sum(len(e.body) for e in record.events), _OF_THE_REST)]
        record.events.append(ServerEvent(record.watch.now_ms(), kind, kept))
        if kind in _FIRST_EVENTS:
            return kind
        if kind == "error":
            raise Stop(Outcome.failed(event_signature(event)))
    types = dict.fromkeys(e.type or "a message without a type" for e in record.events)
    others = ", ".join(types) or "no message at all"
    raise PeerFailure(
        Stage.SESSION,
        LocalCode.NO_FIRST_EVENT,
        f"no session.created within {tools.limits.session_s:g} s (seen: {others})",
    )


def _parsed(message: str) -> dict[str, Any]:
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
