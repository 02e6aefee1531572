"""Terminals that cannot show everything: a near character instead of a crash, colours on Windows.

Windows gives a pipe or a file the encoding of its code page (cp1252, cp437, cp932, ...), and its
older consoles print escape sequences as they are unless they are told otherwise.
"""

from __future__ import annotations

import codecs
import sys
from typing import TextIO

_NEAR = {
    "→": "->", "·": "/", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-",
    "×": "x", "█": "#", "\u00a0": " ", "✓": "+", "✕": "x", "◇": "~", "⚠": "!",
    # pictures of control characters: caret notation
    **{chr(0x2400 + code): f"^{chr(code ^ 0x40)}" for code in range(0x20)}, "␡": "^?",
}  # fmt: skip
_HANDLER = "rtdoctor.near"


def _near(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_NEAR.get(c, "?") for c in unknown), error.end


codecs.register_error(_HANDLER, _near)


def never_fail_to_encode(*streams: TextIO) -> None:
    """From now on these streams show what their encoding lacks by something near, or ``?``."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_HANDLER)


def act_on_colours() -> None:
    """Make the older consoles of Windows act on escape sequences; other terminals do already."""
    if sys.platform == "win32":
        from colorama import just_fix_windows_console

        just_fix_windows_console()
