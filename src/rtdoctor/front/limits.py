"""How long and how much the front waits for and keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrontLimits:
    """Seconds, and bytes of a body that are kept.

    ``answer_s``: for the head of an answer, and between two parts of a body. ``idle_s``: for the
    next request of a client's connection. ``last_answers_s`` and ``hang_up_s``: at the end of the
    run, for requests that are under way, and for ending the calls.
    """

    handshake_s: float = 10.0
    connect_s: float = 10.0
    answer_s: float = 60.0
    idle_s: float = 90.0
    last_answers_s: float = 5.0
    hang_up_s: float = 5.0
    kept_bytes: int = 1_000_000
