"""What passed through the front, as values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse

PURPOSE = "passed"
"""The purpose of an exchange that another client made: the front does not judge what it is for."""


class Route(StrEnum):
    """How a client reached the front."""

    NAME = "by name"  # the name of the target leads to the front, which terminates TLS for it
    PROXY = "proxy"  # CONNECT, or a request with an absolute URL (RFC 9112, section 3.2)
    BASE_URL = "base URL"  # the client was given the front's own address as the service's


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedExchange:
    """One exchange of a client with the target, redacted.

    ``number`` counts the requests from 1 in the order in which they came. ``asked_by`` is the
    origin of the page that asked, from the header Origin or else Referer. The URL of a request is
    the target's own on every route.

    ``exchange`` is what the client sent and what it got. Where a hook changed something,
    ``forwarded`` is what was sent to the target instead, and ``received`` is what came back.
    ``request_truncated`` and ``exchange.response.truncated`` tell that only the beginning of a
    body was kept; it passed whole. ``upgraded``: the connection became something else, such as a
    WebSocket, of which nothing is kept.
    """

    number: int
    route: Route
    asked_by: str | None
    exchange: HttpExchange
    request_truncated: bool = False
    upgraded: bool = False
    forwarded: HttpRequest | None = None
    received: HttpResponse | None = None


Listener = Callable[[PassedExchange], Awaitable[None]]
"""Is told of each exchange when it has ended, also when it failed."""
