"""One reader for SDP that strangers wrote (RFC 8866; candidates: RFC 8839, section 5.1).

It takes any text, reads what can be read, and lists what cannot. It never raises, takes time linear
in the length of the text, and judges nothing: whether an answer may be given to a peer is for
``answer_check``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

MAX_LINES = 100_000
"""Lines that are read. The largest answer that is taken in at all has fewer candidates."""

MAX_COMPLAINTS = 100

_PORT = re.compile(r"[0-9]{1,5}")
_LINE = re.compile(r"[a-z]=")
_FINGERPRINT = re.compile(r"(\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ``a=candidate``. What could not be read is empty, and ``complaint`` says why.

    ``transport`` and ``tcp_type`` are in lower case. ``address`` may be an IP address, an mDNS
    name or any other host name.
    """

    foundation: str = ""
    component: str = ""
    transport: str = ""
    priority: str = ""
    address: str = ""
    port: int | None = None
    type: str = ""
    tcp_type: str = ""
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One ``a=fingerprint`` (RFC 8122): the algorithm in lower case, and the digest as written."""

    algorithm: str
    digest: str


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """What could not be read in a line; the first line is 1."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of the session or of one media section; attributes by name, candidates apart.

    An attribute without a value (``a=sendrecv``) has an empty one.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    candidates: tuple[Candidate, ...] = ()

    def values(self, attribute: str) -> Iterator[str]:
        """The values of every ``a=`` line of this name, in order."""
        return (value for name, value in self.attributes if name == attribute)


@dataclass(frozen=True, slots=True)
class MediaDescription(Section):
    """One media section, begun by its ``m=`` line. A port of 0 means that it is refused."""

    kind: str = ""
    port: int | None = None
    protocol: str = ""
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """What an SDP text says: the session part, the media sections, and what was not readable."""

    session: Section
    media: tuple[MediaDescription, ...]
    complaints: tuple[UnreadableLine, ...]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates, in the order of the text."""
        return tuple(chain(self.session.candidates, *(m.candidates for m in self.media)))

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """All fingerprints that have an algorithm and a digest."""
        found = (_FINGERPRINT.match(value) for value in self.values("fingerprint"))
        return tuple(Fingerprint(match[1].lower(), match[2]) for match in found if match)

    def values(self, attribute: str) -> Iterator[str]:
        """The values of every ``a=`` line of this name, in the order of the text."""
        return chain(self.session.values(attribute), *(m.values(attribute) for m in self.media))

    def first(self, attribute: str) -> str | None:
        """The value of the first ``a=`` line of this name."""
        return next(self.values(attribute), None)


def read_description(text: str) -> SessionDescription:
    """Read any text as SDP. Lines end with LF or CRLF; a lone CR ends none, as in browsers."""
    return _LineReader(text).description()


def port_of(text: str) -> int | None:
    """The port that a text is; ``None`` when it is none."""
    # int() takes time quadratic in the number of digits, and other digits than ASCII ones
    return int(text) if _PORT.fullmatch(text) and int(text) <= 65535 else None


@dataclass(slots=True)
class _OpenSection:
    """A section that is being read; ``head`` is what its ``m=`` line says."""

    head: MediaDescription = field(default_factory=MediaDescription)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


class _LineReader:
    """Collects sections and complaints, line by line."""

    def __init__(self, text: str) -> None:
        self._sections = [_OpenSection()]
        self._complaints: list[UnreadableLine] = []
        self._line = 0
        if not text.startswith("v=0"):
            self._complain("the text does not begin with v=0")
        # `splitlines` would also break at characters such as U+2028, which an SDP may hold in its
        # s= line.
        lines = text.split("\n", MAX_LINES)
        for line in lines[:MAX_LINES]:
            self._line += 1
            self._take(line.removesuffix("\r"))
        if len(lines) > MAX_LINES and lines[MAX_LINES]:
            self._complain(f"it has more than {MAX_LINES:,} lines, and the others were not read")

    def description(self) -> SessionDescription:
        first, *others = self._sections
        return SessionDescription(
            Section(tuple(first.attributes), tuple(first.candidates)),
            tuple(
                replace(s.head, attributes=tuple(s.attributes), candidates=tuple(s.candidates))
                for s in others
            ),
            tuple(self._complaints),
        )

    def _complain(self, what: str) -> None:
        if len(self._complaints) < MAX_COMPLAINTS:
            self._complaints.append(UnreadableLine(max(1, self._line), what))

    def _take(self, line: str) -> None:
        section = self._sections[-1]
        if line.startswith("a=candidate:"):
            candidate = _candidate(line)
            section.candidates.append(candidate)
            if candidate.complaint:
                self._complain(candidate.complaint)
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            section.attributes.append((name, value.rstrip()))
        elif line.startswith("m="):
            head = _media(line)
            self._sections.append(_OpenSection(head))
            if head.port is None or not head.formats:
                self._complain("a media line is cut short, or has no port")
        elif line and not _LINE.match(line):
            self._complain("a line does not have the form <letter>=<value>")


def _media(line: str) -> MediaDescription:
    # Padded, so that a line that was cut short can be taken apart too.
    kind, port, protocol, *formats = [*line[2:].split(" "), "", ""]
    return MediaDescription(
        kind=kind,
        port=port_of(port.partition("/")[0]),
        protocol=protocol,
        formats=tuple(f for f in formats if f),
    )


def _candidate(line: str) -> Candidate:
    # the whole line, so that an empty foundation does not move the other fields
    fields = line.removeprefix("a=").split()
    if len(fields) < 8:
        return Candidate(complaint="a candidate line is cut short")
    port = port_of(fields[5])
    # After the type come pairs of a name and a value (RFC 8839, section 5.1).
    extensions = dict(zip(fields[8::2], fields[9::2], strict=False))
    return Candidate(
        foundation=fields[0].removeprefix("candidate:"),
        component=fields[1],
        transport=fields[2].lower(),
        priority=fields[3],
        address=fields[4],
        port=port,
        type=fields[7],
        tcp_type=extensions.get("tcptype", "").lower(),
        complaint="" if port is not None else f"a candidate has the port {fields[5][:20]!r}",
    )
