"""What kind of session a setup is meant to open."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from rtdoctor.domain.setup import Setup


class SessionKind(StrEnum):
    """The user's purpose, which a repair should keep."""

    REALTIME = "realtime"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"


def session_kind(setup: Setup) -> SessionKind:
    """Read from what the setup sends: endpoint, session type, intent, model names.

    A flat session with ``input_audio_transcription`` and nothing that only a conversation needs
    is meant to transcribe, whichever endpoint mints it.
    """
    endpoint = setup.token_endpoint.value.path or ""
    call = setup.call_endpoint.value.path
    if "translation" in endpoint or "translation" in call:
        return SessionKind.TRANSLATION
    for text in (setup.token_body.value.text, setup.call_encoding.value.session):
        kind = _kind_of(_object(text))
        if kind is not None:
            return kind
    query = dict(setup.call_query.value.params)
    if "transcription" in endpoint or query.get("intent") == "transcription":
        return SessionKind.TRANSCRIPTION
    return SessionKind.REALTIME


# fields of the beta's flat session that a transcription has no use for
_OF_A_CONVERSATION = frozenset(
    {
        "modalities",
        "voice",
        "instructions",
        "tools",
        "tool_choice",
        "output_audio_format",
        "temperature",
        "max_response_output_tokens",
        "speed",
    }
)


def _kind_of(body: dict[str, Any]) -> SessionKind | None:
    session = body.get("session")
    holder = session if isinstance(session, dict) else body
    named = holder.get("type")
    if isinstance(named, str) and named in set(SessionKind):
        return SessionKind(named)
    if "input_audio_transcription" in holder and _OF_A_CONVERSATION.isdisjoint(holder):
        return SessionKind.TRANSCRIPTION
    return None


def _object(text: str | None) -> dict[str, Any]:
    try:
        data = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
