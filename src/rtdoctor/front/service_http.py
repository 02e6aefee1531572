"""The front's side towards a service; httpcore's errors are mapped here."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import httpcore
from anyio.abc import ByteStream

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import LocalCode
from rtdoctor.front.body_copy import BodyCopy
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.hop_headers import RawHeaders
from rtdoctor.front.outward_proxy import OutwardProxy, outward_proxy
from rtdoctor.front.tunnel import UpgradedStream

_KEPT_ALIVE_S = 3.0  # shorter than the five seconds after which common servers close
_CONNECTIONS = 200
_ENOUGH = 64 * 1024


class NoAnswer(Exception):
    """The service could not be reached, or broke off."""

    def __init__(self, code: LocalCode, detail: str) -> None:
        super().__init__(f"{code.value}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """The head of an answer, and its body as it comes, which raises ``NoAnswer`` if it ends early.

    ``upgraded`` is the connection itself, where the service has changed the protocol.
    """

    status: int
    reason: bytes
    headers: RawHeaders
    body: AsyncIterator[bytes]
    upgraded: httpcore.AsyncNetworkStream | None = None


class ServiceHttp:
    """Connections to services, kept for a moment, by the proxy that the environment names.

    Headers go out as they were given.
    """

    def __init__(self, limits: FrontLimits, tls: ssl.SSLContext | None = None) -> None:
        self._limits = limits
        self._tls = tls
        self._pools: dict[OutwardProxy | None, httpcore.AsyncConnectionPool] = {}

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    @asynccontextmanager
    async def send(
        self,
        method: bytes,
        origin: str,
        target: bytes,
        headers: RawHeaders,
        body: AsyncIterator[bytes] | None,
    ) -> AsyncIterator[ServiceAnswer]:
        """Send one request and yield its answer. Raises ``NoAnswer``.

        ``target`` is the path and the query as they go on the wire (RFC 9112, section 3.2.1).
        """
        pool = self._pool(outward_proxy(origin))
        async with self._send(pool, method, _url(origin, target), headers, body) as answer:
            yield answer

    @asynccontextmanager
    async def connect(self, host: str, port: int) -> AsyncIterator[ByteStream]:
        """A connection to a host, whatever is spoken there. Raises ``NoAnswer``."""
        authority = f"{host}:{port}"
        proxy = outward_proxy(f"https://{authority}")
        if proxy is None:
            async with await self._connected(host, port) as stream:
                yield stream
            return
        target = authority.encode("ascii", "replace")
        header = proxy.connect_header(target)
        url = _url(proxy.url, target)
        async with self._send(self._pool(None), b"CONNECT", url, header, None) as answer:
            if answer.upgraded is None:
                raise NoAnswer(LocalCode.PROXY, f"the proxy refused: {answer.status}")
            yield UpgradedStream(answer.upgraded)

    async def _connected(self, host: str, port: int) -> ByteStream:
        try:
            with anyio.fail_after(self._limits.connect_s):
                return await anyio.connect_tcp(host, port)
        except TimeoutError:
            raise _no_connection(self._limits) from None
        except OSError as error:
            raise NoAnswer(LocalCode.CONNECT, f"cannot connect: {error}") from None

    def _pool(self, proxy: OutwardProxy | None) -> httpcore.AsyncConnectionPool:
        # One pool for each way out: a pool belongs to its proxy.
        pool = self._pools.get(proxy)
        if pool is None:
            pool = self._pools[proxy] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                proxy=None if proxy is None else proxy.as_httpcore(),
                max_connections=_CONNECTIONS,
                keepalive_expiry=_KEPT_ALIVE_S,
            )
        return pool

    @asynccontextmanager
    async def _send(
        self,
        pool: httpcore.AsyncConnectionPool,
        method: bytes,
        url: httpcore.URL,
        headers: RawHeaders,
        body: AsyncIterator[bytes] | None,
    ) -> AsyncIterator[ServiceAnswer]:
        limits = self._limits
        timeouts = {
            "connect": limits.connect_s,
            "read": limits.answer_s,
            "write": limits.answer_s,
            "pool": limits.connect_s,
        }
        request = httpcore.Request(
            method, url, headers=headers, content=body, extensions={"timeout": timeouts}
        )
        with _errors_mapped(limits):
            answer = await pool.handle_async_request(request)
        # For both, httpcore hands out the bare connection, and it closes with the answer.
        is_tunnel = method == b"CONNECT" and 200 <= answer.status < 300
        try:
            yield ServiceAnswer(
                answer.status,
                answer.extensions.get("reason_phrase", b""),
                answer.headers,
                _read(answer, limits),
                answer.extensions["network_stream"] if answer.status == 101 or is_tunnel else None,
            )
        finally:
            await answer.aclose()


async def asked(
    service: ServiceHttp, origin: str, method: bytes, target: bytes, headers: RawHeaders
) -> HttpResponse | str:
    """The answer to a request of the front's own without a body; or why there is none."""
    sent = [(b"Host", urlsplit(origin).netloc.encode()), *headers]
    try:
        async with service.send(method, origin, target, sent, None) as answer:
            copy = BodyCopy(_ENOUGH)
            async for chunk in answer.body:
                copy.add(chunk)
                if copy.is_too_large:
                    break
            return HttpResponse(answer.status, body=copy.text, body_bytes=copy.size)
    except NoAnswer as error:
        return error.detail


def _url(origin: str, target: bytes) -> httpcore.URL:
    parts = urlsplit(origin)
    host = (parts.hostname or "").encode("ascii")
    return httpcore.URL(scheme=parts.scheme.encode(), host=host, port=parts.port, target=target)


async def _read(answer: httpcore.Response, limits: FrontLimits) -> AsyncIterator[bytes]:
    with _errors_mapped(limits):
        async for chunk in answer.aiter_stream():
            yield chunk


@contextmanager
def _errors_mapped(limits: FrontLimits) -> Iterator[None]:
    try:
        yield
    except httpcore.ConnectTimeout:
        raise _no_connection(limits) from None
    except httpcore.TimeoutException:
        raise NoAnswer(LocalCode.TIMEOUT, f"no answer within {limits.answer_s:g} s") from None
    except httpcore.ConnectError as error:
        raise _cannot_connect(error) from None
    except httpcore.ProxyError as error:
        raise NoAnswer(LocalCode.PROXY, f"the proxy refused: {error}") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise NoAnswer(LocalCode.NETWORK, f"the service broke off: {error}") from None


def _no_connection(limits: FrontLimits) -> NoAnswer:
    return NoAnswer(LocalCode.TIMEOUT, f"no connection within {limits.connect_s:g} s")


def _cannot_connect(error: httpcore.ConnectError) -> NoAnswer:
    cause: BaseException | None = error
    while cause is not None:
        # httpcore and anyio wrap the error of the system, which alone tells a wrong name from a
        # closed port.
        if isinstance(cause, socket.gaierror):
            return NoAnswer(LocalCode.DNS, f"the host name does not resolve: {cause.strerror}")
        if isinstance(cause, ssl.SSLError):
            return NoAnswer(LocalCode.TLS, f"TLS failed: {cause.reason or cause}")
        cause = cause.__cause__ or cause.__context__
    return NoAnswer(LocalCode.CONNECT, f"cannot connect: {error}")
