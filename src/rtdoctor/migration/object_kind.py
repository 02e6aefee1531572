"""What a JSON object is: a token request's body, a session alone, or an event; beta or GA."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.places import ValueShape, vocabulary

UPDATE, TRANSCRIPTION_UPDATE = "session.update", "transcription_session.update"
REALTIME, TRANSCRIPTION = "realtime", "transcription"


class Form(StrEnum):
    """What a session stands in. ``SESSION`` is one alone, as in the multipart part ``session``."""

    MINT = "mint"
    SESSION = "session"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an object was read as; ``guess`` says what its content leaves open, or is empty."""

    form: Form
    generation: Generation
    session_type: str
    is_wrapped: bool = True
    guess: str = ""

    def describe(self) -> str:
        generation = "beta" if self.generation is Generation.BETA else "GA"
        what = {
            Form.MINT: "body of a token request",
            Form.SESSION: "session",
            Form.EVENT: "event that updates the session",
        }[self.form]
        return f"a {generation} {what} ({self.session_type})"


def kind_of(content: dict[str, Any], named: Dialect | Form | None = None) -> Kind | None:
    """What an object is, by its content and by what the user calls it; ``None`` if unknown."""
    event, inside = content.get("type"), content.get("session")
    if isinstance(inside, dict) and "session" in inside:
        return None
    if named is Form.EVENT or (named is None and event in (UPDATE, TRANSCRIPTION_UPDATE)):
        return _event(content)
    if named is Form.SESSION or (named is None and _is_ga_session(content)):
        return _alone(content, is_sure=named is not None)
    if isinstance(named, Dialect) and named.is_flat:
        session_type = ValueShape(named.value).session_type
        return Kind(Form.MINT, Generation.BETA, session_type, is_wrapped=False)
    if isinstance(inside, dict):
        return _wrapped(inside)
    if named is not None:
        return _flat(content, Generation.GA)
    if any(name in beta_names() for name in content):
        return _flat(content, Generation.BETA)
    return None


def beta_names() -> frozenset[str]:
    """Names at the top of a session that both generations or the beta alone know."""
    shapes = (ValueShape.SESSIONS, ValueShape.TRANSCRIPTION_SESSIONS)
    return frozenset(path[0] for shape in shapes for path in vocabulary(shape).fields)


def ga_names() -> frozenset[str]:
    """Names at the top of a GA session."""
    fields = vocabulary(ValueShape.REALTIME).fields
    return frozenset(path[1] for path in fields if path[0] == "session")


def _event(content: dict[str, Any]) -> Kind | None:
    session = content.get("session")
    if not isinstance(session, dict):
        return None
    if content.get("type") == TRANSCRIPTION_UPDATE:
        return Kind(Form.EVENT, Generation.BETA, TRANSCRIPTION)
    named = session.get("type")
    if named in (REALTIME, TRANSCRIPTION):
        return Kind(Form.EVENT, Generation.GA, named)
    generation = Generation.BETA if _is_beta(session) else Generation.GA
    return Kind(Form.EVENT, generation, REALTIME)


def _is_ga_session(content: dict[str, Any]) -> bool:
    is_typed = content.get("type") in (REALTIME, TRANSCRIPTION)
    is_inside = any(name in ga_names() - beta_names() - {"type"} for name in content)
    return "session" not in content and (is_typed or is_inside)


def _alone(content: dict[str, Any], *, is_sure: bool) -> Kind:
    session_type, guess = _session_type(content)
    generation = Generation.BETA if "type" not in content and _is_beta(content) else Generation.GA
    if not is_sure:
        guess = "it is read as a session alone; --from client_secrets is for a token request's body"
    return Kind(Form.SESSION, generation, session_type, guess=guess)


def _wrapped(session: dict[str, Any]) -> Kind:
    session_type, guess = _session_type(session)
    if "type" not in session and _is_translation(session):
        session_type, guess = "translation", ""
    return Kind(Form.MINT, Generation.GA, session_type, guess=guess)


def _flat(content: dict[str, Any], generation: Generation) -> Kind:
    session_type, guess = _session_type(content)
    return Kind(Form.MINT, generation, session_type, is_wrapped=False, guess=guess)


def _is_beta(session: Collection[str]) -> bool:
    return any(name in beta_names() - ga_names() for name in session)


def _is_translation(session: dict[str, Any]) -> bool:
    audio = session.get("audio")
    output = audio.get("output") if isinstance(audio, dict) else None
    has_language = isinstance(output, dict) and "language" in output
    return has_language or "translate" in str(session.get("model", ""))


def _session_type(session: dict[str, Any]) -> tuple[str, str]:
    """The type of a session, and what stays open when it does not name it."""
    named = session.get("type")
    if named in (REALTIME, TRANSCRIPTION):
        return str(named), ""
    if "type" in session:
        return REALTIME, "its type is neither realtime nor transcription (TOK-BAD-TYPE)"
    model = session.get("model")
    if isinstance(model, str) and ("transcribe" in model or "whisper" in model):
        return TRANSCRIPTION, ""
    flat = vocabulary(ValueShape.SESSIONS).fields
    of_realtime = {
        path[0]
        for path, field in flat.items()
        if len(path) == 1 and field.place(ValueShape.TRANSCRIPTION_SESSIONS) is None
    }
    if any(name in of_realtime for name in session):
        return REALTIME, ""
    if "input_audio_transcription" in session:
        return TRANSCRIPTION, (
            "it is read as a transcription, since it has input_audio_transcription and nothing "
            "that only a realtime session has (inferred); --from sessions if it is none"
        )
    return REALTIME, "nothing in it names the type of its session: realtime is inferred"
