"""Dumps of ``chrome://webrtc-internals``: the offer, the answer, and what became of the connection.

No HTTP request is in them, so neither the mint nor the call is known.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.errors import ConfigError
from rtdoctor.subjects.posted_offer import is_offer

_STATES = {
    "iceconnectionstatechange": "ICE",
    "connectionstatechange": "connection",
}
_PAIR = "candidate-pair"
_MAX_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class Dump:
    """The last connection with an offer: its SDP, the label of its first data channel, and
    sentences on how it went."""

    offer: str
    label: str | None
    notes: tuple[str, ...]


def is_dump(data: Any) -> bool:
    """Whether parsed JSON is a dump."""
    return isinstance(data, dict) and isinstance(data.get("PeerConnections"), dict)


def read_dump(data: dict[str, Any], name: str) -> Dump:
    """What a dump shows. Raises ``ConfigError`` when no connection in it made an offer."""
    connections = [one for one in data["PeerConnections"].values() if isinstance(one, dict)]
    for connection in reversed(connections):
        events = list(_events(connection))
        offer = next((s for s in reversed(_descriptions(events, local=True)) if is_offer(s)), None)
        if offer is not None:
            others = len(connections) - 1
            more = (f"{others} other connections are in the dump",) if others else ()
            notes = (*_notes(events), *_pairs(connection.get("stats")), *more)
            return Dump(offer, _label(events), notes)
    raise ConfigError(
        name,
        "no connection in this dump made an offer",
        hint="Open chrome://webrtc-internals before the page connects, and save the dump after.",
    )


def _events(connection: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Type and value of each event of the log."""
    log = connection.get("updateLog")
    for event in log[:_MAX_EVENTS] if isinstance(log, list) else []:
        if isinstance(event, dict) and isinstance(event.get("type"), str):
            # newer versions of Chrome write "on" before the name of an event
            yield event["type"].removeprefix("on"), _text(event.get("value"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _descriptions(events: list[tuple[str, str]], *, local: bool) -> list[str]:
    """The SDP texts that were set on one side: ``type: offer, sdp: v=0...``, or JSON of both."""
    wanted = "setLocalDescription" if local else "setRemoteDescription"
    found = []
    for kind, value in events:
        if kind == wanted or (local and kind in ("createOffer", "createOfferOnSuccess")):
            data = _object(value)
            sdp = data.get("sdp") if data is not None else value[value.find("v=0") :]
            if isinstance(sdp, str) and sdp.startswith("v=0"):
                found.append(sdp)
    return found


def _label(events: list[tuple[str, str]]) -> str | None:
    """The label of the first data channel, where the dump tells it."""
    value = next((value for kind, value in events if kind == "createDataChannel"), "")
    data = _object(value)
    label = data.get("label") if data is not None else None
    return label if isinstance(label, str) else None


def _object(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _pairs(stats: Any) -> Iterator[str]:
    """In which states the pairs of ICE candidates ended."""
    states: Counter[str] = Counter()
    for name, one in stats.items() if isinstance(stats, dict) else ():
        if name.endswith("-state") and isinstance(one, dict) and one.get("statsType") == _PAIR:
            seen = re.findall(r"[a-z-]+", _text(one.get("values")))
            states.update(seen[-1:])
    if states:
        counted = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        yield f"candidate pairs: {counted}"


def _notes(events: list[tuple[str, str]]) -> Iterator[str]:
    answers = _descriptions(events, local=False)
    yield "an answer was given to the connection" if answers else "no answer was given to it"
    for kind, name in _STATES.items():
        states = [value.strip('"') for event, value in events if event == kind]
        if states:
            yield f"{name}: {' > '.join(s[:20] for s in states[-8:])}"
    for kind, value in events:
        if kind.endswith("OnFailure") or kind == "addIceCandidateFailed":
            yield f"{kind}: {' '.join(value.split())[:200]}"
