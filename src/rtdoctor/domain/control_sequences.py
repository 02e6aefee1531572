"""The control sequences of terminals (colours, links, moves of the cursor), taken out of a text."""

from __future__ import annotations

import re

# ECMA-48, sections 5.4 (control sequences) and 5.6 (control strings); an operating system command
# may also end with BEL (xterm). JSON writes ESC as \u001b.
_ESC = r"(?:\x1b|\\u001b)"
_CONTROL_SEQUENCE = re.compile(
    rf"{_ESC}\][^\x07\x1b\\]*(?:\x07|\\u0007|{_ESC}\\)"
    rf"|(?:{_ESC}\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-Z\\^-~]",
    re.IGNORECASE,
)


def without_control_sequences(text: str) -> str:
    """The text as a terminal would show it, but without colours and the like."""
    return _CONTROL_SEQUENCE.sub("", text)
