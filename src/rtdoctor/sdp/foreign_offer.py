"""An offer that another engine made, sent with the transport of our own peer.

The sections, codecs, header extensions, mids and their order stay; what is put in are the ICE
credentials, the fingerprint and the candidates of the peer that is to connect (RFC 8839, RFC 8122).
The answer is for that foreign offer, so it is put into the order and the mids of our own before
our peer applies it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.sdp.description import read_description

_TRANSPORT = (
    "a=ice-ufrag:",
    "a=ice-pwd:",
    "a=ice-options:",
    "a=fingerprint:",
    "a=candidate:",
    "a=end-of-candidates",
    "a=tls-id:",
)


class NoCounterpart(Exception):
    """A section of the offer for which our peer has none."""


@dataclass(frozen=True, slots=True)
class ForeignOffer:
    """``sdp`` as it is sent. Section ``i`` of our own offer is section ``order[i]`` of it."""

    sdp: str
    own: str
    order: tuple[int, ...]

    @classmethod
    def over(cls, foreign: str, own: str) -> ForeignOffer:
        """The foreign offer over the transport of ``own``.

        Raises ``NoCounterpart`` where a section is of a kind that ``own`` has no more of.
        """
        head, *sections = _sections(foreign)
        _, *ours = _sections(own)
        kinds = [_kind(section) for section in ours]
        order = [-1] * len(ours)
        merged = [_without_transport(head)]
        for index, section in enumerate(sections):
            kind = _kind(section)
            # The first section of a kind takes our first one of that kind, and so on: the answer is
            # read back by this order.
            free = [i for i, k in enumerate(kinds) if k == kind and order[i] < 0]
            if not free:
                raise NoCounterpart(f"this peer cannot make a section of the kind {kind[:20]!r}")
            order[free[0]] = index
            merged.append(_with_transport(section, ours[free[0]]))
        return cls(_text(merged), own, tuple(order))

    def as_own(self, answer: str) -> str:
        """The answer to the foreign offer as one to our own: its order, its mids."""
        head, *sections = _sections(answer)
        mids = [_mid(section) for section in sections]
        own_mids = [_mid(section) for section in _sections(self.own)[1:]]
        moved = [sections[index] for index in self.order if index < len(sections)]
        names = {
            mids[index]: own_mids[i] for i, index in enumerate(self.order) if index < len(mids)
        }
        return _text([_renamed(part, names) for part in (head, *moved)])


def kinds_of(sdp: str) -> tuple[str, ...]:
    """The kind of each section of an offer: ``audio``, ``video``, ``application``."""
    return tuple(media.kind for media in read_description(sdp).media)


def _mid(section: list[str]) -> str:
    return next((s.removeprefix("a=mid:") for s in section if s.startswith("a=mid:")), "")


def _sections(sdp: str) -> list[list[str]]:
    """The lines before the first ``m=``, then those of each section."""
    sections: list[list[str]] = [[]]
    for line in sdp.split("\n"):
        line = line.removesuffix("\r")
        if line.startswith("m="):
            sections.append([])
        if line:
            sections[-1].append(line)
    return sections


def _text(sections: list[list[str]]) -> str:
    return "".join(f"{line}\r\n" for section in sections for line in section)


def _kind(section: list[str]) -> str:
    return section[0].removeprefix("m=").partition(" ")[0]


def _without_transport(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(_TRANSPORT)]


def _with_transport(section: list[str], own: list[str]) -> list[str]:
    """A section with the transport lines of our own where its own stood."""
    ours = [line for line in own if line.startswith(_TRANSPORT)]
    # Where the foreign transport stood, so that the lines around it keep their places.
    place = next((i for i, s in enumerate(section) if s.startswith(_TRANSPORT)), len(section))
    before, after = section[:place], section[place:]
    return [*_without_transport(before), *ours, *_without_transport(after)]


def _renamed(lines: list[str], mids: dict[str, str]) -> list[str]:
    return [_renamed_line(line, mids) for line in lines]


def _renamed_line(line: str, mids: dict[str, str]) -> str:
    if line.startswith("a=mid:"):
        mid = line.removeprefix("a=mid:")
        return f"a=mid:{mids.get(mid, mid)}"
    if line.startswith("a=group:BUNDLE"):
        head, *members = line.split()
        return " ".join([head, *(mids.get(mid, mid) for mid in members)])
    return line
