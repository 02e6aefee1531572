"""What is wrong with an SDP answer that aiortc would take in and then stumble over.

aiortc starts ICE, DTLS and SCTP in the background; what fails there ends in a log or never.
Each rule here is one of the SDP specifications', and browsers keep it too unless said otherwise.
"""

from __future__ import annotations

import ipaddress

from rtdoctor.domain.outcome import LocalCode
from rtdoctor.sdp.description import SessionDescription, port_of, read_description

# Real answers have a handful. Pairing is quadratic in aioice: 15,000 candidates took it minutes.
MAX_CANDIDATES = 100
FINGERPRINTS = ("sha-256", "sha-384", "sha-512")
_SCTP = ("UDP/DTLS/SCTP", "TCP/DTLS/SCTP")


def objection(answer: str) -> str | None:
    """Why no peer should be given this answer; ``None`` when nothing is wrong with it."""
    said = read_description(answer)
    if len(said.candidates) > MAX_CANDIDATES:
        count = f"{len(said.candidates):,}"
        return f"it has {count} candidates; more than {MAX_CANDIDATES} are not tried"
    unreadable = next((c.complaint for c in said.candidates if c.complaint), None)
    if unreadable:
        return unreadable
    # Port 0 rejects a section (RFC 3264, section 6).
    rejected = next((m.kind[:20] for m in said.media if m.port == 0 and m.formats), None)
    if rejected is not None:
        return f"it rejects the {rejected} section of the offer (m={rejected} 0)"
    if not said.fingerprints:
        return "it has no a=fingerprint, so DTLS cannot be verified"
    if not any(f.algorithm in FINGERPRINTS for f in said.fingerprints):
        return (
            f"its a=fingerprint has none of the algorithms of this peer: {', '.join(FINGERPRINTS)}"
        )
    if not {"active", "passive"}.intersection(said.values("setup")):
        return "it has neither a=setup:active nor a=setup:passive, so nobody starts DTLS"
    return _sctp_objection(said)


def _sctp_objection(answer: SessionDescription) -> str | None:
    """RFC 8841: the port is mandatory. (libwebrtc takes 5000 where it is missing.)"""
    if not any(m.kind == "application" and m.protocol in _SCTP for m in answer.media):
        return None
    port = (answer.first("sctp-port") or "").strip()
    if not port:
        return "its data channel section has no a=sctp-port"
    if not port_of(port):
        return f"its data channel section has the SCTP port {port[:20]!r}"
    return None


def candidate_fault(answer: str, offer: str) -> tuple[LocalCode, str] | None:
    """Why an answer's candidates explain a failed ICE: a code and the end of a message.

    ``None`` when they do not. That private addresses explain it is only likely, so this is for a
    connection that has failed, never a reason not to try.
    """
    candidates = [c for c in read_description(answer).candidates if c.address]
    if not candidates:
        return LocalCode.NO_REMOTE_CANDIDATES, "the answer has no candidates"
    # aioice gathers for UDP only, and pairs like with like.
    hosts = {c.address for c in candidates if c.transport == "udp"}
    if not hosts:
        return (
            LocalCode.TCP_CANDIDATES_ONLY,
            "the answer has candidates for TCP only, which a browser can use and this peer cannot",
        )
    own_versions = {_version(c.address) for c in read_description(offer).candidates}
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
