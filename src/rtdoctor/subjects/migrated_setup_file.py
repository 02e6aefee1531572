"""A setup file in the other generation.

What changes is written anew; the rest of the file, with its comments, stays to the byte.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from textwrap import indent
from typing import Any

import yaml

from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import ConfigError
from rtdoctor.migration.dialect import Generation
from rtdoctor.migration.json_text import parse_object
from rtdoctor.migration.migrated_setup import migrate_setup
from rtdoctor.migration.migrated_text import MigratedText
from rtdoctor.migration.wording import MigrationStep
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.setup_file import read_subject

_WIDTH = 96


def migrate_setup_file(
    text: str, where: str, target: Generation, catalogue: Catalogue
) -> MigratedText:
    """The file with every changed factor in place. Raises ``ConfigError``.

    The result is read again, so that it is a setup file too.
    """
    setup = read_subject(text, where, catalogue)
    migrated, said = migrate_setup(setup, target)
    changed = setup.differs_from(migrated)
    new = _with_factors(text, migrated, changed)
    again = read_subject(new, where, catalogue)
    if again.differs_from(migrated):
        raise ConfigError(where, "this file cannot be migrated in place")
    blocks = _blocks(text)
    lost = [
        MigrationStep(f"{name}: the comments inside it are not carried over")
        for name in changed
        if name in blocks and blocks[name].has_comments
    ]
    return MigratedText(new, "a setup file", (*said, *lost))


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one entry, ``end`` excluded; ``tail`` is what stands behind a short value."""

    first: int
    end: int
    tail: str
    has_comments: bool


def _with_factors(text: str, setup: Setup, changed: tuple[Factor, ...]) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    blocks = _blocks(text)
    for factor in changed:
        if factor.value not in blocks:
            lines.append(_entry(factor, setup))
    for name, block in sorted(blocks.items(), key=lambda item: -item[1].first):
        if name in changed:
            written = _entry(Factor(name), setup)
            if written.count("\n") == 1:
                written = f"{written.rstrip()}{block.tail}\n"
            lines[block.first : block.end] = [written]
    return "".join(lines)


def _blocks(text: str) -> dict[str, _Block]:
    """Where each entry stands. Comments and empty lines behind its value are not part of it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return {}
    lines = text.splitlines()
    found = {}
    for key, value in root.value:
        first, last = key.start_mark.line, value.end_mark
        end = max(last.line + (last.column > 0), first + 1)
        while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        is_short = end == first + 1 and last.line == first
        tail = lines[first][last.column :].rstrip() if is_short else ""
        has_comments = not is_short and any(" #" in line for line in lines[first:end])
        found[key.value] = _Block(first, end, tail, has_comments)
    return found


def _entry(factor: Factor, setup: Setup) -> str:
    value = _data(factor, setup[factor].value)
    written = yaml.safe_dump(
        value, sort_keys=False, default_flow_style=None, allow_unicode=True, width=_WIDTH
    ).removesuffix("...\n")
    if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
        return f"{factor.value}:\n{indent(written, '  ')}"
    return f"{factor.value}: {written}"


def _data(factor: Factor, value: Any) -> Any:
    """A value as a setup file writes it; the fields that have their defaults are left out."""
    if factor is Factor.TOKEN_BODY:
        return {"json": parse_object(value.text)}
    if factor is Factor.CALL_QUERY:
        return {"params": dict(value.params)} if value.params else "none"
    given = asdict(value)
    changed = {f.name: given[f.name] for f in fields(value) if given[f.name] != f.default}
    if factor in (Factor.TOKEN_ENDPOINT, Factor.CALL_ENDPOINT) and set(changed) == {"path"}:
        return value.path
    for name, pairs in changed.items():
        if isinstance(pairs, tuple):
            changed[name] = dict(pairs)
    if factor is Factor.CALL_ENCODING:
        session = parse_object(value.session or "")
        return {"kind": value.kind.value, **({} if session is None else {"session": session})}
    if factor is Factor.AUTH:
        changed["kind"] = value.kind.value
    return changed or "none"
