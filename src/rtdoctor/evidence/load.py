"""Read a run back from whatever it was kept in: a journal, JSON, an HTML report, a bundle.

The file may come from a stranger. Nothing in it is executed, followed or unpacked to disk.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import msgspec

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run, RunHeader
from rtdoctor.errors import EvidenceError
from rtdoctor.evidence import journal
from rtdoctor.evidence.codec import (
    MAX_BYTES,
    SCRIPT_ID,
    check_envelope,
    check_limits,
    check_run,
    decode,
    decode_as,
)
from rtdoctor.evidence.folding import unfold
from rtdoctor.evidence.journal import LINES, Line, split_torn

BUNDLED = "run.json"
_MAX_MEMBERS = 1000


def load_run(path: Path) -> tuple[Run, Diagnosis | None]:
    """The run in a file, and the diagnosis when one was saved with it.

    Understands a journal (NDJSON), a JSON document, an HTML report that carries its run, and a zip
    bundle with a ``run.json``. ``EvidenceError`` for anything else.
    """
    data = _read(path)
    where = str(path)
    if data.startswith(b"PK\x03\x04"):
        data, where = _bundled(data, where), f"{BUNDLED} in {where}"
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        data, where = _embedded(data, where), f"the run in {where}"
    elif _is_journal(data):
        return parse_journal(data, where), None
    return decode(data.removeprefix(b"\xef\xbb\xbf"), where=where)


def load_journal(path: Path) -> Run:
    """The run in a journal, however it ended; without an end line it counts as ``crashed``.

    A torn last line is left out. ``EvidenceError`` when it is no journal or is damaged inside.
    """
    return parse_journal(_read(path), str(path))


def parse_journal(data: bytes, where: str) -> Run:
    """As ``load_journal``, from the bytes of a journal."""
    if len(data) > MAX_BYTES:
        check_limits(data, where)
    sound, _ = split_torn(data)
    lines = [line for line in sound.split(b"\n") if line.strip()]
    if not lines:
        raise EvidenceError(f"{where} ends before its first whole line: no run is in it")
    check_envelope(lines[0], journal.KIND, where)
    header = _decode(lines[0], 1, where).header
    if header is None:
        raise EvidenceError(f"{where} does not begin with the frame of a run")
    rest = [_decode(line, number, where) for number, line in enumerate(lines[1:], 2)]
    return _assemble(header, rest, where)


def _assemble(header: RunHeader, lines: list[Line], where: str) -> Run:
    finished, finished_at, wall_ms = "crashed", None, 0.0
    for line in lines:
        if line.event == "end":
            finished, finished_at = line.finished or "crashed", line.at
            wall_ms += line.wall_ms
        elif line.event in ("resumed", "observation"):
            finished, finished_at = "crashed", None
    seen = tuple(line.observation for line in lines if line.observation is not None)
    run = check_run(Run(header, seen, finished, finished_at, round(wall_ms, 1)), where)
    # probes run at the same time and end in any order; a run lists them by number
    return replace(run, observations=tuple(sorted(seen, key=lambda o: o.number)))


def _decode(line: bytes, number: int, where: str) -> Line:
    place = f"{where}, line {number},"
    check_limits(line, place)
    return decode_as(LINES, line, place)


def _is_journal(data: bytes) -> bool:
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    try:
        line = msgspec.json.decode(first)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(line, dict) and line.get("kind") == journal.KIND


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise EvidenceError(f"cannot read {path}: {error.strerror or error}") from None
    if not data.strip(b"\0 \t\r\n"):
        raise EvidenceError(f"{path} is empty")
    if len(data) > MAX_BYTES:
        raise EvidenceError(f"{path} is larger than {MAX_BYTES // 2**20} MB, the limit for a run")
    return data


def _bundled(data: bytes, where: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            names = bundle.namelist()
            if len(names) > _MAX_MEMBERS:
                raise EvidenceError(f"{where} holds {len(names)} files: not a bundle of rtdoctor")
            if BUNDLED not in names:
                raise EvidenceError(f"{where} holds no {BUNDLED}: not a bundle of rtdoctor")
            with bundle.open(BUNDLED) as member:
                found = member.read(MAX_BYTES + 1)  # not what the zip says: what it gives
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise EvidenceError(f"{where} is not a readable zip file: {error}") from None
    if len(found) > MAX_BYTES:
        raise EvidenceError(f"{BUNDLED} in {where} unpacks to more than {MAX_BYTES // 2**20} MB")
    return found


def _embedded(data: bytes, where: str) -> bytes:
    finder = _ScriptFinder()
    try:
        finder.feed(data.decode("utf-8", "replace"))
        finder.close()
    except (AssertionError, ValueError):
        _no_run(where)
    text = "".join(finder.pieces).strip()
    if not text:
        _no_run(where)
    return unfold(text.encode(), where)


def _no_run(where: str) -> NoReturn:
    raise EvidenceError(
        f"{where} carries no run of rtdoctor",
        hint="Name a run as JSON, a journal, a bundle, or an HTML report as rtdoctor wrote it.",
    )


class _ScriptFinder(HTMLParser):
    """The text of the first element ``<script type="application/json" id="rtdoctor-run">``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._inside = False
        self._done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = (
            not self._done
            and tag == "script"
            and given.get("id") == SCRIPT_ID
            and given.get("type") == "application/json"
        )

    def handle_endtag(self, tag: str) -> None:
        self._done = self._done or self._inside
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.pieces.append(data)
