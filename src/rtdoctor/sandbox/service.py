"""The HTTP side of the service: the rule that holds for a request says what is done."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from rtdoctor.sandbox.calls import Calls
from rtdoctor.sandbox.event_answers import EventAnswers, error_object
from rtdoctor.sandbox.rules.conditions import json_type
from rtdoctor.sandbox.rules.matching import RuleBook
from rtdoctor.sandbox.rules.placeholders import fill
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Answer, Connect, ErrorBody, Mint, Rule
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
_NO_SUCH_CALL = Rule(
    id="no-such-call",
    note="a rule of the user's file hangs up a call that is not open",
    answer=Answer(status=404, error=ErrorBody(message="Sandbox: there is no such call.")),
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
        self._events = EventAnswers(book)

    async def answer(self, seen: ReceivedRequest, rule: Rule | None = None) -> Reply:
        """The answer to an HTTP request: that of ``rule``, else of the first rule that holds."""
        if seen.endpoint == "hangup":
            seen.call = self.calls.state_of(seen.call_id, seen.key)
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
        # Only GA takes `expires_after` at the top of its body.
        ttl_s = int(seconds) if json_type(seconds) == "number" and not beta else mint.ttl_s
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
                    seen.offer.text, session, connect, key=seen.key
                )
        except OfferRefused:
            return await _fixed(_PEER_REFUSED, seen)
        self._events.attend(call)
        # A path and no URL, as in the recorded answers; a client resolves it or takes its last
        # part.
        location = {"location": f"{_calls_path(seen.path)}/{call.id}"}
        return Reply(rule, 201, answer, "application/sdp", location)

    async def _hang_up(self, rule: Rule, seen: ReceivedRequest) -> Reply:
        if await self.calls.hang_up(seen.call_id, seen.key):
            return Reply(rule, 200)
        return await _fixed(_NO_SUCH_CALL, seen)


async def _fixed(rule: Rule, seen: ReceivedRequest) -> Reply:
    answer = rule.answer or Answer()
    if answer.delay_s:
        await asyncio.sleep(answer.delay_s)
    if answer.error is not None:
        body = json.dumps({"error": error_object(answer.error, seen)})
        return Reply(
            rule, answer.status, body, answer.content_type or "application/json", answer.headers
        )
    text = fill(answer.text or "", seen.look_up)
    kind = answer.content_type or ("text/plain; charset=utf-8" if text else None)
    return Reply(rule, answer.status, text, kind, answer.headers)


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
