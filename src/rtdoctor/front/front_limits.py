"""How long and how much the front waits for and keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrontLimits:
    """Seconds, and how many bytes are kept of one body, and of all of a run.

    ``answer_s``: for the head of the target's answer, and between two parts of its body.
    ``client_s``: for a client to send or to read on, or to make its next request.
    ``last_answers_s`` and ``hang_up_s``: at the end of the run, for requests that are under way,
    and for ending the calls.
    """

    handshake_s: float = 10.0
    connect_s: float = 10.0
    answer_s: float = 60.0
    client_s: float = 90.0
    last_answers_s: float = 5.0
    hang_up_s: float = 5.0
    kept_bytes: int = 1_000_000
    kept_bytes_in_all: int = 100_000_000
