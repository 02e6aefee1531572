"""The events that a page sends, as the dialect of the working call has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtdoctor.browser.page_run import PageRun, event_type
from rtdoctor.domain.setup import Setup
from rtdoctor.migration import Dialect, migrate
from rtdoctor.migration.json_text import compact_json, parse_object

_TRANSCRIPTION_UPDATE = "transcription_session.update"
_UPDATES = ("session.update", _TRANSCRIPTION_UPDATE)
_CREATE = "response.create"


def migrated_events(run: PageRun, works: Setup) -> dict[str, str]:
    """The page's updates of its session and its requests for a response that have to change, by
    their text."""
    if not works.call_endpoint.value.path.endswith("/calls"):
        return {}
    texts = [r.text for r in run.of_kind("event out") if event_type(r.text) in (*_UPDATES, _CREATE)]
    pairs = ((text, migrated_event(text, works)) for text in texts)
    return {text: new for text, new in pairs if new is not None and new != text}


def migrated_event(text: str, works: Setup) -> str | None:
    """One such event as GA has it; ``None`` for a text that is none."""
    event = parse_object(text) or {}
    if event.get("type") == _CREATE:
        return _migrated_response(event)
    session = event.get("session")
    if not isinstance(session, dict):
        return None
    is_transcription = (
        event.get("type") == _TRANSCRIPTION_UPDATE or _session_type(works) == "transcription"
    )
    dialect = Dialect.TRANSCRIPTION_SESSIONS if is_transcription else Dialect.SESSIONS
    moved = _moved(session, dialect)
    if moved is None:
        return None
    return compact_json({**event, "type": "session.update", "session": moved})


def _migrated_response(event: dict[str, Any]) -> str | None:
    """What a response is asked for moves as in a session, which has the same fields."""
    response = event.get("response")
    moved = _moved(response, Dialect.SESSIONS) if isinstance(response, dict) else None
    if moved is None:
        return None
    asked = {name: value for name, value in moved.items() if name != "type"}
    return compact_json({**event, "response": asked})


def _moved(session: dict[str, Any], dialect: Dialect) -> dict[str, Any] | None:
    flat = {name: value for name, value in session.items() if name != "type"}
    moved = parse_object(migrate(compact_json(flat), dialect, Dialect.CLIENT_SECRETS).text or "")
    inside = (moved or {}).get("session")
    return inside if isinstance(inside, dict) else None


def also_by_type(events: Mapping[str, str]) -> dict[str, str]:
    """The events by their type as well, where there is one of a type: a text may hold an id."""
    types = [event_type(text) for text in events]
    single = {event_type(text): new for text, new in events.items()}
    return {**events, **{t: new for t, new in single.items() if types.count(t) == 1}}


def _session_type(works: Setup) -> Any:
    session = (parse_object(works.token_body.value.text or "") or {}).get("session")
    return session.get("type") if isinstance(session, dict) else None
