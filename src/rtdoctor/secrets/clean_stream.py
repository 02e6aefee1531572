"""A stream of text that masks secrets in all that is written to it: the last gate of the program.

Reports and progress are cleaned where they are made, by the redactor of their run. Whatever else
is printed (an error that quotes an option or a line of a file, a trace) is cleaned here.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, TextIO, cast

from rtdoctor.secrets.redactor import Redactor


class CleanStream:
    """Stands in for ``sys.stdout`` or ``sys.stderr``, and is like it in everything but ``write``.

    ``redactor`` is called for each text and may make its redactor when it is first needed. A
    secret is found within one call of ``write``; click, rich and ``print`` write a text at once.
    """

    def __init__(self, beneath: TextIO, redactor: Callable[[], Redactor]) -> None:
        self._beneath = beneath
        self._redactor = redactor

    def write(self, text: str) -> int:
        """Write the text without secrets; returns the length of what was given."""
        cleaned = self._redactor().clean_text(text) if text.strip() else text
        self._beneath.write(cleaned)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines without secrets."""
        self.write("".join(lines))

    def fileno(self) -> int:
        """The descriptor of the stream, except where that is the console of Windows."""
        # click would write to the console itself, past this stream, if it knew it for one.
        if sys.platform == "win32" and self._beneath.isatty():
            raise io.UnsupportedOperation("fileno")
        return self._beneath.fileno()

    def __getattr__(self, name: str) -> Any:
        # click makes a stream of its own of one in ASCII that has a buffer, past this one.
        if name in ("buffer", "detach"):
            raise AttributeError(name)
        return getattr(self._beneath, name)


def clean_stream(beneath: TextIO, redactor: Callable[[], Redactor]) -> TextIO:
    """The stream with its secrets masked, as a ``TextIO``."""
    return cast("TextIO", CleanStream(beneath, redactor))


def as_it_is(stream: TextIO) -> TextIO:
    """The stream beneath a clean one: for a text that shows a key which opens nothing."""
    return stream._beneath if isinstance(stream, CleanStream) else stream


def final_bytes(stream: TextIO) -> BinaryIO:
    """Where final bytes are written, which were searched for secrets already."""
    return as_it_is(stream).buffer
