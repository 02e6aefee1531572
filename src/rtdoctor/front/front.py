"""The front itself: it listens on loopback, and ends every call that went through it."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import string
from collections.abc import Iterable

import anyio
from anyio.abc import SocketAttribute

from rtdoctor.errors import UsageError
from rtdoctor.front.connection import ConnectionHandler
from rtdoctor.front.forwarding import Forwarding
from rtdoctor.front.limits import FrontLimits
from rtdoctor.front.other_hosts import OtherHosts, Others
from rtdoctor.front.passed import Listener, PassedExchange
from rtdoctor.front.pending import PassedExchanges
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.service_http import ServiceHttp
from rtdoctor.front.throwaway_ca import ThrowawayCa
from rtdoctor.front.upstream import Upstream
from rtdoctor.ice.host_addresses import LOOPBACK
from rtdoctor.secrets.redactor import Redactor


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
        """``tls`` decides which certificates of the target are trusted; httpcore's roots unless
        given."""
        self.upstream = upstream
        self.placeholder = _placeholder()
        """A key of 48 characters for the client, which the real key replaces on the way out."""
        self._wanted_port = port
        self._limits = limits or FrontLimits()
        self._ca = ThrowawayCa(upstream.hosts)
        self._others = OtherHosts(others, allowed_hosts)
        self._passed = PassedExchanges(redactor, listener, self._limits.kept_bytes)
        self._service = ServiceHttp(self._limits, tls)
        self._forwarding = Forwarding(upstream, self._service, self._passed, self._limits)
        self._forwarding.rewriting = rewriting or Rewriting()
        self._port = 0

    async def __aenter__(self) -> Front:
        """Raises ``UsageError`` when the port is taken."""
        handler = ConnectionHandler(
            self.upstream, self._ca, self._others, self._forwarding, self._limits
        )
        try:
            listener = await anyio.create_tcp_listener(
                local_host=LOOPBACK, local_port=self._wanted_port, reuse_port=False
            )
        except OSError as error:
            raise UsageError(
                f"cannot listen on {LOOPBACK} port {self._wanted_port}: {error.strerror or error}",
                hint="Choose another port, or 0 for any free one.",
            ) from None
        self._port = listener.extra(SocketAttribute.local_port)
        self._serving = asyncio.create_task(listener.serve(handler.serve), name="front")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
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
    def refused_hosts(self) -> tuple[str, ...]:
        """The hosts that were asked for and not allowed, each once."""
        return self._others.refused

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
        return 0

    @property
    def calls_ended(self) -> int:
        """How many of them are known to be over: hung up by the front or by the client."""
        return 0

    @property
    def calls_left_open(self) -> tuple[str, ...]:
        """Why the others could not be hung up, each with the call's id."""
        return ()

    async def hang_up(self) -> None:
        """End every call that is still open; at the end of the block this is done anyway."""


def _placeholder() -> str:
    letters = string.ascii_letters + string.digits
    return "sk-" + "".join(secrets.choice(letters) for _ in range(45))
