"""Which of the addresses that an SDP answer names are contacted.

ICE sends STUN to every candidate of the answer (RFC 8445, section 6.1.4), so whoever writes the
answer chooses where this machine sends to. Browsers do the same; here it can be limited.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

_CANDIDATE = re.compile(r"a=candidate:\S+ +\S+ +\S+ +\S+ +(?P<address>\S+)")


class CandidateScope(StrEnum):
    """``loopback``: this machine by its loopback addresses; ``private``: also the networks that are
    not routed on the Internet; ``any``: as browsers do."""

    LOOPBACK = "loopback"
    PRIVATE = "private"
    ANY = "any"


def within(answer: str, scope: CandidateScope, *, also: Collection[str] = ()) -> tuple[str, int]:
    """The answer without the candidates outside of ``scope``, and how many these were.

    Addresses in ``also`` stay. A host name is left out, since where it leads is not known before
    it is asked for.
    """
    if scope is CandidateScope.ANY:
        return answer, 0
    lines = answer.splitlines(keepends=True)
    kept = [line for line in lines if _may_stay(line, scope, also)]
    return "".join(kept), len(lines) - len(kept)


def _may_stay(line: str, scope: CandidateScope, also: Collection[str]) -> bool:
    candidate = _CANDIDATE.match(line.lstrip())
    if candidate is None:
        return not line.lstrip().startswith("a=candidate:")
    try:
        address = ip_address(candidate["address"])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback or str(address) in also:
        return True
    return scope is CandidateScope.PRIVATE and _is_near(address)


def _is_near(address: IPv4Address | IPv6Address) -> bool:
    return address.is_private and not address.is_unspecified and not address.is_multicast
