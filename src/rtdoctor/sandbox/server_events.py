"""Events as the service sends them, and identifiers as it writes them."""

from __future__ import annotations

import secrets
from typing import Any

Event = dict[str, Any]


def new_id(prefix: str) -> str:
    """A fresh identifier: ``item_``, ``resp_`` or ``event_`` with hexadecimal digits."""
    return f"{prefix}_{secrets.token_hex(10)}"


def server_event(type_: str, **fields: Any) -> Event:
    """An event of this type with an ``event_id`` of its own."""
    return {"event_id": new_id("event"), "type": type_, **fields}
