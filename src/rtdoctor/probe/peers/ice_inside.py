"""What aiortc and aioice know about a connection and have no public way to tell.

Three things are read here and nowhere else: the nominated candidate pair, the STUN answers that
aioice discards, and the certificate of the DTLS handshake. Without them a wrong ICE password looks
like a blocked network, since aioice ignores an answer that it cannot authenticate (RFC 8489,
section 9.1.4) and keeps sending.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from aioice import stun
from aiortc import RTCDtlsTransport, RTCPeerConnection
from cryptography.hazmat.primitives.serialization import Encoding

from rtdoctor.sdp.answer_check import FINGERPRINTS
from rtdoctor.sdp.description import Fingerprint

_NOT_AUTHENTICATED = (400, 401)  # RFC 8489, section 9.1.3


def transports(pc: RTCPeerConnection) -> list[RTCDtlsTransport]:
    """The DTLS transports of a peer connection, that of the first m-section first."""
    of_media = [transceiver.receiver.transport for transceiver in pc.getTransceivers()]
    of_channel = [pc.sctp.transport] if pc.sctp is not None else []
    return list(dict.fromkeys(of_media + of_channel))


class ConnectivityChecks:
    """Watches the STUN messages of a peer connection (RFC 8445, section 7).

    ``refused``: the service's STUN answers show that the credentials of its SDP answer are not
    those of its ICE agent. ``arrived``: the service's own checks reached this machine.
    """

    def __init__(self) -> None:
        self.refused = False
        self.arrived = False

    def watch(self, pc: RTCPeerConnection) -> None:
        """Watch every socket that was gathered so far."""
        for transport in transports(pc):
            connection: Any = transport.transport._connection
            for protocol in connection._protocols:
                # asyncio looks the method up for every datagram, so an attribute of the instance
                # takes its place.
                protocol.datagram_received = self._seeing(connection, protocol.datagram_received)

    def _seeing(self, connection: Any, deliver: Callable[[bytes, Any], None]) -> Any:
        def received(data: bytes, addr: Any) -> None:
            if data[:1] < b"\x04":  # the first byte of STUN (RFC 7983, section 7)
                self._look(connection, data)
            deliver(data, addr)

        return received

    def _look(self, connection: Any, data: bytes) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.message_class == stun.Class.REQUEST:
            self.arrived = True
            # The USERNAME of a check is the fragment of its receiver, a colon, that of its sender
            # (RFC 8445, section 7.2.2), which has to be the one that the SDP answer names.
            named = str(message.attributes.get("USERNAME", "")).partition(":")[2]
            if connection.remote_username is not None and named != connection.remote_username:
                self.refused = True
        elif message.message_class == stun.Class.ERROR:
            self.refused |= message.error_code in _NOT_AUTHENTICATED
        elif message.message_class == stun.Class.RESPONSE and connection.remote_password:
            key = connection.remote_password.encode()
            self.refused |= not message.check_message_integrity(key)


def selected_pair(pc: RTCPeerConnection) -> tuple[str, str] | None:
    """The nominated candidates, local and remote, such as ``udp host 127.0.0.1:50000``."""
    for transport in transports(pc):
        connection: Any = transport.transport._connection
        for pair in connection._nominated.values():
            return _text(pair.local_candidate), _text(pair.remote_candidate)
    return None


def _text(candidate: Any) -> str:
    host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
    return f"{candidate.transport.lower()} {candidate.type} {host}:{candidate.port}"


def has_other_certificate(pc: RTCPeerConnection, fingerprints: Iterable[Fingerprint]) -> bool:
    """Whether a handshake brought a certificate that differs from these fingerprints, which every
    one of them has to match (RFC 8122)."""
    announced = [f for f in fingerprints if f.algorithm in FINGERPRINTS]
    for transport in transports(pc):
        tls: Any = transport._ssl
        certificate = tls.get_peer_certificate(as_cryptography=True) if tls else None
        if certificate is not None:
            der = certificate.public_bytes(Encoding.DER)
            if any(_digest(der, f.algorithm) != _hex(f.digest) for f in announced):
                return True
    return False


def _hex(digest: str) -> str:
    return digest.replace(":", "").lower()


def _digest(der: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm.replace("-", ""), der).hexdigest()
