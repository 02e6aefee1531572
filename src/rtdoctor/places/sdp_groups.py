"""An SDP offer as a tree: sections, and in each the lines that stand or fall together.

A *group* is all attributes of one name (``extmap``), one codec with all that is said of it
(``codec 111``), or one other kind of line (``m``, ``c``, ``b``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OF_A_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)(?: |$)")
_NEEDED = frozenset(
    {"v", "o", "s", "t", "m", "c", "group", "mid", "setup", "rtcp-mux", "sctp-port"}
    | {"ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "candidate", "end-of-candidates"}
    | {"sendrecv", "sendonly", "recvonly", "inactive"}
)
"""Without these no engine can connect, so an offer without them says nothing."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, each with its number in the offer."""

    numbered: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.numbered)


Groups = dict[str, dict[str, Lines]]


def groups(sdp: str) -> Groups | None:
    """The groups of an offer by section (``session``, ``0 audio``); ``None`` without sections."""
    found: dict[str, dict[str, list[tuple[int, str]]]] = {"session": {}}
    section, count = found["session"], 0
    for number, line in enumerate(sdp.splitlines()):
        if line.startswith("m="):
            section = found[f"{count} {line[2:].partition(' ')[0]}"] = {}
            count += 1
            for payload in line.split()[3:]:
                if payload.isdecimal():
                    section[f"codec {payload}"] = []
        if line:
            section.setdefault(_group(line), []).append((number, line))
    if not count:
        return None
    return {
        name: {group: Lines(tuple(lines)) for group, lines in held.items()}
        for name, held in found.items()
    }


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
        first = next((group for group in held if group.startswith("codec ")), "")
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
        for number, line in lines.numbered
    ]
    return "".join(f"{line}\r\n" for _, line in sorted(numbered))


def _fitting(line: str, section: dict[str, Lines], mids: set[str]) -> str:
    head, *rest = line.split(" ")
    if line.startswith("m="):
        formats = [f for f in rest[2:] if not f.isdecimal() or f"codec {f}" in section]
        return " ".join([head, *rest[:2], *formats])
    if line.startswith("a=group:"):
        return " ".join([head, *(mid for mid in rest if mid in mids)])
    return line
