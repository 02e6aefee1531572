"""What a page does with its peer connection, and in which order it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.program import CallExpression, SourceSpan
from rtdoctor.code.values import Fields, KnownValue, Value, text_of

_STEPS = (
    "createDataChannel",
    "addTrack",
    "addTransceiver",
    "createOffer",
    "setLocalDescription",
    "setRemoteDescription",
)
_EVENTS = ("session.update", "transcription_session.update")


@dataclass(frozen=True, slots=True)
class PeerStep:
    """A call of ``RTCPeerConnection``; ``text`` is its first argument where that is a text."""

    name: str
    at: SourceSpan
    text: KnownValue | None
    offers_audio: bool = False


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A ``session.update`` that stands in the text, with what is known of it."""

    type: str
    at: SourceSpan
    body: Value


def peer_steps(evaluator: Evaluator) -> Iterator[PeerStep]:
    """The steps in the order of the text, which need not be the order of the run."""
    for program in evaluator.programs:
        for site in program.calls:
            if site.name in _STEPS:
                call = site.expression()
                value = None
                if isinstance(call, CallExpression) and call.arguments:
                    value = evaluator.read(call.arguments[0], site.scope)
                text = value if isinstance(value, KnownValue) else None
                yield PeerStep(site.name, site.at, text, _offers_audio(site.name, value))


def _offers_audio(step: str, value: Value | None) -> bool:
    """Whether a step puts an audio section into the offer."""
    if step == "createOffer" and isinstance(value, Fields):  # RTCOfferOptions of WebRTC 1.0
        asked = value.get("offerToReceiveAudio")
        return isinstance(asked, KnownValue) and bool(asked.value)
    return step in ("addTrack", "addTransceiver")


def sent_events(evaluator: Evaluator) -> Iterator[SentEvent]:
    """Each object whose type is that of an event which changes the session."""
    for program in evaluator.programs:
        for later, scope in program.typed_objects:
            body = evaluator.read(later(), scope)
            name = text_of(body.get("type")) if isinstance(body, Fields) else None
            if name in _EVENTS:
                yield SentEvent(name, body.at, body)
