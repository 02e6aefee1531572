"""HTTP exchanges and connection records as they were observed."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.outcome import Stage

Headers = tuple[tuple[str, str], ...]

CREDENTIAL_HEADERS = ("authorization", "api-key", "x-api-key")
"""The headers that carry the credential of a request, the likeliest first."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What was sent. Bodies are text; credentials appear by alias once redacted."""

    method: str
    url: str
    headers: Headers = ()
    body: str | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back. ``body_bytes`` is the length seen; ``truncated`` when cut at the cap."""

    status: int
    headers: Headers = ()
    body: str = ""
    body_bytes: int = 0
    truncated: bool = False

    def header(self, name: str) -> str | None:
        """The first header of this name, case-insensitively."""
        wanted = name.lower()
        return next((v for k, v in self.headers if k.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class HttpTiming:
    """Milliseconds of one exchange; ``None`` where a kept-alive connection had no such step.

    ``connect_ms`` covers DNS and TCP together.
    """

    total_ms: float
    connect_ms: float | None = None
    tls_ms: float | None = None
    wait_ms: float | None = None


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """One request and its answer, or the error that stood in for one.

    ``purpose`` is ``mint``, ``call``, ``first call`` (spending a token) or ``hangup``;
    ``passed`` for one of another client that was led through rtdoctor.
    ``started_at`` is UTC, ISO 8601.
    """

    purpose: str
    request: HttpRequest
    response: HttpResponse | None
    timing: HttpTiming
    started_at: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage of a probe: when it began after the probe's start, and how long it took."""

    stage: Stage
    status: str  # "ok", "failed", "skipped"
    start_ms: float
    duration_ms: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """A message on the data channel; ``at_ms`` counts from the start of the probe."""

    at_ms: float
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What the WebRTC stack reported. States are W3C names; ``None`` when never reached."""

    ice_state: str | None = None
    connection_state: str | None = None
    channel_state: str | None = None
    local_candidate: str | None = None
    remote_candidate: str | None = None
    dtls_role: str | None = None
    local_candidates: int = 0
    remote_candidates: int = 0


@dataclass(frozen=True, slots=True)
class SandboxRule:
    """Which rule of the embedded sandbox gave an answer, and what stands behind it.

    ``basis`` is ``fact`` or ``inferred``: an inferred answer is no claim about a service.
    """

    rule: str
    fact: str | None
    basis: str
    note: str = ""
