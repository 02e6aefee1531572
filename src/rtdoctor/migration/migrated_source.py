"""Source code in GA: only what is literal and certain is changed, the rest is named with its line.

Nothing is known here of the language but how JavaScript, TypeScript and Python write strings,
objects and headers. What a variable holds cannot be read, so an object with one in it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rtdoctor.migration.code_objects import CodeObjects, migrate_objects
from rtdoctor.migration.dialect import Dialect
from rtdoctor.migration.edit import Edit, LineNumbers, applied
from rtdoctor.migration.migrated_text import MigratedText
from rtdoctor.migration.wording import MigrationStep
from rtdoctor.packaged_yaml import read_packaged

_URL = r"(?P<quote>[\"'`])(?P<base>https?://[^\"'`\s?#]*/v1/realtime)"
_REST = r"/?(?P<query>\?[^\"'`]*)?(?P=quote)"
_MINT = re.compile(rf"{_URL}/(?P<end>sessions|transcription_sessions){_REST}")
_CALL = re.compile(_URL + _REST)
_HEADER = re.compile(r"([\"'`])OpenAI-Beta\1\s*:\s*([\"'`])realtime=v1\2")
_GOES_ON = re.compile(r"\s*(?:\+|%|\.\s*(?:concat|format|replace)|[\"'`])")
_JOINED = re.compile(r"\+\s*\Z")
_PARAMETER = re.compile(r"[?&]([^=&]*)")
_COMMA_BEFORE = re.compile(r",\s*\Z")
_COMMA_AFTER = re.compile(r"\s*,[ \t]*")


@dataclass(frozen=True, slots=True)
class BetaSign:
    """A pattern that gives beta code away, and what to do about it."""

    pattern: str
    advice: str
    basis: tuple[str, ...]
    in_object: bool = False


@dataclass(frozen=True, slots=True)
class BetaSigns:
    signs: tuple[BetaSign, ...]


@lru_cache(maxsize=1)
def beta_signs() -> tuple[tuple[re.Pattern[str], BetaSign], ...]:
    """The packaged signs, read once."""
    signs = read_packaged("migration/beta_signs.yaml", BetaSigns).signs
    return tuple((re.compile(sign.pattern), sign) for sign in signs)


def migrate_code(text: str) -> MigratedText:
    """The code with its literal URLs, headers, bodies and events in GA.

    What looks like the beta and was not changed is an open step with its line.
    """
    mints = [found for found in _MINT.finditer(text) if _is_whole(text, found)]
    ends = {found["end"] for found in mints}
    lines = LineNumbers(text)
    objects = migrate_objects(text, lines, Dialect(ends.pop()) if len(ends) == 1 else None)
    edits = [
        *_mint_edits(mints, lines),
        *_call_edits(text, lines),
        *_header_edits(text, lines),
        *objects.edits,
    ]
    said = [step for edit in edits for step in edit.steps]
    said += _left_open(text, lines, edits, objects)
    if mints and not objects.bodies:
        said.append(_no_body(lines[mints[0].start()]))
    said.sort(key=lambda step: (step.is_open, step.line or 0))
    return MigratedText(applied(text, edits), "source code", tuple(said))


def _is_whole(text: str, found: re.Match[str]) -> bool:
    """Whether the string is all of the URL: nothing is joined to it."""
    before = text[max(0, found.start() - 20) : found.start()]
    return _GOES_ON.match(text, found.end()) is None and _JOINED.search(before) is None


def _mint_edits(mints: list[re.Match[str]], lines: LineNumbers) -> Iterator[Edit]:
    for found in mints:
        old = found["end"]
        step = MigrationStep(
            f"/v1/realtime/{old} becomes /v1/realtime/client_secrets",
            ("TOK-BETA-404",),
            lines[found.start()],
        )
        yield Edit(found.start("end"), found.end("end"), "client_secrets", (step,))


def _call_edits(text: str, lines: LineNumbers) -> Iterator[Edit]:
    """URLs of the call with their query. Without a query the URL may go on elsewhere."""
    for found in _CALL.finditer(text):
        names = set(_PARAMETER.findall(found["query"] or ""))
        if not names or not names <= {"model", "intent"} or not _is_whole(text, found):
            continue
        step = MigrationStep(
            f"/v1/realtime?{'&'.join(sorted(names))}=... becomes /v1/realtime/calls; the model "
            "belongs in the token's session",
            ("SDP-BETA-DISABLED", "SDP-EMPTY-400-MODEL-QUERY"),
            lines[found.start()],
        )
        yield Edit(found.end("base"), found.end() - 1, "/calls", (step,))


def _header_edits(text: str, lines: LineNumbers) -> Iterator[Edit]:
    for found in _HEADER.finditer(text):
        line = lines[found.start()]
        step = MigrationStep(
            "the header OpenAI-Beta is dropped",
            ("TOK-BETA-UNKNOWN-BETA", "SDP-BETA-DISABLED"),
            line,
        )
        yield Edit(*_header_span(text, found), "", (step,))


def _header_span(text: str, found: re.Match[str]) -> tuple[int, int]:
    """The header with its comma; the whole line where nothing else stands on it."""
    start, end = found.span()
    after = _COMMA_AFTER.match(text, end)
    end = after.end() if after else end
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end + 1
    if not text[line_start:start].strip() and not text[end:line_end].strip():
        return line_start, line_end
    before = _COMMA_BEFORE.search(text, max(0, start - 200), start)
    return (before.start() if before and not after else start), end


def _left_open(
    text: str, lines: LineNumbers, edits: list[Edit], objects: CodeObjects
) -> Iterator[MigrationStep]:
    """The signs of the beta outside of what was read, once for each line and advice."""
    read = [(edit.start, edit.end) for edit in edits] + list(objects.in_ga)
    rest = applied(text, [Edit(start, end, _blank(text[start:end]), ()) for start, end in read])
    seen = set()
    for pattern, sign in beta_signs():
        for found in pattern.finditer(rest):
            line = lines[found.start()]
            if (line, sign.advice) not in seen:
                seen.add((line, sign.advice))
                why = _why_left(found.start(), objects) if sign.in_object else ""
                yield MigrationStep(f"{sign.advice}{why}", sign.basis, line, is_open=True)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _why_left(position: int, objects: CodeObjects) -> str:
    """Why the object that a sign stands in was not read, if it stands in one."""
    around = [r for r in objects.refused if r.start < position <= r.position + 500]
    return f" (not read: {around[-1].why})" if around else ""


def _no_body(line: int) -> MigrationStep:
    return MigrationStep(
        'give the token request a body like {"session": {"type": "realtime", ...}}; none was found '
        "here that is a literal",
        ("TOK-GA-SHAPE", "TOK-MISSING-TYPE"),
        line,
        is_open=True,
    )
