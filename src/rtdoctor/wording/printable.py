"""Text of strangers made harmless to look at: nothing in it acts, everything in it shows."""

from __future__ import annotations

import unicodedata

# Cc: controls, ANSI escapes. Cf: bidi marks, zero width, tags. Cs: lone surrogates.
# Zl, Zp: separators that break lines, and scripts.
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str, *, one_line: bool = False) -> str:
    """``text`` with every acting character shown as a picture (``␛``) or an escape (``\\u202e``).

    Tabs and line ends stay, CR LF as one of them; with ``one_line`` they are shown too.
    """
    # Almost every text is, and this is the fast way out.
    if text.isprintable():
        return text
    if not one_line:
        text = text.replace("\r\n", "\n")
    kept = "" if one_line else "\n\t"
    return "".join(c if c.isprintable() or c in kept else _shown(c) for c in text)


def _shown(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(char) not in _ACTING:
        return char  # odd spaces, private use, characters newer than this Python
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
