"""How long each stage may take, and how much may go on at once."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.sdp.candidate_scope import CandidateScope


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a stage may take, in seconds unless a name ends in ``bytes`` or counts something.

    A WebRTC stack has no time limit of its own after ICE, and aiortc's ICE gives up only after
    a minute, so each stage has one here. A browser waits about 15 s for ICE.
    ``ice_s`` leaves room for three connectivity checks (at 0, 0.5 and 1.5 s: RFC 8489, section
    6.2.1). ``closing_s`` is how long a closed channel waits for the end of its connection, to say
    which of the two closed. ``expiry_wait_s`` is how long a probe with an expired token may wait
    for the expiry. ``http_in_flight`` requests and ``probes_alive`` probes go on at once; a
    transient answer is tried again ``retries`` times, unless it asks for more than
    ``max_retry_after_s``.
    Bodies are counted in decoded bytes, and what is read of them is redacted, kept and shown:
    ``max_body_bytes`` is room for a session with the longest instructions,
    ``max_error_bytes`` is for an answer of 400 and above, of which the beginning says all, and
    once ``max_bytes_in_all`` of a run are used up, each body is read as an error is.
    ``candidates`` says which addresses of an SDP answer are contacted.

    >>> Limits(ice_s=10, probes_alive=4).http_s
    15.0
    """

    http_s: float = 15.0
    offer_s: float = 6.0
    ice_s: float = 3.5
    dtls_s: float = 5.0
    channel_s: float = 5.0
    session_s: float = 5.0
    closing_s: float = 0.3
    cleanup_s: float = 3.0
    expiry_wait_s: float = 75.0
    max_body_bytes: int = 256 * 1024
    max_error_bytes: int = 16 * 1024
    max_bytes_in_all: int = 8 * 1024 * 1024
    http_in_flight: int = 12
    probes_alive: int = 64
    candidates: CandidateScope = CandidateScope.ANY
    retries: int = 2
    max_retry_after_s: float = 10.0
