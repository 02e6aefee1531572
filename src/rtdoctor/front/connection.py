"""One connection of a client: by its first byte TLS for the target's name, or HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import anyio
import h11
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteStream
from anyio.streams.tls import TLSAttribute, TLSStream

from rtdoctor.front.arrival import Arrival, at_base_url, header, split_absolute
from rtdoctor.front.client_http import ClientHttp
from rtdoctor.front.forwarding import Forwarding
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.other_hosts import OtherHosts
from rtdoctor.front.passed import Route
from rtdoctor.front.service_http import NoAnswer, ServiceHttp
from rtdoctor.front.throwaway_ca import ThrowawayCa
from rtdoctor.front.tunnel import GONE, tunnel
from rtdoctor.front.upstream import Upstream, origin_of
from rtdoctor.ice.host_addresses import is_loopback

_TLS_HANDSHAKE = 0x16  # the type of a record with a ClientHello (RFC 8446, section 5.1)


class _Over(Exception):
    """Nothing more can be said on this connection."""


@dataclass(frozen=True, slots=True)
class ConnectionHandler:
    """Serves connections, each until its client has gone; ``bugs`` are errors of our own."""

    upstream: Upstream
    ca: ThrowawayCa
    others: OtherHosts
    forwarding: Forwarding
    service: ServiceHttp
    limits: FrontLimits
    bugs: list[Exception] = field(default_factory=list)

    async def serve(self, raw: ByteStream) -> None:
        """Serve one connection. A client that breaks off or speaks no HTTP ends only its own."""
        async with raw:
            try:
                await self._serve_either(BufferedByteStream(raw))
            except (_Over, NoAnswer, TimeoutError, h11.RemoteProtocolError, *GONE):
                pass  # who is left sees that the connection has ended
            except Exception as error:
                self.bugs.append(error)

    async def _serve_either(self, stream: BufferedByteStream) -> None:
        with anyio.fail_after(self.limits.client_s):
            first = await stream.receive()
        stream.feed_data(first)
        # No HTTP request begins with this byte, so one port can serve both.
        if first[0] == _TLS_HANDSHAKE:
            await self._serve_by_name(stream, Route.NAME)
        else:
            await self._serve_plain(ClientHttp(stream, self.limits.client_s))

    async def _serve_by_name(self, stream: ByteStream, route: Route) -> None:
        """The client believes that it talks to the target itself."""
        try:
            with anyio.fail_after(self.limits.handshake_s):
                tls = await TLSStream.wrap(
                    stream,
                    server_side=True,
                    ssl_context=self.ca.context_by_name(),
                    # Clients close without TLS's farewell more often than not; HTTP has its own
                    # ends of messages.
                    standard_compatible=False,
                )
        except OSError:  # also ssl.SSLError: a name that is not the target's, or no trust in us
            raise _Over from None
        name = self.ca.host_of(tls.extra(TLSAttribute.ssl_object).context)
        client = ClientHttp(tls, self.limits.client_s)
        async with tls:
            while (request := await self._next_request(client)) is not None:
                host = header(request, b"host") or ""
                # The certificate is for one name. A Host of another would be answered under a name
                # that nobody checked.
                if _name_in(host) == name and self.upstream.has(f"https://{host}"):
                    arrival = Arrival(route, origin_of(f"https://{host}"), request.target)
                    await self.forwarding.forward(client, request, arrival)
                else:
                    await client.say(421, "this connection is for another host")
                if not await client.ready_for_next():
                    return

    async def _serve_plain(self, client: ClientHttp) -> None:
        while (request := await self._next_request(client)) is not None:
            if request.method == b"CONNECT":
                await self._connect(client, request)
                return
            absolute = split_absolute(request.target)
            if absolute is None:
                await self._serve_origin_form(client, request)
            elif self.upstream.has(absolute[0]):
                arrival = Arrival(Route.PROXY, *absolute)
                await self.forwarding.forward(client, request, arrival)
            elif await self._may_pass(client, *_host_and_port(absolute[0])):
                await self.forwarding.pass_on(client, request, *absolute)
            if not await client.ready_for_next():
                return

    async def _serve_origin_form(self, client: ClientHttp, request: h11.Request) -> None:
        host = header(request, b"host") or ""
        name = _name_in(host)
        if name in self.upstream.hosts or name == "localhost" or is_loopback(name):
            await self.forwarding.forward(client, request, at_base_url(request, self.upstream))
        else:
            # a page elsewhere may have its own name resolve to this machine (DNS rebinding)
            await client.say(421, f"{host or 'no host'} is not the service behind this front")

    async def _connect(self, client: ClientHttp, request: h11.Request) -> None:
        """A tunnel was asked for: to the target it is decrypted, to others it is not."""
        try:
            host, port = _host_and_port(f"https://{request.target.decode('ascii')}")
        except ValueError:
            await client.say(400, "CONNECT needs a host and a port")
            return
        if self.upstream.has(f"https://{_bracketed(host)}:{port}"):
            await client.accept_tunnel()
            await self._serve_by_name(client.unread(), Route.PROXY)
        elif await self._may_pass(client, host, port):
            await self._tunnel(client, host, port)

    async def _tunnel(self, client: ClientHttp, host: str, port: int) -> None:
        try:
            async with self.service.connect(host, port) as service:
                await client.accept_tunnel()
                await tunnel(client.unread(), service)
        except NoAnswer as error:
            await client.say(502, f"{host}:{port} gave no answer: {error.detail}")

    async def _may_pass(self, client: ClientHttp, host: str, port: int) -> bool:
        if self.others.allows(host, port):
            return True
        await client.say(403, f"blocked: {host}. To let it pass: --allow-host {host}")
        return False

    async def _next_request(self, client: ClientHttp) -> h11.Request | None:
        try:
            return await client.next_request()
        except h11.RemoteProtocolError as error:
            if not client.has_answered:
                await client.say(
                    error.error_status_hint, "this is not HTTP/1.1 as a client sends it"
                )
            raise


def _name_in(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _host_and_port(origin: str) -> tuple[str, int]:
    """Raises ``ValueError`` for a text that is no origin."""
    parts = urlsplit(origin)
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
