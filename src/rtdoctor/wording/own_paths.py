"""Paths of the user's own machine as they are shown to others: without the name of the user.

What lies below the working directory is shown relative to it, the rest of the home directory
from ``~``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import PurePath

from rtdoctor.wording.command_line import command_line

_PATH_IN_WORD = re.compile(r"(?P<before>(?:[\w-]+=)*@?)(?P<path>.*)", re.DOTALL)


def own_command_line(
    words: Iterable[str], home: PurePath, directory: PurePath, platform: str = sys.platform
) -> str:
    """A command line that the user typed in ``directory``, quoted, with its paths shortened.

    Pasted into a shell in the same directory it means the same, except where the path of the home
    directory stands in the middle of a word.
    """
    return " ".join(_quoted(_shortened(word, home, directory), platform) for word in words)


def without_home(text: str, home: PurePath) -> str:
    """A text with ``~`` in the place of the home directory, with slashes of either kind."""
    names = [name.strip("\\/") for name in home.parts]
    if not any(names[1:]):
        return text  # a service may have / as its home
    written = r"(?:/|\\{1,2})".join(map(re.escape, names))
    return re.sub(rf"(?<![\w.]){written}(?![\w-])", "~", text)


def _shortened(word: str, home: PurePath, directory: PurePath) -> str:
    match = _PATH_IN_WORD.fullmatch(word)
    assert match is not None  # it matches any word
    path = type(home)(match["path"])
    if path.is_absolute() and path.is_relative_to(directory):
        return f"{match['before']}{path.relative_to(directory)}"
    return without_home(word, home)


def _quoted(word: str, platform: str) -> str:
    # In quotes a shell would not read ~ as the home directory.
    if word.startswith("~/") and platform != "win32":
        return "~/" + command_line([word[2:]], platform)
    return command_line([word], platform)
