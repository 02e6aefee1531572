"""What is wrong with an SDP answer that aiortc would take in and then stumble over.

aiortc starts ICE, DTLS and SCTP in the background; what fails there ends in a log or never.
Each rule here is one of the SDP specifications', and browsers keep it too unless said otherwise.
"""

from __future__ import annotations

import re

# Real answers have a handful. Pairing is quadratic in aioice: 15,000 candidates took it minutes.
MAX_CANDIDATES = 100


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


def why_unreachable(answer: str) -> str:
    """What an answer's candidates say about a failed ICE, for the end of a message, or nothing."""
    transports = {f[2].lower() for line in candidate_lines(answer) if len(f := line.split()) > 2}
    if not transports:
        return "; the answer has no candidates"
    if transports == {"tcp"}:
        return "; the answer has candidates for TCP only, which a browser can use and this peer not"
    return ""
