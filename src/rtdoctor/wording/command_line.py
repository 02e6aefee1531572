"""A command line as the user's shell reads it back into the same words."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable

_BARE_ON_WINDOWS = re.compile(r"[A-Za-z0-9_+=:./\\-]+")


def command_line(words: Iterable[str], platform: str = sys.platform) -> str:
    """These words, quoted where needed: for a POSIX shell, or on Windows for cmd and PowerShell.

    Windows has no quotes in which nothing acts: cmd replaces ``%NAME%`` in them, and PowerShell
    ``$NAME`` and ``$(command)``. Do not offer a stranger's text as a command if it may hold these.
    """
    if platform == "win32":
        return " ".join(map(_windows_word, words))
    return shlex.join(words)


def _windows_word(word: str) -> str:
    # subprocess.list2cmdline quotes for white space only, but these shells act on & and ; as well.
    if _BARE_ON_WINDOWS.fullmatch(word):
        return word
    # A backslash is literal unless a quote follows; then it is doubled (CommandLineToArgvW).
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'
