"""What is wrong with an SDP answer that aiortc would take in and then stumble over.

aiortc starts ICE, DTLS and SCTP in the background; what fails there ends in a log or never.
Each rule here is one of the SDP specifications', and browsers keep it too unless said otherwise.
"""

from __future__ import annotations

import ipaddress
import re

from rtdoctor.domain.outcome import LocalCode

# Real answers have a handful. Pairing is quadratic in aioice: 15,000 candidates took it minutes.
MAX_CANDIDATES = 100
FINGERPRINTS = ("sha-256", "sha-384", "sha-512")


def objection(answer: str) -> str | None:
    """Why no peer should be given this answer; ``None`` when nothing is wrong with it."""
    candidates = candidate_lines(answer)
    if len(candidates) > MAX_CANDIDATES:
        return f"it has {len(candidates):,} candidates; more than {MAX_CANDIDATES} are not tried"
    for line in candidates:
        fields = line.split()
        if len(fields) < 8:
            return "a candidate line is cut short"
        if not _is_port(fields[5]):
            return f"a candidate has the port {fields[5][:20]!r}"
    rejected = re.search(r"^m=(\w+) 0 ", answer, re.MULTILINE)
    if rejected:
        return f"it rejects the {rejected[1]} section of the offer (m={rejected[1]} 0)"
    if not re.search(r"^a=fingerprint:\S+ \S", answer, re.MULTILINE):
        return "it has no a=fingerprint, so DTLS cannot be verified"
    if not any(a.lower() in FINGERPRINTS for a, _ in fingerprints(answer)):
        return (
            f"its a=fingerprint has none of the algorithms of this peer: {', '.join(FINGERPRINTS)}"
        )
    if not re.search(r"^a=setup:(active|passive)\b", answer, re.MULTILINE):
        return "it has neither a=setup:active nor a=setup:passive, so nobody starts DTLS"
    return _sctp_objection(answer)


def _sctp_objection(answer: str) -> str | None:
    """RFC 8841: the port is mandatory. (libwebrtc takes 5000 where it is missing.)"""
    if not re.search(r"^m=application \d+ (UDP|TCP)/DTLS/SCTP ", answer, re.MULTILINE):
        return None
    port = re.search(r"^a=sctp-port:(\S+)", answer, re.MULTILINE)
    if port is None:
        return "its data channel section has no a=sctp-port"
    if not _is_port(port[1]) or int(port[1]) == 0:
        return f"its data channel section has the SCTP port {port[1][:20]!r}"
    return None


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and int(text) <= 65535


def candidate_lines(sdp: str) -> list[str]:
    """The ``a=candidate`` lines of an SDP."""
    return re.findall(r"^a=candidate:.*", sdp, re.MULTILINE)


def fingerprints(sdp: str) -> list[tuple[str, str]]:
    """The algorithm and value of each ``a=fingerprint`` (RFC 8122)."""
    return re.findall(r"^a=fingerprint:(\S+) (\S+)", sdp, re.MULTILINE)


def candidate_fault(answer: str, offer: str) -> tuple[LocalCode, str] | None:
    """Why an answer's candidates explain a failed ICE: a code and the end of a message.

    ``None`` when they do not. That private addresses explain it is only likely, so this is for a
    connection that has failed, never a reason not to try.
    """
    candidates = [c for line in candidate_lines(answer) if len(c := line.split()) >= 8]
    if not candidates:
        return LocalCode.NO_REMOTE_CANDIDATES, "the answer has no candidates"
    hosts = {c[4] for c in candidates if c[2].lower() == "udp"}
    if not hosts:
        return (
            LocalCode.TCP_CANDIDATES_ONLY,
            "the answer has candidates for TCP only, which a browser can use and this peer cannot",
        )
    own_versions = {_version(line.split()[4]) for line in candidate_lines(offer)}
    names = {h for h in hosts if _version(h) is None and not h.endswith(".local")}
    if names == hosts:
        return (
            LocalCode.NO_CANDIDATE_PAIR,
            "the answer's candidates have host names, and this peer takes addresses only",
        )
    if not any(_version(h) in {*own_versions, None} for h in hosts - names):
        family = "IPv6" if own_versions == {4} else "IPv4"
        return (
            LocalCode.NO_CANDIDATE_PAIR,
            f"the answer's candidates are {family} only, and this machine has no such address",
        )
    if all(_is_private(h) for h in hosts):
        return (
            LocalCode.PRIVATE_CANDIDATES,
            "the answer has only candidates with private or local addresses",
        )
    return None


def _version(host: str) -> int | None:
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


def _is_private(host: str) -> bool:
    """Whether others than its own network cannot reach this address, or mDNS name."""
    if _version(host) is None:
        return True
    address = ipaddress.ip_address(host)
    return any(address in network for network in _PRIVATE)
