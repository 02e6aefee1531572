"""What a migration did, in sentences for reports."""

from __future__ import annotations

from rtdoctor.migration.bodies import Move, Moved
from rtdoctor.migration.places import ValueShape

_REQUESTS = {
    ValueShape.SESSIONS: "the beta session request",
    ValueShape.TRANSCRIPTION_SESSIONS: "the beta transcription request",
    ValueShape.REALTIME: "the GA request",
    ValueShape.TRANSCRIPTION: "the GA transcription request",
    ValueShape.TRANSLATION: "the translation request",
}


def explain_moves(moved: Moved) -> tuple[str, ...]:
    """One sentence for each field that was added, moved or left out; none if nothing changed.

    Sentences hold places and values of the table, never what a user wrote into a field.
    """
    request = "the new request" if moved.shape is None else _REQUESTS[moved.shape]
    added = (f"{place} is added, since {request} requires it" for place in moved.added)
    return (*added, *(_sentence(move, request) for move in moved.moves))


def _sentence(move: Move, request: str) -> str:
    if move.taken is not None:
        return f"{move.old} is left out, since {move.taken} is already set"
    if move.new is None:
        return f"{move.old} has no place in {request} and is left out"
    becomes = "" if move.becomes is None else f" and becomes {move.becomes}"
    return f"{move.old} moves to {move.new}{becomes}"
