"""The service: what was seen goes to the rules, and what the answering rule says is done."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rtdoctor.sandbox.calls import Call, Calls
from rtdoctor.sandbox.media.hearing import Event
from rtdoctor.sandbox.rules.matching import RuleBook
from rtdoctor.sandbox.rules.placeholders import fill
from rtdoctor.sandbox.rules.request import HANGUP_PATH, ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Answer, Connect, Endpoint, ErrorBody, Mint, Rule
from rtdoctor.sandbox.sessions import Session
from rtdoctor.sandbox.token_store import TokenBook, opening_a_call

_NO_RULE = Rule(
    id="no-rule",
    note="no rule answers this",
    answer=Answer(status=500, error=ErrorBody(message="")),
)
_PEER_REFUSED = Rule(
    id="peer-refused",
    fact="SDP-INVALID-OFFER",
    note="the answering peer cannot use this offer. That the service refuses it is inferred",
    answer=Answer(
        error=ErrorBody(
            message="Invalid SDP offer. Please try again with a WHIP-compliant offer.",
            code="invalid_offer",
        )
    ),
)
_UNKNOWN_CALL = Rule(
    id="unknown-call",
    note="what an unknown call id gets, or the id of a call of another key, is not known",
    answer=Answer(status=404, error=ErrorBody(message="Sandbox: there is no such call.")),
)
_HEARD = Rule(
    id="heard",
    fact="EVT-TRANSCRIPT-EVENTS",
    note="the events are known. The sandbox recognises no speech",
    answer=Answer(),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer and the rule that gave it."""

    rule: Rule
    status: int
    body: str = ""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class SandboxService:
    """One Realtime service of one era."""

    def __init__(self, book: RuleBook, calls: Calls) -> None:
        self.book = book
        self.calls = calls
        self.tokens = TokenBook()

    async def answer(self, seen: ReceivedRequest, rule: Rule | None = None) -> Reply:
        """The answer to an HTTP request: that of ``rule``, else of the first rule that holds."""
        rule = rule or self.book.first(seen) or _NO_RULE
        if rule.mint is not None:
            return self._mint(rule, rule.mint, seen)
        if rule.connect is not None:
            return await self._connect(rule, rule.connect, seen)
        if rule.hang_up is not None:
            return await self._hang_up(rule, seen)
        return await _fixed(rule, seen)

    async def close(self) -> None:
        await self.calls.close()

    @property
    def state(self) -> dict[str, Any]:
        """What a test may ask: were all calls hung up, which rules answered?"""
        return {
            "sandbox": True,
            "calls": self.calls.state,
            "tokens": {"minted": self.tokens.minted, "used": self.tokens.used},
            "rules": dict(self.book.answered),
        }

    def _mint(self, rule: Rule, mint: Mint, seen: ReceivedRequest) -> Reply:
        beta = mint.dialect == "beta"
        asked = seen.body if beta else seen.at("session")
        asked = asked if isinstance(asked, dict) else {}
        type_ = mint.session or (
            "transcription" if asked.get("type") == "transcription" else "realtime"
        )
        session = Session.new(mint.dialect, type_, asked)
        seconds = seen.at("expires_after.seconds")
        ttl_s = seconds if isinstance(seconds, int) and not beta else mint.ttl_s
        token = self.tokens.mint(session, key=seen.key, minted_at=seen.path, ttl_s=ttl_s)
        secret = {"value": token.value, "expires_at": int(token.expires_at)}
        shown = (
            {**session.body, "client_secret": secret}
            if beta
            else {**secret, "session": session.body}
        )
        return Reply(rule, 200, json.dumps(shown), "application/json")

    async def _connect(self, rule: Rule, connect: Connect, seen: ReceivedRequest) -> Reply:
        from rtdoctor.sandbox.media.peer import OfferRefused

        session = seen.session or _session_asked_for(connect.dialect, seen)
        try:
            # the token counts as used before the peer gathers: calls may come at the same time
            with opening_a_call(seen.token):
                call, answer = await self.calls.open(
                    seen.offer.text, session, key=seen.key, limit_s=connect.limit_s
                )
        except OfferRefused:
            return await _fixed(_PEER_REFUSED, seen)
        if call.peer is not None:
            call.peer.on_channel = lambda label: self._opened(call, label)
            call.peer.on_event = lambda text: self._told(call, text)
            call.peer.on_audio = lambda samples, duration_ms: _say(
                call, call.ear.hear(samples, duration_ms, call.session)
            )
            call.on_limit = lambda: self._speak(call, self._now("limit", call))
        location = {"location": f"{_calls_path(seen.path)}/{call.id}"}
        return Reply(rule, 201, answer, "application/sdp", location)

    async def _hang_up(self, rule: Rule, seen: ReceivedRequest) -> Reply:
        found = HANGUP_PATH.match(seen.path)
        if found is None or not await self.calls.hang_up(found["call_id"], seen.key):
            return await _fixed(_UNKNOWN_CALL, seen)
        return Reply(rule, 200)

    def _opened(self, call: Call, label: str) -> None:
        call.label = label
        self._speak(call, self._now("channel", call))

    def _told(self, call: Call, text: str) -> None:
        self._speak(call, self._now("event", call, text))

    @staticmethod
    def _now(endpoint: Endpoint, call: Call, text: str = "") -> ReceivedRequest:
        """What there is to see of a call at this moment."""
        return ReceivedRequest(
            endpoint,
            text=text,
            label=call.label,
            call_session=call.session,
            buffered_ms=call.ear.buffered_ms,
        )

    def _speak(self, call: Call, seen: ReceivedRequest) -> None:
        """Send what the first rule says to something that happened on the data channel."""
        rule = self.book.first(seen)
        if rule is None or call.peer is None:
            return
        if rule.emit == "input_audio_buffer.committed":
            _say(call, call.ear.commit(call.session))
            return
        event: dict[str, Any] = {"event_id": f"event_{secrets.token_hex(10)}"}
        if rule.emit is not None:
            asked = seen.at("session")
            if rule.emit.endswith(".updated") and isinstance(asked, dict):
                call.session = call.session.updated(asked)
            event |= {"type": rule.emit, "session": call.session.body}
        elif rule.answer is not None and rule.answer.error is not None:
            error = {**_error(rule.answer.error, seen), "event_id": _client_event_id(seen)}
            event |= {"type": "error", "error": error}
        else:
            return
        call.peer.send({**event, "sandbox": provenance(rule)})


def provenance(rule: Rule) -> dict[str, str | None]:
    """Which rule answered, and what stands behind it."""
    return {"rule": rule.id, "fact": rule.fact, "basis": rule.basis, "note": rule.note}


async def _fixed(rule: Rule, seen: ReceivedRequest) -> Reply:
    answer = rule.answer or Answer()
    if answer.delay_s:
        await asyncio.sleep(answer.delay_s)
    if answer.error is not None:
        body = json.dumps({"error": _error(answer.error, seen)})
        return Reply(
            rule, answer.status, body, answer.content_type or "application/json", answer.headers
        )
    text = fill(answer.text or "", seen.look_up)
    kind = answer.content_type or ("text/plain; charset=utf-8" if text else None)
    return Reply(rule, answer.status, text, kind, answer.headers)


def _error(error: ErrorBody, seen: ReceivedRequest) -> dict[str, str | None]:
    fields = ("message", "type", "code", "param")
    given = {name: getattr(error, name) for name in fields}
    return {n: fill(v, seen.look_up) if v is not None else None for n, v in given.items()}


def _session_asked_for(dialect: str, seen: ReceivedRequest) -> Session:
    """The session of a call without a token: from the multipart part, or from the query."""
    asked = seen.at("session")
    if isinstance(asked, dict):
        return Session.new(dialect, "realtime", asked)
    if seen.query.get("intent") == "transcription":
        return Session.new(dialect, "transcription")
    model = seen.query.get("model")
    return Session.new(dialect, "realtime", {"model": model} if model else None)


def _calls_path(path: str) -> str:
    return path if path.endswith("/calls") else "/v1/realtime/calls"


def _say(call: Call, events: Sequence[Event]) -> None:
    """Send what the call's audio gave rise to."""
    for event in events:
        if call.peer is not None:
            call.peer.send({**event, "sandbox": provenance(_HEARD)})


def _client_event_id(seen: ReceivedRequest) -> str | None:
    value = seen.at("event_id")
    return value if isinstance(value, str) else None
