"""What a migration did, in sentences for reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtdoctor.migration.bodies import Move, Moved
from rtdoctor.migration.places import ValueShape, load

_REQUESTS = {
    ValueShape.SESSIONS: "the beta session request",
    ValueShape.TRANSCRIPTION_SESSIONS: "the beta transcription request",
    ValueShape.REALTIME: "the GA request",
    ValueShape.TRANSCRIPTION: "the GA transcription request",
    ValueShape.TRANSLATION: "the translation request",
}


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One thing that a migration did or left, in a sentence, and the sources behind it.

    ``basis`` holds ids of facts, names of published schemas, or ``inferred``. ``line`` is where it
    happened in a source file; ``is_open`` says that it is left to the reader.
    """

    text: str
    basis: tuple[str, ...] = ()
    line: int | None = None
    is_open: bool = False


def explain_moves(moved: Moved) -> tuple[str, ...]:
    """One sentence for each field that was added, moved or left out; none if nothing changed.

    Sentences hold places and values of the table, never what a user wrote into a field.
    """
    return tuple(step.text for step in steps(moved.moves, moved.added, moved.shape))


def steps(
    moves: Iterable[Move], added: Iterable[str], shape: ValueShape | None
) -> Iterator[MigrationStep]:
    """The same sentences, each with its sources."""
    request = "the new request" if shape is None else _REQUESTS[shape]
    for place in added:
        yield MigrationStep(
            f"{place} is added, since {request} requires it", _required_by(place, shape)
        )
    for move in moves:
        yield MigrationStep(_sentence(move, request), move.basis)


def _required_by(place: str, shape: ValueShape | None) -> tuple[str, ...]:
    rows = (row for row in load().required if shape in row.shapes)
    found = (row.basis for row in rows if row.at in (place, f"session.{place}"))
    return next(found, ())


def _sentence(move: Move, request: str) -> str:
    if move.taken is not None:
        return f"{move.old} is left out, since {move.taken} is already set"
    if move.new is None:
        return f"{move.old} has no place in {request} and is left out"
    if move.new == move.old:
        return f"{move.old} becomes {move.becomes}"
    becomes = "" if move.becomes is None else f" and becomes {move.becomes}"
    return f"{move.old} moves to {move.new}{becomes}"
