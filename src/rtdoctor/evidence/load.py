"""Read a run back from whatever it was kept in: a journal, JSON, an HTML report, a bundle.

The file may come from a stranger. Nothing in it is executed, followed or unpacked to disk.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Observation, Run, RunHeader
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
from rtdoctor.text_file import open_at_once

BUNDLED = "run.json"
_MAX_MEMBERS = 1000
_MEMBER = b"PK\x01\x02"  # begins each entry of a zip's directory
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what rtdoctor writes
# Not a parser of HTML: one that follows every way HTML can be broken takes quadratic time.
_SCRIPT = re.compile(rb"<script\b([^<>]{0,200})>", re.IGNORECASE)
_SCRIPT_END = re.compile(rb"</script\b", re.IGNORECASE)
_MARKS = tuple(
    re.compile(rf"""\b{name}\s*=\s*(["']?){re.escape(value)}\1(?=[\s/]|\Z)""".encode())
    for name, value in (("id", SCRIPT_ID), ("type", "application/json"))
)


def load_run(path: Path) -> tuple[Run, Diagnosis | None]:
    """The run in a file, and the diagnosis when one was saved with it.

    Understands a journal (NDJSON), a JSON document, an HTML report that carries its run, and a zip
    bundle with a ``run.json``. ``EvidenceError`` for anything else.
    """
    data = read_bounded(path)
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
    return parse_journal(read_bounded(path), str(path))


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
        # What follows an end line makes the run one that goes on, until the next end line.
        elif line.event in ("resumed", "observation"):
            finished, finished_at = "crashed", None
    seen, cut_short = _of(lines, "observation"), _of(lines, "cut_short")
    page = next((line.page for line in reversed(lines) if line.event == "page"), None)
    run = Run(header, seen, finished, finished_at, round(wall_ms, 1), cut_short, page)
    check_run(run, where)
    # probes run at the same time and end in any order; a run lists them by number
    return replace(run, observations=tuple(sorted(seen, key=lambda o: o.number)))


def _of(lines: list[Line], event: str) -> tuple[Observation, ...]:
    return tuple(o for line in lines if line.event == event and (o := line.observation) is not None)


def _decode(line: bytes, number: int, where: str) -> Line:
    place = f"{where}, line {number},"
    check_limits(line, place)
    return decode_as(LINES, line, place)


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str


_KIND = msgspec.json.Decoder(_Kind)


def _is_journal(data: bytes) -> bool:
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    try:
        return _KIND.decode(first).kind == journal.KIND  # what else is there is not built
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def read_bounded(path: Path) -> bytes:
    """The bytes of a file, up to the limit. ``EvidenceError`` when there are none, or more."""
    try:
        with open_at_once(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EvidenceError(f"cannot read {path}: {reason}") from None
    if not data.strip(b"\0 \t\r\n"):
        raise EvidenceError(f"{path} is empty")
    if len(data) > MAX_BYTES:
        raise EvidenceError(f"{path} is larger than {MAX_BYTES // 2**20} MB, the limit for a run")
    return data


def _bundled(data: bytes, where: str) -> bytes:
    count = data.count(_MEMBER)  # before a list of them is made
    if count > _MAX_MEMBERS:
        raise EvidenceError(f"{where} holds {count} files: not a bundle of rtdoctor")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            if BUNDLED not in bundle.namelist():
                raise EvidenceError(f"{where} holds no {BUNDLED}: not a bundle of rtdoctor")
            entry = bundle.getinfo(BUNDLED)
            if entry.compress_type not in _METHODS:
                raise NotImplementedError("its compression method is not used by rtdoctor")
            with bundle.open(entry) as member:
                found = member.read(MAX_BYTES + 1)  # not what the zip says: what it gives
    except _BROKEN_ZIP as error:
        raise EvidenceError(
            f"{where} is not a readable zip file: {error}",
            hint="It was cut off or damaged; ask for it again, or for the run as JSON.",
        ) from None
    if len(found) > MAX_BYTES:
        raise EvidenceError(f"{BUNDLED} in {where} unpacks to more than {MAX_BYTES // 2**20} MB")
    return found


# what the library lets through from the bytes it is given
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OSError, struct.error,
    OverflowError,
)  # fmt: skip


def _embedded(data: bytes, where: str) -> bytes:
    """The text of the first ``<script type="application/json" id="rtdoctor-run">``."""
    for script in _SCRIPT.finditer(data):
        if all(mark.search(script[1]) for mark in _MARKS):
            end = _SCRIPT_END.search(data, script.end())
            text = data[script.end() : end.start() if end else None].strip()
            if text:
                check_limits(text, where)
                return unfold(text, where)
    raise EvidenceError(
        f"{where} carries no run of rtdoctor",
        hint="Name a run as JSON, a journal, a bundle, or an HTML report as rtdoctor wrote it.",
    )
