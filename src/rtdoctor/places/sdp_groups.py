"""An SDP offer as a tree: sections, and in each the lines that stand or fall together.

A *group* is all attributes of one name (``extmap``), one codec with all that is said of it
(``codec 111``), or one other kind of line (``m``, ``c``, ``b``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_OF_A_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)(?: |$)")
_NEEDED = frozenset(
    {"v", "o", "s", "t", "m", "c", "group", "mid", "setup", "rtcp-mux", "sctp-port"}
    | {"ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "candidate", "end-of-candidates"}
    | {"sendrecv", "sendonly", "recvonly", "inactive"}
)
"""Without these no engine can connect, so an offer without them says nothing."""


_USUAL = {
    "audio": {
        "m": "m=audio 9 UDP/TLS/RTP/SAVPF",
        "c": "c=IN IP4 0.0.0.0",
        "mid": "a=mid:{mid}",
        "setup": "a=setup:actpass",
        "rtcp-mux": "a=rtcp-mux",
        "codec 111": "a=rtpmap:111 opus/48000/2",
    },
    "application": {
        "m": "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c": "c=IN IP4 0.0.0.0",
        "mid": "a=mid:{mid}",
        "setup": "a=setup:actpass",
        "sctp-port": "a=sctp-port:5000",
    },
}
"""What an offer that connects has in the section of a kind; it is added where it is missing."""


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


def completed(found: Groups) -> Groups:
    """The groups, with what every engine offers for audio and a data channel and this one does
    not (RFC 8829, section 5.2.1; RFC 8841). The transport is that of the peer that connects."""
    kept = {name: dict(held) for name, held in found.items()}
    for kind, lines in _USUAL.items():
        name = next((n for n in kept if n.rpartition(" ")[2] == kind), None)
        if name is None:
            name = f"{len(kept) - 1} {kind}"
            kept[name] = {}
        _add(kept, name, lines)
    mids = [held["mid"].text[6:] for name, held in kept.items() if name != "session"]
    _add(kept, "session", {"group": f"a=group:BUNDLE {' '.join(mids)}"})
    return kept


def _add(found: Groups, name: str, usual: dict[str, str]) -> None:
    """Put the groups that the section lacks where SDP allows them; one codec is enough."""
    section = found[name]
    numbers = [n for lines in section.values() for n in lines.numbers] or [0]
    for group, line in usual.items():
        if group not in section and not (_is_codec(group) and any(map(_is_codec, section))):
            # a connection line stands before all attributes (RFC 8866, section 5)
            number = min(numbers) if group == "c" else max(numbers)
            section[group] = Lines((line.format(mid=name.partition(" ")[0]),), (number,))


def sdp_of(found: Groups) -> str:
    """The offer of these groups. A section without its ``m=`` line is not there, and the codecs
    and mids that are not there are named nowhere."""
    sections = {name: held for name, held in found.items() if name == "session" or "m" in held}
    mids = {lines.text[6:] for held in sections.values() if (lines := held.get("mid"))}
    in_order = [sections[name] for name in sorted(sections, key=_place)]
    return "".join(f"{line}\r\n" for section in in_order for line in _lines(section, mids))


def _lines(section: dict[str, Lines], mids: set[str]) -> Iterator[str]:
    """The lines of a section. Its groups may be of two offers, each with numbers of its own."""
    numbered = [
        (number, line)
        for group in section.values()
        for number, line in zip(group.numbers, group.lines, strict=True)
    ]
    # The m= line opens its section wherever its number has come to.
    for _, line in sorted(numbered, key=lambda pair: (not pair[1].startswith("m="), pair[0])):
        yield _fitting(line, section, mids)


def _place(section: str) -> int:
    """Where a section stands in its offer; what is said before the first one comes first."""
    number = section.partition(" ")[0]
    return int(number) if number.isdecimal() else -1


def _fitting(line: str, section: dict[str, Lines], mids: set[str]) -> str:
    if line.startswith("m="):
        return " ".join([line, *(g.removeprefix("codec ") for g in section if _is_codec(g))])
    if line.startswith("a=group:"):
        head, *members = line.split(" ")
        return " ".join([head, *(mid for mid in members if mid in mids)])
    return line


def _is_codec(group: str) -> bool:
    return group.startswith("codec ")
