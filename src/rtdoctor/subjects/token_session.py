"""The session that a token is for: as the answer tells of it, and as the route was asked for it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rtdoctor.migration.json_text import parse_object
from rtdoctor.subjects.token_route import TokenRoute


def session_of(body: str, place: str) -> dict[str, Any]:
    """The session that an answer tells of, around the token or beside it; empty if none."""
    holder: Any = parse_object(body)
    found: dict[str, Any] = {}
    for name in (*place.split("."), ""):
        if not isinstance(holder, dict):
            break
        session = holder.get("session")
        if isinstance(session, dict):
            found = session
        elif isinstance(holder.get("client_secret"), dict):  # the beta's answer is the session
            found = holder
        holder = holder.get(name)
    return found


def type_of(session: dict[str, Any]) -> str | None:
    """``realtime`` or ``transcription``, where the session says so."""
    kind = session.get("type")
    if isinstance(kind, str):
        return kind
    named = session.get("object")
    if not isinstance(named, str) or not named.startswith("realtime."):
        return None
    return "transcription" if "transcription" in named else "realtime"


def model_of(session: dict[str, Any]) -> str | None:
    """The model that speaks, or the one that transcribes where there is no other."""
    transcription = session.get("input_audio_transcription")
    places = (
        (session, ("model",)),
        (session, ("audio", "input", "transcription", "model")),
        (transcription, ("model",)),
    )
    for data, path in places:
        value: Any = data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value
    return None


def asked_of(route: TokenRoute) -> dict[str, str | None]:
    """The type and model that the request to the route names, in its body or its query."""
    data: dict[str, Any] = dict(parse_qsl(urlsplit(route.url).query))
    try:
        body = json.loads(route.body or "{}")
    except (ValueError, RecursionError):
        body = {}
    if isinstance(body, dict):
        data |= body
    session = data.get("session")
    if isinstance(session, dict):
        return {"type": type_of(session), "model": model_of(session)}
    kind = data.get("type")
    known = kind if kind in ("realtime", "transcription") else None
    return {"type": known, "model": model_of(data)}
