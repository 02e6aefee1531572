"""The events of a response: what ``response.create`` is answered with.

There is no model here. A response is a tone on the audio track, or nothing but text, and its
transcript says so. Names and shapes are the published ones; that no
``response.output_audio.delta`` comes over WebRTC is fact EVT-TRANSCRIPT-EVENTS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rtdoctor.sandbox.conversation_items import ConversationItems
from rtdoctor.sandbox.server_events import Event, new_id, server_event
from rtdoctor.sandbox.sessions import Session

TONE_MS = 600
_SPOKEN = f"[sandbox: a tone of {TONE_MS / 1000} s, no speech]"
_WRITTEN = "[sandbox: there is no model here]"


@dataclass(frozen=True, slots=True)
class SandboxResponse:
    """A response in full. ``has_audio`` says that its tone is to be played."""

    id: str
    has_audio: bool
    events: tuple[Event, ...]


def respond(session: Session, items: ConversationItems, asked: dict[str, Any]) -> SandboxResponse:
    """The response to a ``response.create`` whose ``response`` was ``asked``."""
    is_beta = session.dialect == "beta"
    name = "modalities" if is_beta else "output_modalities"
    asked_for = asked.get(name) or session.body.get(name)
    modalities = asked_for if isinstance(asked_for, list) else ["audio"]  # the beta takes anything
    has_audio = "audio" in modalities
    response_id = new_id("resp")
    kind = "output_audio" if has_audio else "output_text"
    shown = {"id": response_id, "object": "realtime.response", name: modalities}
    events = _events(_Shape(kind, is_beta), shown, items, in_conversation=_is_kept(asked))
    return SandboxResponse(response_id, has_audio, tuple(events))


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a dialect calls the content of this ``kind``, and the events about it."""

    kind: str
    is_beta: bool

    @property
    def content(self) -> str:
        return self.kind.removeprefix("output_") if self.is_beta else self.kind

    @property
    def text_event(self) -> str:
        of_audio = self.kind == "output_audio"
        return f"response.{self.content}_transcript" if of_audio else f"response.{self.content}"

    @property
    def field(self) -> str:
        return "transcript" if self.kind == "output_audio" else "text"

    @property
    def said(self) -> str:
        return _SPOKEN if self.kind == "output_audio" else _WRITTEN


def _events(
    shape: _Shape, shown: dict[str, Any], items: ConversationItems, *, in_conversation: bool
) -> list[Event]:
    item: dict[str, Any] = {
        "id": new_id("item"),
        "object": "realtime.item",
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }
    content = [{"type": shape.content, shape.field: shape.said}]
    done = {**item, "status": "completed", "content": content}
    follows = items.last_id
    begun = [items.begin(item)] if in_conversation else []
    finished = items.finish(done, follows) if in_conversation else []
    of = {"response_id": shown["id"], "output_index": 0}
    return [
        server_event("response.created", response={**shown, "status": "in_progress", "output": []}),
        server_event("response.output_item.added", **of, item=item),
        *begun,
        *_content_events(shape, {**of, "item_id": item["id"], "content_index": 0}),
        *finished,
        server_event("response.output_item.done", **of, item=done),
        server_event("response.done", response=_completed(shown, done)),
    ]


def _content_events(shape: _Shape, at: dict[str, Any]) -> list[Event]:
    part = {"type": shape.kind.removeprefix("output_")}
    audio_done = [server_event(f"response.{shape.content}.done", **at)]
    return [
        server_event("response.content_part.added", **at, part={**part, shape.field: ""}),
        server_event(f"{shape.text_event}.delta", **at, delta=shape.said),
        *(audio_done if shape.kind == "output_audio" else []),
        server_event(f"{shape.text_event}.done", **at, **{shape.field: shape.said}),
        server_event("response.content_part.done", **at, part={**part, shape.field: shape.said}),
    ]


def _completed(shown: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    nothing = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0}
    return {
        **shown,
        "status": "completed",
        "status_details": {"type": "completed"},
        "output": [item],
        "usage": nothing,
    }


def _is_kept(asked: dict[str, Any]) -> bool:
    return asked.get("conversation") != "none"
