"""The items of a call's conversation, and the events that tell of a new one.

GA says ``conversation.item.added`` and ``.done``, the beta said ``conversation.item.created``
(fact EVT-TRANSCRIPT-EVENTS).
"""

from __future__ import annotations

from typing import Any

from rtdoctor.sandbox.server_events import Event, new_id, server_event


class ConversationItems:
    """Knows the last item, which the next one follows."""

    def __init__(self, dialect: str) -> None:
        self._is_beta = dialect == "beta"
        self.last_id: str | None = None

    def add(self, item: dict[str, Any]) -> list[Event]:
        """The events for an item that is complete when it comes."""
        follows, self.last_id = self.last_id, item["id"]
        names = ["created"] if self._is_beta else ["added", "done"]
        return [_item_event(name, follows, item) for name in names]

    def begin(self, item: dict[str, Any]) -> Event:
        """The event for an item that is still being made."""
        follows, self.last_id = self.last_id, item["id"]
        return _item_event("created" if self._is_beta else "added", follows, item)

    def finish(self, item: dict[str, Any], follows: str | None) -> list[Event]:
        """The events for the item that ``begin`` announced, now complete."""
        # The beta told of an item once, when it began.
        return [] if self._is_beta else [_item_event("done", follows, item)]


def item_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The item of a ``conversation.item.create`` as the service shows it."""
    return {"id": new_id("item"), "object": "realtime.item", "status": "completed", **asked}


def spoken_item(item_id: str) -> dict[str, Any]:
    """The user's message that holds the audio of a commit; its audio is not shown."""
    content = [{"type": "input_audio"}]
    return {**item_of({"type": "message", "role": "user", "content": content}), "id": item_id}


def _item_event(name: str, follows: str | None, item: dict[str, Any]) -> Event:
    return server_event(f"conversation.item.{name}", previous_item_id=follows, item=item)
