"""What is said on a call's data channel: the rule that holds for what happened says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rtdoctor.sandbox.calls import Call
from rtdoctor.sandbox.conversation_items import item_of
from rtdoctor.sandbox.responses import TONE_MS, respond
from rtdoctor.sandbox.rules.conditions import Endpoint
from rtdoctor.sandbox.rules.matching import RuleBook
from rtdoctor.sandbox.rules.placeholders import fill
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Answer, ErrorBody, Rule
from rtdoctor.sandbox.server_events import Event, server_event

_HEARD = Rule(
    id="heard",
    fact="EVT-TRANSCRIPT-EVENTS",
    note="the events are known. The sandbox recognises no speech",
    answer=Answer(),
)
_PLAYED = Rule(
    id="played",
    note="by the API description. The sandbox plays a tone, no speech",
    answer=Answer(),
)


class EventAnswers:
    """Answers what happens in calls by the rules of a book."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def attend(self, call: Call) -> None:
        """From now on, answer what the client does in this call, and end it in words."""
        if call.peer is None:
            return
        call.peer.on_channel = lambda label: self._opened(call, label)
        call.peer.on_event = lambda text: self._answer(call, "event", text)
        call.peer.on_audio = lambda samples, duration_ms: _send(
            call, _HEARD, call.ear.hear(samples, duration_ms, call.session)
        )
        call.peer.output.on_started = lambda response_id: _send(
            call, _PLAYED, [_output_event("started", response_id)]
        )
        call.peer.output.on_stopped = lambda response_id: _send(
            call, _PLAYED, [_output_event("stopped", response_id)]
        )
        call.on_limit = lambda: self._answer(call, "limit")

    def _opened(self, call: Call, label: str) -> None:
        call.label = label
        self._answer(call, "channel")

    def _answer(self, call: Call, endpoint: Endpoint, text: str = "") -> None:
        """Send what the first rule says to something that happened."""
        seen = ReceivedRequest(
            endpoint,
            text=text,
            label=call.label,
            call_session=call.session,
            buffered_ms=call.ear.buffered_ms,
            has_spoken=call.has_spoken,
        )
        rule = self._book.first(seen)
        if rule is None:
            return
        if rule.emit is not None:
            _send(call, rule, _emitted(rule.emit, call, seen))
        elif rule.answer is not None and rule.answer.error is not None:
            error = error_object(rule.answer.error, seen)
            told = {**error, "event_id": _client_event_id(seen)}
            _send(call, rule, [server_event("error", error=told)])


def provenance(rule: Rule) -> dict[str, str | None]:
    """Which rule answered, and what stands behind it."""
    return {"rule": rule.id, "fact": rule.fact, "basis": rule.basis, "note": rule.note}


def error_object(error: ErrorBody, seen: ReceivedRequest) -> dict[str, str | None]:
    """The error of a rule, its texts filled with what was seen."""
    fields = ("message", "type", "code", "param")
    given = {name: getattr(error, name) for name in fields}
    return {n: fill(v, seen.look_up) if v is not None else None for n, v in given.items()}


def _send(call: Call, rule: Rule, events: Iterable[Event]) -> None:
    for event in events:
        if call.peer is not None:
            call.peer.send({**event, "sandbox": provenance(rule)})


def _emitted(name: str, call: Call, seen: ReceivedRequest) -> list[Event]:
    """Do what an ``emit`` stands for, and give the events that tell of it."""
    match name:
        case "input_audio_buffer.committed":
            return call.ear.commit(call.session)
        case "input_audio_buffer.cleared":
            return [call.ear.clear()]
        case "conversation.item.done":
            return call.items.add(item_of(_object_at(seen, "item")))
        case "response.done":
            return _response(call, seen)
        case "output_audio_buffer.cleared":
            return _cut_off(call)
    if name.endswith(".updated"):
        # Updated before the event is made, since the event shows the new session.
        call.session = call.session.updated(_object_at(seen, "session"))
    return [server_event(name, session=call.session.body)]


def _response(call: Call, seen: ReceivedRequest) -> list[Event]:
    response = respond(call.session, call.items, _object_at(seen, "response"))
    # From here on the voice is fixed: a rule refuses to change it once audio was played.
    if response.has_audio and call.peer is not None:
        call.has_spoken = True
        call.peer.output.play(response.id, TONE_MS)
    return list(response.events)


def _cut_off(call: Call) -> list[Event]:
    cut = call.peer.output.clear() if call.peer is not None else None
    return [] if cut is None else [_output_event("cleared", cut)]


def _output_event(what: str, response_id: str) -> Event:
    return server_event(f"output_audio_buffer.{what}", response_id=response_id)


def _object_at(seen: ReceivedRequest, path: str) -> dict[str, Any]:
    value = seen.at(path)
    return value if isinstance(value, dict) else {}


def _client_event_id(seen: ReceivedRequest) -> str | None:
    value = seen.at("event_id")
    return value if isinstance(value, str) else None
