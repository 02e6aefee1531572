"""Reading a text that somebody pastes: an argument, files, a folder or standard input."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from rtdoctor.errors import UsageError
from rtdoctor.text_file import open_at_once

STDIN = "-"
_HALF = 4 * 2**20  # of a longer input the first and the last so many bytes are read
_MOST_FILES = 50
_FILE_NAME = re.compile(
    r"\.(?:json|ndjson|txt|log|har|http|curl|html?|md|ya?ml|m?js|jsx|tsx?|vue|svelte|py|swift|kt"
    r"|java|dart|go|rs|cs|rb|php|sh)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pasted:
    """What was given: one text, or the texts of several files by name."""

    texts: Mapping[str, str]
    name: str = field(default="the text")

    @property
    def text(self) -> str:
        """All of it, the files one after the other."""
        return "\n".join(self.texts.values())

    def place(self, line: int) -> str:
        """Where a line of ``text`` (from 1) stands: in a file, where there are several."""
        if len(self.texts) < 2:
            return f"line {line}"
        starts, at = [], 1
        for text in self.texts.values():
            starts.append(at)
            at += text.count("\n") + 1
        which = bisect_right(starts, line) - 1
        return f"{list(self.texts)[which]}:{line - starts[which] + 1}"


def read_source(source: tuple[str, ...]) -> Pasted:
    """The text that is meant. Raises ``UsageError`` when there is none, or it is no text."""
    given = " ".join(source)
    if given == STDIN or (not source and not sys.stdin.isatty()):
        return _one("standard input", _ends(sys.stdin.buffer))
    if not source:
        raise UsageError(
            "There is nothing to explain.",
            hint="Give a text or a file, or pipe one in: rtdoctor explain - < console.log",
        )
    paths = [_path(one) for one in source] if len(source) > 1 else [_path(given)]
    files = [path for path in paths if path is not None]
    if len(files) < len(paths):  # words of a text, of which one may be the name of a file
        return _one("the text", given.encode("utf-8", "replace"))
    texts: dict[str, str] = {}
    for path in files:
        texts |= _folder(path) if path.is_dir() else {str(path): _file(path)}
    if len(texts) > _MOST_FILES:
        raise UsageError(
            f"{len(texts)} files are too many to be explained together.",
            hint="Name the files that mint the token and post the offer.",
        )
    return Pasted(texts, files[0].name)


def _one(name: str, data: bytes) -> Pasted:
    return Pasted({name: _text(data, name)}, name)


def _path(given: str) -> Path | None:
    """The file of this name; ``None`` when it is a text. Raises ``UsageError``."""
    if "\n" in given or len(given) > 1_000:
        return None
    path = Path(given)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        return None
    # A misspelt file name must not be explained as if it were a text.
    if " " not in given and "://" not in given and _FILE_NAME.search(given):
        raise UsageError(f"There is no file {given}.")
    return None


def _folder(folder: Path) -> dict[str, str]:
    from rtdoctor.subjects.thing import sources_in

    texts = sources_in(folder)
    if not texts:
        raise UsageError(
            f"No code in the folder {folder} names a Realtime service.",
            hint="Name the file that holds the error, the log or the code.",
        )
    return {str(folder / name): text for name, text in texts.items()}


def _file(path: Path) -> str:
    try:
        with open_at_once(path) as file:
            return _text(_ends(file), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _ends(file: BinaryIO) -> bytes:
    """The whole of it, or its first and last 4 MB; never more in memory."""
    head = file.read(_HALF)
    tail = b""
    while piece := file.read(_HALF):
        tail = (tail + piece)[-_HALF:]
    return head + tail


def _text(data: bytes, name: str) -> str:
    # Windows PowerShell writes UTF-16 where output goes into a file.
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data:
        raise UsageError(f"{name} is not text.", hint="Paste the text of the error, or a log.")
    else:
        text = data.decode("utf-8", "replace")
    if not text.strip("\ufeff \t\r\n"):
        raise UsageError(f"{name} is empty.", hint="Paste the error, the log or the code.")
    return text
