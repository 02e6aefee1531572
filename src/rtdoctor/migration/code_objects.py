"""The bodies, sessions and events that source code writes out as literal objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.edit import Edit, LineNumbers
from rtdoctor.migration.literal import NotALiteral, read_literal
from rtdoctor.migration.migrated_text import migrate_literal
from rtdoctor.migration.object_kind import Form, Kind, beta_names, ga_names, kind_of

_OPENING = re.compile(r"\{")
_SESSION_BEFORE = re.compile(r"\bsession[\"']?\s*[:=]\s*\Z")
_LOOK_BACK = 40
_DISTINCT = frozenset(
    {
        "input_audio_format",
        "output_audio_format",
        "input_audio_transcription",
        "input_audio_noise_reduction",
        "turn_detection",
        "max_response_output_tokens",
    }
)
"""Names that no other API of the service has; ``voice`` and ``temperature`` are everywhere."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An object that begins at ``start`` and is no literal at ``position``; ``why`` says it."""

    start: int
    position: int
    why: str


@dataclass(frozen=True, slots=True)
class CodeObjects:
    """The objects of a text: ``edits`` migrate them, ``bodies`` are bodies of token requests.

    ``in_ga`` are the spans of those that are right already.
    """

    edits: tuple[Edit, ...]
    in_ga: tuple[tuple[int, int], ...]
    bodies: int
    refused: tuple[Refused, ...]


def migrate_objects(text: str, lines: LineNumbers, mint: Dialect | None) -> CodeObjects:
    """Every literal object that is surely a session of the beta, in GA.

    ``mint`` is the dialect of the text's only token endpoint; without one, a flat body is left,
    since the type of its session cannot be told. An object inside another one that is no literal
    counts on its own.
    """
    edits: list[Edit] = []
    in_ga: list[tuple[int, int]] = []
    refused: dict[int, Refused] = {}
    bodies = done = 0
    for opening in _OPENING.finditer(text):
        start = opening.start()
        # What was read as part of an object around it is migrated with that, and an edit must not
        # overlap another.
        if start < done or start in refused:
            continue
        try:
            literal = read_literal(text, start)
        except NotALiteral as fault:
            # every object that is open there is none either
            unread = (Refused(at, fault.position, fault.why) for at in fault.open)
            refused.update((one.start, one) for one in unread)
            continue
        kind = _kind(literal.value, text[max(0, start - _LOOK_BACK) : start], mint)
        if kind is None:
            continue
        # Only a body that is taken hides what is inside it; the session of another object is looked
        # at by itself.
        done = literal.end
        bodies += kind.form is Form.MINT
        written, said = migrate_literal(literal, text, kind, Generation.GA)
        if written != literal.text:
            steps = tuple(replace(step, line=lines[start]) for step in said)
            edits.append(Edit(start, literal.end, written, steps))
        else:
            in_ga.append((start, literal.end))
    return CodeObjects(tuple(edits), tuple(in_ga), bodies, tuple(refused.values()))


def _kind(value: dict[str, Any], before: str, mint: Dialect | None) -> Kind | None:
    """What an object surely is; ``None`` for one that may be something of another API."""
    kind = kind_of(value)
    if kind is not None and kind.form is Form.EVENT:
        return kind
    names = set(value)
    only_beta = names & (beta_names() - ga_names())
    # A name alone is no proof: other APIs have a `session` too, so its fields have to be the
    # beta's.
    if _SESSION_BEFORE.search(before):
        return kind_of(value, Form.SESSION) if only_beta and names <= _SESSION_NAMES else None
    if kind is not None and kind.form is Form.MINT and kind.is_wrapped:
        return kind if _is_realtime(value["session"]) else None
    if mint is None or not names <= beta_names() or not _is_realtime(value):
        return None
    return kind_of(value, mint)


_SESSION_NAMES = beta_names() | ga_names()


def _is_realtime(session: dict[str, Any]) -> bool:
    is_typed = session.get("type") in ("realtime", "transcription")
    has_model = "realtime" in str(session.get("model", ""))
    return is_typed or has_model or not _DISTINCT.isdisjoint(session)
