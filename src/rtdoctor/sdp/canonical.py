"""SDP made comparable: what differs in every offer is dropped, what means something stays.

RFC 8866 is the syntax, RFC 8829 section 5.2 says which parts of an offer are random. Ids,
passwords, fingerprints and addresses go, but that they are *there* stays visible: an answer
without ICE credentials cannot work. A text and its redacted copy have the same canonical form.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

_NOISE = re.compile(r"a=(?:ssrc|ssrc-group|msid|msid-semantic|rtcp)(?::|$)")
_VALUE_DROPPED = re.compile(r"(a=(?:ice-ufrag|ice-pwd|remote-candidates|identity|tls-id)):.*")
_FINGERPRINT = re.compile(r"(?i)(a=fingerprint:\S+) .*")
_CANDIDATE = re.compile(
    r"(?i)a=candidate:\S+ (?P<component>\d+) (?P<transport>\S+) \d+ \S+ \d+ typ (?P<type>\S+)"
    r"(?:.*? tcptype (?P<tcptype>\S+))?"
)
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ByteFacts:
    """What the canonical form does not show, of the text as given (see ``byte_facts``).

    ``length`` is in UTF-8 bytes; ``line_endings`` is ``crlf``, ``lf``, ``cr``, ``mixed`` or
    ``none``; ``sha256`` is of the canonical form, so equal hashes mean equal SDP.
    """

    length: int
    lines: int
    line_endings: str
    final_newline: bool
    sha256: str


def canonical(sdp: str) -> str:
    """The canonical form, lines ended by LF. Media sections keep their order, attributes do not.

    Text that is no SDP comes back as it is, line by line.
    """
    return "".join(f"{line}\n" for section in _sections(sdp) for line in section)


def diff(old: str, new: str) -> tuple[str, ...]:
    """What differs between two canonical forms: ``-`` lines, ``+`` lines, and under a line with a
    leading space the section they stand in. Empty when nothing differs."""
    lines: list[str] = []
    nothing: tuple[str, ...] = ()
    for ours, theirs in zip_longest(_sections(old), _sections(new), fillvalue=nothing):
        # As sets with counts, not as sequences: the canonical order says nothing.
        removed = Counter(ours) - Counter(theirs)
        added = Counter(theirs) - Counter(ours)
        if not removed and not added:
            continue
        head = (ours or theirs)[0]
        if head not in removed and head not in added:
            lines.append(f" {head}")
        lines += [f"-{line}" for line in ours if line in removed]
        lines += [f"+{line}" for line in theirs if line in added]
    return tuple(lines)


def byte_facts(sdp: str) -> ByteFacts:
    """Length, line ends and final newline of the text as given. A parser may refuse an SDP for
    these alone: libwebrtc refuses an answer without its final newline (fact NET-ANSWER-PROFILE)."""
    ends = _LINE_END.findall(sdp)
    names = {"\r\n": "crlf", "\n": "lf", "\r": "cr"}
    kinds = {names[end] for end in ends}
    return ByteFacts(
        length=len(sdp.encode("utf-8", "surrogatepass")),
        lines=len(_lines(sdp)),
        line_endings="none" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed",
        final_newline=sdp.endswith(("\n", "\r")),
        sha256=hashlib.sha256(canonical(sdp).encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _lines(sdp: str) -> list[str]:
    lines = _LINE_END.split(sdp)
    # What follows the last line end is no line.
    return lines[:-1] if lines[-1] == "" else lines


def _sections(sdp: str) -> list[tuple[str, ...]]:
    """The session part and each media section: first line, other lines, sorted attributes."""
    sections: list[list[str]] = [[]]
    for line in _lines(sdp):
        if line.startswith("m=") and sections[-1]:
            sections.append([])
        sections[-1].append(line)
    return [tuple(_ordered(section)) for section in sections if section]


def _ordered(section: list[str]) -> Iterator[str]:
    kept = [line for raw in section if (line := _canonical_line(raw)) is not None]
    yield from (line for line in kept if not line.startswith("a="))
    # a set: how many interfaces a machine has says nothing about the setup
    candidates = {line for line in kept if line.startswith("a=candidate:")}
    others = [line for line in kept if line.startswith("a=") and line not in candidates]
    yield from sorted([*others, *candidates])


def _canonical_line(line: str) -> str | None:
    kind = line[:2]
    if kind == "o=":
        return "o=*"
    if kind == "c=":
        return " ".join(line.split(" ")[:1]) + " *"
    if kind == "m=":
        return re.sub(r"^(m=\S+) [1-9]\d*", r"\1 *", line)  # port 0 means: refused
    if kind != "a=":
        return line
    if _NOISE.match(line):
        return None
    # Where candidates stand and of which kind they are says something; their addresses and ports
    # differ every time.
    if match := _CANDIDATE.match(line):
        parts = ["a=candidate:*", match["component"], match["transport"].lower(), match["type"]]
        return " ".join([*parts, match["tcptype"]] if match["tcptype"] else parts)
    if match := _VALUE_DROPPED.fullmatch(line):
        return f"{match[1]}:*"
    if match := _FINGERPRINT.fullmatch(line):
        return f"{match[1].lower()} *"
    return line
