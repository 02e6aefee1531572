"""Text of strangers on its way into Markdown.

Whatever comes from a run stands in code: a span or a fence longer than any run of backticks in
it. So no text of a stranger becomes markup, mentions a person, links anywhere or, as ``#7``
would, refers to an issue of the tracker it is pasted into.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from rtdoctor.wording.printable import printable

_LONGEST = 240


def code(text: str) -> str:
    """A code span that no text can leave."""
    shown = printable(" ".join(text.split()), one_line=True)
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
    longest = max(map(len, re.findall(r"`+", shown)), default=0)
    ticks = "`" * (longest + 1)
    # CommonMark takes one space off each side of a span, and a backtick at its edge would join the
    # fence.
    pad = " " if shown[:1] in "` " or shown[-1:] in "` " else ""
    return f"{ticks}{pad}{shown or ' '}{pad}{ticks}"


def fence(lines: Sequence[str], language: str = "") -> list[str]:
    """A fenced block that no line can leave."""
    shown = [printable(line.replace("\t", "  "), one_line=True) for line in lines]
    longest = max((len(t) for line in shown for t in re.findall(r"`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}{language}", *shown, ticks]


def prose(text: str) -> str:
    """Text of a stranger in a sentence: nothing in it is markup, a mention or a link."""
    shown = printable(" ".join(text.split()), one_line=True)[: 2 * _LONGEST]
    shown = html.escape(shown, quote=False)
    shown = re.sub(r"[\\`*\[\]~$|]|\b_(?!\w)|(?<!\w)_", r"\\\g<0>", shown)
    # A word joiner shows nothing, and keeps a tracker from making a link of what stands around it.
    shown = re.sub(r"(?i)@|#(?=\w)|www(?=\.)|:(?=//)|\bgh(?=-)", "\\g<0>\u2060", shown)
    return re.sub(r"\b[0-9a-f]{7,40}\b", r"`\g<0>`", shown)  # no commit of the tracker's
