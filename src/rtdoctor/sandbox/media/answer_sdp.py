"""The SDP on both ways: offers made fit for an ICE-lite-like peer, answers shaped like the real.

The shape is fact NET-ANSWER-PROFILE: ``a=ice-lite`` for the session, candidates only in the first
m-section, each with its ufrag, one UDP and one passive TCP host candidate an address, and no
``a=end-of-candidates``.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    first = answer.split("\r\nm=")[1]
    fields = (line.split() for line in first.splitlines() if line.startswith("a=candidate:"))
    return list(dict.fromkeys((f[4], int(f[5])) for f in fields if f[2].lower() == "udp"))


def shaped(answer: str, tcp: Sequence[Address]) -> str:
    """The peer's own answer in the service's shape, with these passive TCP candidates added."""
    dropped = ("a=candidate:", "a=end-of-candidates", "a=ice-options:")
    udp = udp_addresses(answer)
    ufrag = _value(answer, "a=ice-ufrag:")
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


def _value(sdp: str, prefix: str) -> str:
    return next(line.removeprefix(prefix) for line in sdp.splitlines() if line.startswith(prefix))
