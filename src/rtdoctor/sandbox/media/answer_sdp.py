"""The SDP on both ways: offers made fit for an ICE-lite-like peer, answers shaped like the real.

The shape is fact NET-ANSWER-PROFILE: ``a=ice-lite`` for the session, candidates only in the first
m-section, each with its ufrag, one UDP and one passive TCP host candidate an address, and no
``a=end-of-candidates``. Neither does it have ``a=max-message-size`` (fact CH-MESSAGE-TOO-BIG).
"""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.sdp.description import read_description

# The priorities of the recorded answers; the first is that of RFC 8445, section 5.1.2.1, for a host
# candidate of component 1.
UDP_PRIORITY = 2130706431
TCP_PRIORITY = 1671430143

Address = tuple[str, int]


def without_candidates(offer: str) -> str:
    """The offer as an ICE-lite service reads it: it waits for the client's checks.

    It also spares the second that resolving each mDNS name of a browser would take.
    """
    dropped = ("a=candidate:", "a=end-of-candidates")
    lines = [line for line in offer.splitlines() if not line.startswith(dropped)]
    return "\r\n".join(lines) + "\r\n"


def udp_addresses(answer: str) -> list[Address]:
    """The UDP host candidates of the first m-section, in order and each once."""
    candidates = read_description(answer).media[0].candidates
    return list(
        dict.fromkeys(
            (c.address, c.port) for c in candidates if c.transport == "udp" and c.port is not None
        )
    )


def ice_ufrag(answer: str) -> str:
    """The user name fragment by which a STUN message names the call of this answer."""
    return read_description(answer).first("ice-ufrag") or ""


def shaped(answer: str, tcp: Sequence[Address], max_message_size: int | None = None) -> str:
    """The peer's own answer in the service's shape, with these passive TCP candidates added."""
    dropped = ("a=candidate:", "a=end-of-candidates", "a=ice-options:", "a=max-message-size:")
    message_size = [] if max_message_size is None else [f"a=max-message-size:{max_message_size}"]
    udp = udp_addresses(answer)
    ufrag = ice_ufrag(answer)
    lines: list[str] = []
    sections = 0
    for line in answer.splitlines():
        if line.startswith("m="):
            if sections == 0:
                lines.append("a=ice-lite")
            elif sections == 1:
                lines += _candidates(udp, tcp, ufrag)
            sections += 1
        if not line.startswith(dropped):
            lines += _as_the_service_writes(line)
        if line.startswith("a=sctp-port:"):
            lines += message_size
    # An answer with one m-section has no second one before which they could be put.
    if sections == 1:
        lines += _candidates(udp, tcp, ufrag)
    return "\r\n".join(lines) + "\r\n"


def _candidates(udp: Sequence[Address], tcp: Sequence[Address], ufrag: str) -> list[str]:
    lines = [
        f"a=candidate:{n}udp 1 udp {UDP_PRIORITY} {host} {port} typ host ufrag {ufrag}"
        for n, (host, port) in enumerate(udp, 1)
    ]
    lines += [
        f"a=candidate:{n}tcp 1 tcp {TCP_PRIORITY} {host} {port} typ host tcptype passive "
        f"ufrag {ufrag}"
        for n, (host, port) in enumerate(tcp, 1)
    ]
    return lines


def _as_the_service_writes(line: str) -> list[str]:
    """Ports and addresses stand in the candidates only; Opus has its parameters."""
    if line.startswith("m="):
        kind, _, rest = line.split(" ", 2)
        return [f"{kind} 9 {rest}"]
    if line.startswith("c="):
        return ["c=IN IP4 0.0.0.0"]
    payload, _, codec = line.removeprefix("a=rtpmap:").partition(" ")
    if line.startswith("a=rtpmap:") and codec.lower().startswith("opus/"):
        return [line, f"a=fmtp:{payload} minptime=10;useinbandfec=1"]
    return [line]
