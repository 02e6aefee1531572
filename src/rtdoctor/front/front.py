"""The front itself: it listens on loopback, and ends every call that went through it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress

import anyio
from anyio.abc import Listener as Listening
from anyio.abc import SocketAttribute, SocketStream

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.front.connection import ConnectionHandler
from rtdoctor.front.forwarding import Forwarding
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.hop_headers import RawHeaders
from rtdoctor.front.key_swap import KeySwap, new_placeholder
from rtdoctor.front.open_calls import OpenCalls
from rtdoctor.front.other_hosts import OtherHosts, Others
from rtdoctor.front.passed import Listener, PassedExchange
from rtdoctor.front.pending import PassedExchanges
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.service_http import ServiceHttp, asked
from rtdoctor.front.throwaway_ca import ThrowawayCa
from rtdoctor.front.upstream import Upstream
from rtdoctor.ice.host_addresses import LOOPBACK
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.trust_store import trusted_authorities


class Front:
    """Leads the traffic of a client with a target through this process, and keeps what passed.

    One port on 127.0.0.1 serves all routes (``Route``): by name with TLS for the target's hosts,
    as an HTTP proxy, and as a base URL. Use it as an async context manager; at its end, also when
    it is cancelled, every call that was opened through it is hung up.

    ``upstream`` is where requests for the target go. ``redactor`` cleans what is kept before
    anybody gets it. ``listener`` is told of each exchange when it has ended. ``others`` is the rule
    for all other hosts; with ``Others.REFUSE`` those in ``allowed_hosts`` (``name`` or
    ``name:port``) are let pass. ``rewriting`` may be set anew between two runs of a client.

    Preflights of browsers (CORS) go to the target like any request: its refusal is seen.

    >>> async with Front(Upstream("http://127.0.0.1:8765"), Redactor()) as front:
    ...     print(front.base_url.startswith("http://127.0.0.1:"))
    True
    """

    def __init__(
        self,
        upstream: Upstream,
        redactor: Redactor,
        *,
        port: int = 0,
        others: Others = Others.TUNNEL,
        allowed_hosts: Iterable[str] = (),
        rewriting: Rewriting | None = None,
        listener: Listener | None = None,
        limits: FrontLimits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``tls`` decides which certificates of the target are trusted; unless given, those that
        this machine trusts. Raises ``UsageError`` when they cannot be read."""
        self.upstream = upstream
        self.placeholder = new_placeholder()
        """A key of 48 characters for the client, which the real key replaces on the way out."""
        self._wanted_port = port
        self._limits = limits or FrontLimits()
        self._ca = ThrowawayCa(upstream.hosts)
        self._others = OtherHosts(others, allowed_hosts)
        self._keys = KeySwap(self.placeholder, upstream.key)
        self._calls = OpenCalls(upstream)
        self._passed = PassedExchanges(redactor, listener, self._limits)
        if tls is None and upstream.origin.startswith("https:"):
            tls = trusted_authorities()
        self._service = ServiceHttp(self._limits, tls)
        self._forwarding = Forwarding(
            upstream,
            self._service,
            self._passed,
            self._keys,
            self._calls,
            rewriting or Rewriting(),
        )
        self._handler = ConnectionHandler(
            upstream, self._ca, self._others, self._forwarding, self._service, self._limits
        )
        self._port = 0
        if upstream.key is not None:
            redactor.add(upstream.key)
        # The placeholder opens nothing, but a reader who sees it in a report cannot know that.
        redactor.add(Secret(self.placeholder, "<placeholder-key>"))

    async def __aenter__(self) -> Front:
        """Raises ``UsageError`` when the port is taken."""
        try:
            listener = await anyio.create_tcp_listener(
                local_host=LOOPBACK, local_port=self._wanted_port
            )
        except OSError as error:
            raise UsageError(
                f"cannot listen on {LOOPBACK} port {self._wanted_port}: {error.strerror or error}",
                hint="Choose another port, or 0 for any free one.",
            ) from None
        self._port = listener.extra(SocketAttribute.local_port)
        self._serving = asyncio.create_task(self._serve(listener), name="front")
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        ending = asyncio.create_task(self._end(), name="front ends")
        try:
            # Calls are hung up also when the block is cancelled. The cancellation is passed on when
            # that is done.
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise
        faults = [*self._handler.bugs, *self._passed.faults]
        # A fault of the front must not hide the error that ended the block.
        if error is None and faults:
            raise faults[0]

    async def _serve(self, listener: Listening[SocketStream]) -> None:
        async with listener:
            await listener.serve(self._handler.serve)

    async def _end(self) -> None:
        """Only the answer to a request names the call that it opens, so answers are waited for."""
        await self._passed.end_run(self._limits.last_answers_s)
        self._serving.cancel()
        (how,) = await asyncio.gather(self._serving, return_exceptions=True)
        if isinstance(how, Exception):
            self._handler.bugs.append(how)
        await self.hang_up()
        await self._service.close()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 that serves every route."""
        return self._port

    @property
    def base_url(self) -> str:
        """What a client is given as the service's address, without ``/v1``."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def proxy_url(self) -> str:
        """What a client is given as its HTTP proxy."""
        return self.base_url

    @property
    def ca_pem(self) -> bytes:
        """The certificate of the run's own authority, which a client must trust for the proxy."""
        return self._ca.pem

    @property
    def browser_arguments(self) -> tuple[str, ...]:
        """What makes Chromium reach the target's hosts here, and trust the front's certificates.

        The second is heeded only beside ``--user-data-dir``, which Playwright always gives.
        """
        rules = ",".join(f"MAP {host} {LOOPBACK}:{self._port}" for host in self.upstream.hosts)
        return (
            f"--host-resolver-rules={rules}",
            f"--ignore-certificate-errors-spki-list={self._ca.spki_hash}",
        )

    @property
    def exchanges(self) -> tuple[PassedExchange, ...]:
        """What passed and has ended, redacted, in the order in which it began."""
        return self._passed.all

    @property
    def rewriting(self) -> Rewriting:
        """What is changed on the way."""
        return self._forwarding.rewriting

    @rewriting.setter
    def rewriting(self, rewriting: Rewriting) -> None:
        self._forwarding.rewriting = rewriting

    @property
    def calls_opened(self) -> int:
        """How many calls the target has opened for clients of the front."""
        return self._calls.opened

    @property
    def calls_ended(self) -> int:
        """How many of them are known to be over: hung up by the front or by the client."""
        return self._calls.ended

    @property
    def calls_left_open(self) -> tuple[str, ...]:
        """The ids of the others, each with why it could not be hung up."""
        return self._calls.left_open

    async def hang_up(self) -> None:
        """End every call that is still open; at the end of the block this is done anyway."""

        async def ask(method: bytes, target: bytes, headers: RawHeaders) -> HttpResponse | str:
            return await asked(self._service, self.upstream.origin, method, target, headers)

        hanging_up = (
            self._calls.hang_up(path, ask, self._keys.authorization)
            for path in self._calls.still_open
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.hang_up_s):
                await asyncio.gather(*hanging_up)
