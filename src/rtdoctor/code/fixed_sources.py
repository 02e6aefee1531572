"""A repair made in the user's own source: edited copies, each read again to see that it holds.

A literal is changed only where the request that it belongs to stands once in the files. The copy is
then read like the original: an edit counts when the place has its new value and no other place has
changed but to its own new value. What cannot be done so is said, with where it was looked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rtdoctor.code.repair_changes import (
    MigrateEvent,
    SourceChange,
    changes_between,
    event_changes,
    offer_changes,
)
from rtdoctor.code.source_reading import Role, SourceReading, read_sources
from rtdoctor.code.state import state_of
from rtdoctor.code.text_edits import CannotEdit, Texts
from rtdoctor.code.values import known_leaves
from rtdoctor.domain.setup import Setup

_NESTED_TOKEN = re.compile(r"client_secret(?!s|_)\W{0,4}\.?\w")


@dataclass(frozen=True, slots=True)
class Fixed:
    """The edited copies of the files that change, as texts and as a unified diff.

    ``not_done`` says in sentences what has to be changed by hand.
    """

    texts: Mapping[str, str]
    diff: str
    not_done: tuple[str, ...]


def fixed(
    files: Mapping[str, str],
    subject: Setup,
    repaired: Setup,
    migrate_event: MigrateEvent | None = None,
) -> Fixed:
    """The files with the repair in them. The originals are not touched.

    ``migrate_event`` is given where the session updates that the code sends have to change too.
    """
    before = read_sources(files)
    changes = list(changes_between(before, subject, repaired))
    if migrate_event is not None:
        changes += event_changes(before, migrate_event)
    wanted = {change.place: change.wanted for change in changes}
    texts, not_done = dict(files), list(offer_changes(subject, repaired))
    for change in changes:
        done = _made(texts, change, wanted)
        if done is None:
            not_done.append(f"{change.by_hand} {_looked_at(before, change)}")
        else:
            texts = done
    changed = {name: text for name, text in texts.items() if text != files[name]}
    not_done += _from_elsewhere(before, wanted)
    not_done += _left_over({**files, **changed}, wanted)
    return Fixed(changed, _diff(files, changed), tuple(not_done))


def _made(
    files: dict[str, str], change: SourceChange, wanted: Mapping[str, Any]
) -> dict[str, str] | None:
    """The files with one change, or ``None`` where no way of it holds."""
    reading = read_sources(files)
    before = state_of(reading)
    if before.get(change.place) == change.wanted:
        return files
    if _is_ambiguous(reading, change.place):
        return None
    texts = Texts(files)
    ways = change.ways(texts, reading)
    while True:
        try:
            edits = next(ways, None)
            if edits is None:
                return None
            edited = texts.edited(edits)
        except CannotEdit:
            return None
        after = state_of(read_sources(edited))
        if after.get(change.place) == change.wanted and _others_hold(before, after, wanted):
            return edited


def _others_hold(before: dict[str, Any], after: dict[str, Any], wanted: Mapping[str, Any]) -> bool:
    return before.keys() == after.keys() and all(
        after[place] == value or (place in wanted and after[place] == wanted[place])
        for place, value in before.items()
    )


def _is_ambiguous(reading: SourceReading, place: str) -> bool:
    """Whether the request of a place stands more than once in the files."""
    role = {"mint": Role.MINT, "call": Role.CALL}.get(place.partition(".")[0])
    if role is None:
        return False
    routed = {request.at for request, _ in reading.joined}
    found = {r.at for r in reading.of_role(role) if r.at not in routed}
    return len(found) > 1


def _looked_at(reading: SourceReading, change: SourceChange) -> str:
    role = Role.MINT if change.place.startswith("mint") else Role.CALL
    places = dict.fromkeys(str(r.at) for r in reading.of_role(role))
    if change.place == "token" and reading.token is not None and reading.token.steps:
        places = {str(step.at): None for step in reading.token.steps}
    listed = ", ".join(list(places)[:5])
    return f"(looked at {listed})" if listed else "(no such request is in these files)"


def _from_elsewhere(reading: SourceReading, wanted: Mapping[str, Any]) -> Iterator[str]:
    """Defaults of a body that changes: what is set in the environment takes their place."""
    if "mint.body" in wanted and reading.mint is not None and reading.mint.body is not None:
        for path, known in known_leaves(reading.mint.body):
            if known.unless:
                yield (
                    f"{'.'.join(path)} comes from {known.unless} where that is set; "
                    f"{known.at} is only its default."
                )


def _left_over(texts: Mapping[str, str], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Other places that look for the token where it no longer is, such as a check before it."""
    if wanted.get("token") != "value":
        return
    found = [
        f"{name}:{number}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if _NESTED_TOKEN.search(line)
    ]
    if found:
        more = f" and in {len(found) - 5} more lines" if len(found) > 5 else ""
        yield (
            f"client_secret is read at {', '.join(found[:5])}{more} as well; "
            "look whether that has to change."
        )


def _diff(files: Mapping[str, str], changed: Mapping[str, str]) -> str:
    lines: list[str] = []
    for name, text in changed.items():
        old, new = (t.splitlines(keepends=True) for t in (files[name], text))
        for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
            lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)
