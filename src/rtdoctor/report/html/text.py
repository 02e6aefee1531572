"""Text on its way into the page: made visible, kept whole, given places to break, cut."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup

from rtdoctor.wording.printable import printable

_QUOTED = 600
"""Characters of a server's message where it is quoted in a sentence or a list."""
_SHOWN = 20_000
"""Characters of a body that are shown; the run that the page carries holds all of it."""


def visible(value: object) -> object:
    """What every expression of a template passes through on its way out."""
    if value is None:
        return ""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_PART = re.compile(r"(\s+|[(),;]+|[.:](?=\s|$))")
_TECHNICAL = re.compile(r"[/=_]|\?\w|\w\.\w")


def prose(text: str) -> Markup:
    """A sentence with its technical words, such as ``?model=``, kept whole and set as code."""
    word = Markup('<span class="word">{}</span>')
    parts = _PART.split(printable(text))
    return Markup("").join(word.format(p) if _TECHNICAL.search(p) else p for p in parts)


_BREAKS = re.compile(r"(?<=[_=&/-])(?=\w)")


def breakable(name: str) -> Markup:
    """A name of a level or a URL, with places to break the line in a narrow table."""
    return Markup("<wbr>").join(_BREAKS.split(printable(name)))


def whole(command: str) -> Markup:
    """A command whose options are not broken at their hyphens."""
    part = Markup('<span class="part">{}</span>')
    return Markup(" ").join(part.format(word) for word in printable(command).split(" "))


def shorten(text: str) -> str:
    """A message where it is quoted; its probe shows more of it."""
    return text if len(text) <= _QUOTED else text[:_QUOTED] + " …"


def cut(body: str) -> str:
    """A body where it is shown in full, unless it would drown the page."""
    if len(body) <= _SHOWN:
        return body
    left = len(body) - _SHOWN
    return f"{body[:_SHOWN]}\n… and {left:,} more characters: rtdoctor show report.html PROBE"


def when(moment: str | None) -> str:
    """``22 November 2026, 17:30:00 UTC``; an unreadable time is shown as it is."""
    try:
        read = datetime.fromisoformat(moment or "")
    except ValueError:
        return moment or "unknown"
    # strftime has no day without a leading zero on Windows
    return f"{read.day} {read:%B %Y, %H:%M:%S} UTC"
