"""How a request came to the front, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from rtdoctor.front.passed import Route
from rtdoctor.front.upstream import Upstream, origin_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request for the target. ``origin`` is the one that the client knows, ``target`` the path
    and query for it."""

    route: Route
    origin: str
    target: bytes

    @property
    def url(self) -> str:
        """The URL that the client asked for; on the base URL, what stands for it at the target."""
        return self.origin + self.target.decode("ascii", "backslashreplace")


def asked_by(request: h11.Request) -> str | None:
    """The origin of the page that asked, as the browser says; ``None`` for other clients."""
    # Browsers send Origin with CORS and with POST; else only the Referer names the page.
    return header(request, b"origin") or _origin(header(request, b"referer"))


def header(request: h11.Request, name: bytes) -> str | None:
    """The first header of this name, which is given in lower case."""
    return next((value.decode("latin-1") for key, value in request.headers if key == name), None)


def at_base_url(request: h11.Request, upstream: Upstream) -> Arrival:
    """A request in origin form that was sent to the front as if it were the service."""
    target = upstream.base_path + request.target
    return Arrival(Route.BASE_URL, upstream.origins[0], target)


def split_absolute(target: bytes) -> tuple[str, bytes] | None:
    """Origin and the rest of an absolute URL (RFC 9112, section 3.2.2); ``None`` for no such."""
    try:
        text = target.decode("ascii")
        origin = origin_of(text)
    except ValueError:
        return None
    # The path is cut out of the text and not put together from its parts: the target gets what the
    # client wrote, an empty query and odd escapes included.
    parts = urlsplit(text)
    path = text.partition("://")[2].partition("#")[0]
    rest = path[len(parts.netloc) :] or "/"
    return origin, (rest if rest.startswith("/") else f"/{rest}").encode()


def _origin(url: str | None) -> str | None:
    try:
        return origin_of(url or "")
    except ValueError:
        return None
