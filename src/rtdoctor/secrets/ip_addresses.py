"""IP addresses and ICE candidates, masked so that their use can still be read.

``192.168.1.7`` becomes ``private-ipv4-1.invalid``: the class, the family, and the same number
for the same address throughout a run. A name under ``.invalid`` (RFC 2606) is a valid
connection-address in SDP, so masked SDP still parses, and it cannot be mistaken for a real one.
Loopback, unspecified and multicast addresses name nobody and stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from rtdoctor.secrets.shapes import Found, Replacement

_IPV4 = re.compile(r"\d(?<![A-Za-z0-9_.]\d)\d{0,2}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])[0-9A-Za-z]*+(?::[0-9A-Za-z.]*+){2,}+(?:%[\w.-]+)?")
# What stands before a version: `Chrome/126.0.1.2`, `"version": "1.2.3.4"`, `aiortc==1.2.3.4`.
_VERSION_BEFORE = re.compile(
    r"(?:(?i:\b(?:version|ver|release|build|sdk|firmware)\b[\"']?\s*[:=]?\s*[\"']?v?)"
    r"|\b[A-Z]\w*[a-z]\w*/|[=~<>!]=\s?)\Z"
)
_MDNS = re.compile(r"(?i)(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.local\b")
_CANDIDATE = re.compile(
    r"(?i)candidate:(?P<foundation>\S{1,64}) \d{1,5} (?:udp|tcp) \d{1,10} "
    r"(?P<address>\S{1,255}) \d{1,5} typ "
)
_SHARED = ip_network("100.64.0.0/10")

_MDNS_MASK = Replacement("mDNS name", "mdns-{n}.local", learn=False)
_FOUNDATION = Replacement("candidate foundation", "f{n}", learn=False)


def find_addresses(text: str) -> Iterator[Found]:
    """Every address, mDNS name and candidate foundation that must go."""
    if "." in text:
        for match in _IPV4.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            if _VERSION_BEFORE.search(before) is None:
                yield from _address(match[0], match.start())
    if text.count(":") > 1:
        for match in _IPV6.finditer(text):
            yield from _ipv6(match[0], match.start())
    if ".local" in text:
        for match in _MDNS.finditer(text):
            yield Found(*match.span(), match[0], _MDNS_MASK)
    if "candidate:" in text:
        for match in _CANDIDATE.finditer(text):
            yield from _candidate(match)


def find_known(text: str, known: Collection[str]) -> set[str]:
    """Which of these addresses stand in a text: fast, for long texts."""
    spelled = set(_IPV4.findall(text)).intersection(known)
    for address in known:
        if ":" in address and address in text:
            spelled |= {address}.intersection(found.value for found in find_addresses(text))
    return spelled


def _candidate(match: re.Match[str]) -> Iterator[Found]:
    # A foundation is a hash of the base address, short enough to be tried out.
    foundation, address = match["foundation"], match["address"]
    if len(foundation) > 3 and not re.fullmatch(r"f\d+", foundation):
        yield Found(*match.span("foundation"), foundation, _FOUNDATION)
    if address.endswith(".local") and not re.fullmatch(r"mdns-\d+\.local", address):
        yield Found(*match.span("address"), address, _MDNS_MASK)


def _ipv6(token: str, at: int) -> Iterator[Found]:
    """The address in a token that may have a label before it or a port or dot after it."""
    if token.count(":") > 9:
        return  # a fingerprint
    if token.count(":") < 7 and not any(map(str.isdigit, token)):
        return  # names of code: `a::b`
    for start in (0, token.index(":") + 1):
        for end in (len(token), len(token.rstrip(".:")), token.rindex(":")):
            if _scope_of(token[start:end]) is not None:
                yield from _address(token[start:end], at + start)
                return


def _address(text: str, at: int) -> Iterator[Found]:
    scope = _scope_of(text)
    if scope:
        stand_in = f"{scope}-{{n}}.invalid"
        yield Found(at, at + len(text), text, Replacement("IP address", stand_in, learn=False))


@lru_cache(maxsize=4096)
def _scope_of(text: str) -> str | None:
    """Class and family of an address, ``""`` for one that may stay, ``None`` if it is none."""
    if text.endswith(".0.0.0"):
        return "" if text == "0.0.0.0" else None  # noqa: S104 (else: a browser's version)
    try:
        address = ip_address(text)
    except ValueError:
        return None
    scope = _scope(address)
    return f"{scope}-ipv{address.version}" if scope else ""


def _scope(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return _scope(address.ipv4_mapped)
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return None
    if address == ip_address("255.255.255.255"):
        return None
    if address.is_link_local:
        return "linklocal"
    if isinstance(address, IPv4Address) and address in _SHARED:
        return "cgnat"
    return "private" if address.is_private else "public"
