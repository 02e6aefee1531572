"""What the service gives up on a known day: models, and fields of a session.

A migration keeps both, since a user chose them; the service will not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from rtdoctor.migration.wording import MigrationStep
from rtdoctor.packaged_yaml import read_packaged

_WHERE = "migration/retirements.yaml"
_MODELS = (
    ("model",),
    ("audio", "input", "transcription", "model"),
    ("input_audio_transcription", "model"),  # a beta session
)


@dataclass(frozen=True, slots=True)
class RetiredModel:
    """A pattern for names of models, the day they end, and the model that follows them."""

    model: str
    since: str
    instead: str
    basis: tuple[str, ...]

    def __post_init__(self) -> None:
        date.fromisoformat(self.since)


@dataclass(frozen=True, slots=True)
class RetiredPlace:
    """A field of a GA session, the day it ends, and the field that follows it."""

    place: str
    since: str
    instead: str
    basis: tuple[str, ...]

    def __post_init__(self) -> None:
        date.fromisoformat(self.since)


@dataclass(frozen=True, slots=True)
class Retirement:
    """Something in a body that ends on the day ``since``, and what follows it.

    ``place`` is where it stands, from the root of the body; ``what`` is the model's name, or the
    place again where a whole field is given up. ``basis`` names the facts.
    """

    place: str
    what: str
    since: date
    instead: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    models: tuple[RetiredModel, ...]
    places: tuple[RetiredPlace, ...]


@lru_cache(maxsize=1)
def _table() -> _Table:
    """The packaged table, read once."""
    return read_packaged(_WHERE, _Table)


def retired_model(name: str, place: str = "model") -> Retirement | None:
    """The end of the model of this name, which stands at ``place``; ``None`` if none is known."""
    for retired in _table().models:
        if re.fullmatch(retired.model, name):
            since = date.fromisoformat(retired.since)
            return Retirement(place, name, since, retired.instead, retired.basis)
    return None


def retirements(body: dict[str, Any]) -> Iterator[Retirement]:
    """All that is given up in a mint body, an event or a bare session."""
    inside = body.get("session")
    prefix, session = ("session.", inside) if isinstance(inside, dict) else ("", body)
    for path in _MODELS:
        name = _at(session, path)
        if isinstance(name, str) and (found := retired_model(name, prefix + ".".join(path))):
            yield found
    for retired in _table().places:
        if _at(session, tuple(retired.place.split("."))) is not None:
            place, instead = prefix + retired.place, prefix + retired.instead
            since = date.fromisoformat(retired.since)
            yield Retirement(place, place, since, instead, retired.basis)


def retirement_steps(body: dict[str, Any]) -> Iterator[MigrationStep]:
    """One sentence of a migration for each thing in a GA body that has an end in the table."""
    for found in retirements(body):
        its = "it" if found.what == found.place else "its model"
        text = f"{found.place} is kept; {its} ends on {found.since}, then {found.instead}"
        yield MigrationStep(f"{text} takes its place", found.basis)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
