"""Reading a text that somebody pastes: an argument, a file or standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import BinaryIO

from rtdoctor.errors import UsageError

STDIN = "-"
_HALF = 4 * 2**20  # of a longer input the first and the last so many bytes are read
_FILE_NAME = re.compile(
    r"\.(?:json|ndjson|txt|log|har|http|curl|html?|md|ya?ml|m?js|jsx|tsx?|vue|svelte|py|swift|kt"
    r"|java|dart|go|rs|cs|rb|php|sh)$",
    re.IGNORECASE,
)


def read_source(source: tuple[str, ...]) -> str:
    """The text that is meant. Raises ``UsageError`` when there is none, or it is no text."""
    given = " ".join(source)
    if given == STDIN or (not source and not sys.stdin.isatty()):
        return _text(_ends(sys.stdin.buffer), "standard input")
    if not source:
        raise UsageError(
            "There is nothing to explain.",
            hint="Give a text or a file, or pipe one in: rtdoctor explain - < console.log",
        )
    path = _path(given)
    if path is None:
        return _text(given.encode("utf-8", "replace"), "the text")
    try:
        with path.open("rb") as file:
            return _text(_ends(file), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _path(given: str) -> Path | None:
    """The file of this name; ``None`` when it is a text. Raises ``UsageError``."""
    if "\n" in given or len(given) > 1_000:
        return None
    path = Path(given)
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder.", hint="Name a file in it.")
        if path.exists():
            return path
    except (OSError, ValueError):
        return None
    if " " not in given and "://" not in given and _FILE_NAME.search(given):
        raise UsageError(f"There is no file {given}.")
    return None


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
