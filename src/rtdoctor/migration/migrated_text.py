"""A text with one JSON object in it, in the other generation and in its own layout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rtdoctor.errors import ConfigError
from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.json_text import parse_object
from rtdoctor.migration.layout import layout_of
from rtdoctor.migration.literal import Literal, NotALiteral, read_literal
from rtdoctor.migration.migrated_object import migrate_object
from rtdoctor.migration.object_kind import Form, Kind, kind_of
from rtdoctor.migration.retirements import retirement_steps
from rtdoctor.migration.wording import MigrationStep, steps


@dataclass(frozen=True, slots=True)
class MigratedText:
    """A text in the other generation: ``text`` is the old one where nothing had to change.

    ``what`` says in words what the text was read as.
    """

    text: str
    what: str
    steps: tuple[MigrationStep, ...] = ()

    @property
    def open_steps(self) -> tuple[MigrationStep, ...]:
        """What is left to be changed by hand."""
        return tuple(step for step in self.steps if step.is_open)


def migrate_json(
    text: str, where: str, target: Generation, named: Dialect | Form | None = None
) -> MigratedText:
    """The JSON object in a text, migrated. Raises ``ConfigError`` with the line of the fault."""
    literal = _object_in(text, where)
    kind = kind_of(literal.value, named)
    if kind is None:
        raise ConfigError(
            where,
            "this JSON object is no token request, session or session.update that is known"
            if named is None
            else f"this JSON object cannot be read as {named.value}",
            hint="Say what it is with --from, for example --from sessions.",
        )
    written, found = migrate_literal(literal, text, kind, target)
    around = text[: literal.start], text[literal.end :]
    guess = (MigrationStep(f"Beware: {kind.guess}"),) if kind.guess else ()
    return MigratedText(written.join(around), kind.describe(), (*guess, *found))


def migrate_literal(
    literal: Literal, source: str, kind: Kind, target: Generation
) -> tuple[str, tuple[MigrationStep, ...]]:
    """An object that stands in ``source``, as text in the same layout, with what was done."""
    migrated = migrate_object(literal.value, kind, target)
    if migrated.content == literal.value:
        return literal.text, ()
    written = layout_of(literal, source).write(migrated.content)
    said = steps(migrated.moves, migrated.added, migrated.shape)
    ending = retirement_steps(migrated.content) if target is Generation.GA else ()
    return written, (*said, *ending)


def _object_in(text: str, where: str) -> Literal:
    try:
        value: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{where}:{error.lineno}", f"this is not JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise ConfigError(where, "this JSON is nested too deep, or holds a huge number") from None
    if not isinstance(value, dict):
        raise ConfigError(where, "this JSON is no object, so it is no request and no event")
    try:
        literal = read_literal(text)
    except NotALiteral as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{where}:{line}", f"cannot be migrated: {error.why}") from None
    if parse_object(text) is None:
        raise ConfigError(where, "this JSON holds a number that no service can read")
    return literal
