"""What a person points at: a file, a folder of files, or standard input."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.detect import (
    READABLE,
    read_recordings,
    read_subject_text,
    recording_in,
)
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.recording import Recording
from rtdoctor.subjects.source_code import is_source_name, reading_of_sources
from rtdoctor.text_file import open_at_once

STDIN = "-"
_HINT_OF_FOLDER = (
    "Code is read in JavaScript, TypeScript and Python. An app in another language is seen when it "
    f"runs: rtdoctor check --run COMMAND URL. Or name one file: {READABLE}."
)
_MAX_BYTES = 300_000_000
_MAX_FILES = 200
_MAX_SOURCES = 3000
_LARGEST_SOURCE = 1_000_000
_OF_OTHERS = ("node_modules", "venv", "env", "__pycache__", "dist", "build", "out", "vendor")
_OF_INTEREST = re.compile(r"(?i)realtime|RTCPeerConnection|client_?secret")
_IMPORTED = re.compile(  # the last part of a relative path in quotes, or a module of Python
    r"""['"](?:\.{1,2}/|[@~]/)(?:[\w./-]*/)?([\w-]+)(?:\.\w+)?['"]|^\s*from\s+[\w.]*?(\w+)\s+import\b""",
    re.MULTILINE,
)
_FILE_NAME = re.compile(r"[^\s:*?\"<>|]{1,200}\.[A-Za-z0-9]{1,8}")


def read_thing(given: str, stdin: BinaryIO, catalogue: Catalogue) -> Reading:
    """The reading of a thing; ``-`` is standard input.

    Raises ``UsageError`` for what is no subject and ``ConfigError`` for a file that is broken. A
    text that is no file's name may be a key, so it is not repeated.
    """
    if given == STDIN:
        name = "standard input"
        return read_subject_text(_text(_limited(stdin, name), name), name, catalogue)
    if re.match(r"(?i)https?://", given):
        raise UsageError(
            "the page at a URL is run and not read",
            hint="rtdoctor check URL runs it. If you mean the service: --base-url URL",
        )
    path = Path(given)
    try:
        if path.is_dir():
            return _folder(path, catalogue)
        with open_at_once(path) as file:
            text = _text(_limited(file, path.name), path.name)
    except (OSError, ValueError) as error:
        raise _no_file(given, getattr(error, "strerror", None)) from None
    return read_subject_text(text, path.name, catalogue)


def _folder(folder: Path, catalogue: Catalogue) -> Reading:
    """The files of a folder as one story: recordings in the order of their names, or code.

    Commands in a text, as in a README or a Makefile, count where the code makes no such request.
    """
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    found: dict[str, Recording] = {}
    others = []
    for path in files[:_MAX_FILES]:
        if is_source_name(path.name):
            continue
        try:
            with open_at_once(path) as file:
                recording = recording_in(_text(_limited(file, path.name), path.name), path.name)
        except (ConfigError, UsageError):
            recording = None
        if recording is None:
            others.append(path.name)
        else:
            found[path.name] = recording
    if all(recording.from_text for recording in found.values()):
        code = _code(folder, catalogue)
        if code is not None:
            return _without(code, list(found))
    if not found:
        raise UsageError(f"no file in {folder} holds a request", hint=_HINT_OF_FOLDER)
    try:
        return _without(read_recordings(list(found.values()), catalogue), others)
    except ConfigError:
        if not all(recording.from_text for recording in found.values()):
            raise
        what = f"no file in {folder} posts an SDP offer or asks for a token"
        raise UsageError(what, hint=_HINT_OF_FOLDER) from None


def _code(folder: Path, catalogue: Catalogue) -> Reading | None:
    sources = sources_in(folder)
    try:
        return reading_of_sources(sources, catalogue) if sources else None
    except UsageError:  # it makes no request to a Realtime service
        return None


def _without(reading: Reading, names: Sequence[str]) -> Reading:
    return reading.noting(f"passed over: {', '.join(names[:5])}") if names else reading


def sources_in(folder: Path) -> dict[str, str]:
    """The code below a folder that names a Realtime service, and what imports it, path to text.

    What others wrote (``node_modules`` and the like), links and large files are passed over.
    """
    texts: dict[str, str] = {}
    seen, waiting = 0, [folder]
    while waiting and seen < _MAX_SOURCES:
        # Breadth first, so that the limit of files cuts off what lies deepest.
        here = waiting.pop(0)
        try:
            inside = sorted(here.iterdir())
        except OSError:
            continue
        for path in inside:
            if path.name.startswith(".") or path.name in _OF_OTHERS or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
            elif (
                is_source_name(path.name)
                and path.is_file()
                and path.stat().st_size <= _LARGEST_SOURCE
            ):
                seen += 1
                text = path.read_bytes().decode("utf-8", "replace")
                texts[path.relative_to(folder).as_posix()] = text
    return _of_interest(texts)


def _of_interest(texts: Mapping[str, str]) -> dict[str, str]:
    """The files that name a Realtime service, and those that import one of these: a route often
    stands in another file than the request that it makes."""
    chosen = {name for name, text in texts.items() if _OF_INTEREST.search(text)}
    stems = {PurePosixPath(name).stem for name in chosen}
    importers = {
        name
        for name, text in texts.items()
        if any(stem in stems for one in _IMPORTED.findall(text) for stem in filter(None, one))
    }
    return {name: text for name, text in texts.items() if name in chosen | importers}


def _limited(file: BinaryIO, name: str) -> bytes:
    data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise _too_large(name)
    return data


def _text(data: bytes, name: str) -> str:
    if data.startswith(b"\x1f\x8b"):  # as Chrome saves its dumps
        data = _unpacked(data, name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # as PowerShell writes files
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise UsageError(f"{name} is not text", hint=f"Give {READABLE}.")
    return data.decode("utf-8", "replace")


def _unpacked(data: bytes, name: str) -> bytes:
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # With a limit: a few kilobytes can unpack to gigabytes.
        unpacked = unpacking.decompress(data, _MAX_BYTES)
    except zlib.error:
        raise ConfigError(name, "the gzip file is broken", hint="Save it again.") from None
    if unpacking.unconsumed_tail:
        raise _too_large(name)
    return unpacked


def _too_large(name: str) -> ConfigError:
    return ConfigError(
        name,
        f"larger than {_MAX_BYTES // 1_000_000} MB",
        hint="Record only the connection: clear the network panel before you connect.",
    )


def _no_file(given: str, why: str | None) -> UsageError:
    # A key that was pasted in place of a file must not be repeated by the message.
    is_name = _FILE_NAME.fullmatch(given) and Redactor().clean_text(given) == given
    if is_name and why is not None:
        return UsageError(f"{given} cannot be read: {why}", hint=f"Give {READABLE}.")
    return UsageError(
        "there is no file of this name",  # perhaps a key: not repeated
        hint=f"Give {READABLE}, or - for standard input. Keys come from the environment or "
        "--key-file.",
    )
