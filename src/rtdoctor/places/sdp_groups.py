"""An SDP offer as a tree: sections, and in each the lines that stand or fall together.

A *group* is all attributes of one name (``extmap``), one codec with all that is said of it
(``codec 111``), or one other kind of line (``m``, ``c``, ``b``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_OF_A_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)(?: |$)")
_NEEDED = frozenset(
    {"v", "o", "s", "t", "m", "c", "group", "mid", "setup", "rtcp-mux", "sctp-port"}
    | {"ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "candidate", "end-of-candidates"}
    | {"sendrecv", "sendonly", "recvonly", "inactive"}
)
"""Without these no engine can connect, so an offer without them says nothing."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, and the number of each in its offer. Where they stand makes no
    difference."""

    lines: tuple[str, ...] = ()
    numbers: tuple[int, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def with_line(self, number: int, line: str) -> Lines:
        return Lines((*self.lines, line), (*self.numbers, number))


Groups = dict[str, dict[str, Lines]]


def groups(sdp: str) -> Groups | None:
    """The groups of an offer by section (``session``, ``0 audio``); ``None`` without sections."""
    found: Groups = {"session": {}}
    section = found["session"]
    for number, line in enumerate(sdp.splitlines()):
        if line.startswith("m="):
            section = found[f"{len(found) - 1} {line[2:].partition(' ')[0]}"] = {}
            head, formats = line.split(" ")[:3], line.split(" ")[3:]
            section |= {f"codec {f}": Lines() for f in formats if f.isdecimal()}
            # the codecs are named by their groups, in this order
            line = " ".join([*head, *(f for f in formats if not f.isdecimal())])
        if line:
            group = _group(line)
            section[group] = section.get(group, Lines()).with_line(number, line)
    return found if len(found) > 1 else None


def _group(line: str) -> str:
    codec = _OF_A_CODEC.match(line)
    if codec is not None:
        return f"codec {codec[1]}"
    return line[2:].partition(":")[0] if line.startswith("a=") else line[:1]


def smallest(found: Groups) -> Groups:
    """What an engine needs to connect: the first section of audio and that of the data channel,
    the first codec, and no attribute that can be left out."""
    kept: Groups = {}
    kinds: set[str] = set()
    for name, held in found.items():
        kind = name.rpartition(" ")[2]
        if kind in kinds or kind not in ("session", "audio", "application"):
            continue
        kinds.add(kind)
        first = next(filter(_is_codec, held), "")
        kept[name] = {g: lines for g, lines in held.items() if g in _NEEDED or g == first}
    return kept


def sdp_of(found: Groups) -> str:
    """The offer of these groups. A section without its ``m=`` line is not there, and the codecs
    and mids that are not there are named nowhere."""
    sections = {name: held for name, held in found.items() if name == "session" or "m" in held}
    mids = {lines.text[6:] for held in sections.values() if (lines := held.get("mid"))}
    numbered = [
        (number, _fitting(line, held, mids))
        for held in sections.values()
        for lines in held.values()
        for number, line in zip(lines.numbers, lines.lines, strict=True)
    ]
    return "".join(f"{line}\r\n" for _, line in sorted(numbered))


def _fitting(line: str, section: dict[str, Lines], mids: set[str]) -> str:
    if line.startswith("m="):
        return " ".join([line, *(g.removeprefix("codec ") for g in section if _is_codec(g))])
    if line.startswith("a=group:"):
        head, *members = line.split(" ")
        return " ".join([head, *(mid for mid in members if mid in mids)])
    return line


def _is_codec(group: str) -> bool:
    return group.startswith("codec ")
