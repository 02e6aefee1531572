"""The session updates that a page sends, as the dialect of the working call has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtdoctor.browser.page_run import PageRun, event_type
from rtdoctor.domain.setup import Setup
from rtdoctor.migration import Dialect, migrate
from rtdoctor.migration.json_text import compact_json, parse_object

_TRANSCRIPTION_UPDATE = "transcription_session.update"
_UPDATES = ("session.update", _TRANSCRIPTION_UPDATE)


def migrated_events(run: PageRun, works: Setup) -> dict[str, str]:
    """The page's updates of its session that have to change, by their text."""
    if not works.call_endpoint.value.path.endswith("/calls"):
        return {}
    texts = [r.text for r in run.of_kind("event out") if event_type(r.text) in _UPDATES]
    pairs = ((text, migrated_event(text, works)) for text in texts)
    return {text: new for text, new in pairs if new is not None and new != text}


def migrated_event(text: str, works: Setup) -> str | None:
    """One update of the session as GA has it; ``None`` for a text that is no such update."""
    event = parse_object(text) or {}
    session = event.get("session")
    if not isinstance(session, dict):
        return None
    is_transcription = (
        event.get("type") == _TRANSCRIPTION_UPDATE or _session_type(works) == "transcription"
    )
    dialect = Dialect.TRANSCRIPTION_SESSIONS if is_transcription else Dialect.SESSIONS
    flat = {name: value for name, value in session.items() if name != "type"}
    moved = parse_object(migrate(compact_json(flat), dialect, Dialect.CLIENT_SECRETS).text or "")
    if moved is None or not isinstance(moved.get("session"), dict):
        return None
    return compact_json({**event, "type": "session.update", "session": moved["session"]})


def also_by_type(events: Mapping[str, str]) -> dict[str, str]:
    """The events by their type as well, where there is one of a type: a text may hold an id."""
    types = [event_type(text) for text in events]
    single = {event_type(text): new for text, new in events.items()}
    return {**events, **{t: new for t, new in single.items() if types.count(t) == 1}}


def _session_type(works: Setup) -> Any:
    session = (parse_object(works.token_body.value.text or "") or {}).get("session")
    return session.get("type") if isinstance(session, dict) else None
