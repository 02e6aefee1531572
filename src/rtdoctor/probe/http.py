"""The HTTP port and its httpx implementation; third-party network errors are mapped here."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from rtdoctor.content_coding import ACCEPTED
from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.domain.outcome import LocalCode, Signature, Stage
from rtdoctor.errors import UsageError
from rtdoctor.probe.bounded_body import bounded_body
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.wire import Credential, WireRequest
from rtdoctor.trust_store import trusted_authorities


class HttpPort(Protocol):
    """Sends one request and reports what was seen; it never raises for the network."""

    async def send(self, request: WireRequest) -> tuple[HttpExchange, NetworkError | None]: ...


class ExchangeKeeper(Protocol):
    """Where answered exchanges are kept for a replay."""

    def keep(self, request: httpx.Request, response: HttpResponse) -> None: ...


class NetworkError(Exception):
    """No HTTP answer came: a statement about the way there, never about the setup."""

    def __init__(self, code: LocalCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail

    def signature(self, stage: Stage) -> Signature:
        return Signature(stage, code=self.code.value, message=self.detail)


class HttpxPort:
    """A free list of httpx clients, one connection each, over one shared TLS context.

    One shared client would search all its connections for every request; see the
    measurements named in docs/decisions.md.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        on_loopback: bool,
        https: bool = True,
        no_answer_errors: tuple[type[Exception], ...] = (),
        recording: ExchangeKeeper | None = None,
    ) -> None:
        """``no_answer_errors`` are what stands in for the network, e.g. in a replay.

        ``recording`` is given every exchange that was answered, as far as it was read.
        """
        self._limits = limits
        network = (TimeoutError, httpx.HTTPError, OSError)
        self._no_answer: tuple[type[Exception], ...] = network
        self._not_recorded = no_answer_errors
        self._recording = recording
        self._read_in_all = 0
        self._trust_env = not on_loopback  # a proxy must not see what stays on this machine
        # plain HTTP needs no trust store, and loading one costs as much as many negotiations
        self._tls = trusted_authorities() if https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._idle: list[httpx.AsyncClient] = []
        self._spoilt: list[httpx.AsyncClient] = []
        self._gate = asyncio.Semaphore(limits.http_in_flight)
        # an open call costs its owner money: hanging up never waits behind slow requests
        self._hang_ups = asyncio.Semaphore(limits.http_in_flight)

    async def __aenter__(self) -> HttpxPort:
        return self

    async def __aexit__(self, *exc: object) -> None:
        clients = self._idle + self._spoilt
        self._idle, self._spoilt = [], []
        for client in clients:
            await client.aclose()

    async def send(self, request: WireRequest) -> tuple[HttpExchange, NetworkError | None]:
        """One request, not following redirects, its answer read up to the size limit."""
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        clock = _Trace()
        response: HttpResponse | None = None
        problem: NetworkError | None = None
        gate = self._hang_ups if request.purpose == "hangup" else self._gate
        async with gate:
            # The one used last is the most likely to have a connection that is still open.
            client = self._idle.pop() if self._idle else self._new_client()
            try:
                wire = _build(client, request, clock)
                shown = _shown(request, wire)
                begun = time.perf_counter()
                try:
                    async with asyncio.timeout(self._limits.http_s):
                        response = await self._exchange(client, _labelled(wire, request.label))
                except self._not_recorded:
                    problem = NetworkError(
                        LocalCode.NOT_RECORDED, "the recording does not hold this"
                    )
                except self._no_answer as error:
                    problem = _mapped(error, self._limits.http_s)
                total_ms = (time.perf_counter() - begun) * 1000
            finally:
                # httpcore may go on counting the connection of a request that was cancelled as one
                # in use: the next request, perhaps a hang-up, would wait for it in vain
                (self._idle if response is not None else self._spoilt).append(client)
        return HttpExchange(
            purpose=request.purpose,
            request=shown,
            response=response,
            timing=clock.timing(total_ms),
            started_at=started_at,
            error=f"{problem.code.value}: {problem.detail}" if problem else None,
        ), problem

    async def _exchange(self, client: httpx.AsyncClient, wire: httpx.Request) -> HttpResponse:
        answer = await client.send(wire, stream=True)
        try:
            body = await bounded_body(answer, self._most_of(answer.status_code))
        finally:
            await answer.aclose()
        self._read_in_all += len(body.data)
        response = HttpResponse(
            status=answer.status_code,
            headers=tuple((k, v) for k, v in answer.headers.multi_items()),
            body=_text(body.data, answer.encoding or "utf-8"),
            body_bytes=body.size,
            truncated=body.is_cut,
        )
        if self._recording is not None:
            self._recording.keep(wire, response)
        return response

    def _most_of(self, status: int) -> int:
        """How many bytes of an answer are read."""
        limits = self._limits
        has_room = self._read_in_all < limits.max_bytes_in_all
        return limits.max_body_bytes if status < 400 and has_room else limits.max_error_bytes

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls,
            trust_env=self._trust_env,
            follow_redirects=False,
            timeout=self._limits.http_s,
            headers={"Accept-Encoding": ACCEPTED},
            # shorter than the five seconds after which common servers close an idle connection
            limits=httpx.Limits(max_connections=1, keepalive_expiry=3.0),
        )


def _text(data: bytes, charset: str) -> str:
    """A body as text without lone surrogates; a charset that is none is read as UTF-8."""
    try:
        text = data.decode(charset, "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


def _build(client: httpx.AsyncClient, request: WireRequest, clock: _Trace) -> httpx.Request:
    headers = [
        (name, value.on_wire() if isinstance(value, Credential) else value)
        for name, value in request.headers
        # The length is that of the body that is sent: with another one h11 breaks off half-way.
        if name.lower() not in _OF_FRAMING
    ]
    files = {p.name: (None, p.text.encode(), p.content_type) for p in request.parts}
    try:
        wire = client.build_request(
            request.method,
            request.url,
            headers=headers,
            content=None if request.body is None else request.body.encode(),
            files=files or None,
        )
    except (httpx.InvalidURL, UnicodeEncodeError, ValueError) as error:
        raise UsageError(f"{request.purpose}: this request cannot be sent: {error}") from None
    wire.extensions["trace"] = clock.seen
    return wire


def _labelled(wire: httpx.Request, label: str) -> httpx.Request:
    """The request with its label where only a recording sees it.

    A fragment is never sent (RFC 9110, section 4.2.5), and it is the one part of a request beside
    what is sent that vcrpy hands to its hooks.
    """
    wire.url = wire.url.copy_with(fragment=quote(label, safe="", errors="replace"))
    return wire


_OF_FRAMING = ("content-length", "transfer-encoding")
_HIDDEN_HEADERS = {"host", "accept-encoding", "connection", "user-agent", "accept"}


def _shown(request: WireRequest, wire: httpx.Request) -> HttpRequest:
    """The request as reports may see it: credentials by alias, transport headers left out."""
    shown = {n.lower(): v.shown() for n, v in request.headers if isinstance(v, Credential)}
    headers = tuple(
        (name, shown.get(name.lower(), value))
        for name, value in wire.headers.multi_items()
        if name.lower() not in _HIDDEN_HEADERS
    )
    body = request.body
    if request.parts:
        body = wire.read().decode()
    return HttpRequest(request.method, str(wire.url), headers, body)


class _Trace:
    """Collects httpcore's trace events into milliseconds."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    async def seen(self, name: str, info: dict[str, Any]) -> None:
        self._at[name] = time.perf_counter()

    def _between(self, start: str, end: str) -> float | None:
        if start in self._at and end in self._at:
            return (self._at[end] - self._at[start]) * 1000
        return None

    def timing(self, total_ms: float) -> HttpTiming:
        tcp, tls = "connection.connect_tcp", "connection.start_tls"
        sent, received = "http11.send_request_body", "http11.receive_response_headers"
        return HttpTiming(
            total_ms=round(total_ms, 3),
            connect_ms=_rounded(self._between(f"{tcp}.started", f"{tcp}.complete")),
            tls_ms=_rounded(self._between(f"{tls}.started", f"{tls}.complete")),
            wait_ms=_rounded(self._between(f"{sent}.complete", f"{received}.complete")),
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error with everything it was raised from, members of groups included."""
    seen: set[int] = set()
    stack: list[BaseException | None] = [error]
    while stack:
        current = stack.pop()
        # An error's cause is usually its context as well.
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            stack += list(current.exceptions)


def _mapped(error: BaseException, limit_s: float) -> NetworkError:
    # What httpx raises says where it broke. Why it broke is in the errors that this one came from,
    # a group of them where several addresses were tried.
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return NetworkError(LocalCode.DNS, f"the host name does not resolve: {cause.strerror}")
        if isinstance(cause, ssl.SSLError):
            return NetworkError(LocalCode.TLS, f"TLS failed: {cause.reason or cause}")
    if isinstance(error, httpx.ProxyError):
        return NetworkError(LocalCode.PROXY, f"the proxy refused: {error}")
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return NetworkError(LocalCode.TIMEOUT, f"no answer within {limit_s:g} s")
    for cause in causes:
        if isinstance(cause, ConnectionRefusedError):
            return NetworkError(LocalCode.CONNECT, "connection refused")
    if isinstance(error, httpx.ConnectError):
        return NetworkError(LocalCode.CONNECT, f"cannot connect: {error}")
    return NetworkError(LocalCode.NETWORK, f"{type(error).__name__}: {error}")
