"""Where the front sends the requests that are for the target."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The service behind the front: the real target, or the embedded sandbox in its place.

    ``base_url`` is where requests go, without ``/v1``. ``origins`` are the addresses under which
    clients know the target, such as ``https://api.openai.com``; that of ``base_url`` unless given.
    ``key`` is the real key, which takes the place of the placeholder when a request leaves.
    Raises ``UsageError`` for a text that is no address of a service.
    """

    base_url: str
    origins: tuple[str, ...] = ()
    key: Secret | None = None

    def __post_init__(self) -> None:
        try:
            origins = tuple(map(origin_of, self.origins or (self.base_url,)))
            origin_of(self.base_url)
        except ValueError as error:
            raise UsageError(f"{self.base_url} is not the address of a service: {error}") from None
        # A frozen value may be completed while it is made, and at no other time.
        object.__setattr__(self, "origins", origins)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of the target, for which the front has certificates."""
        return tuple(dict.fromkeys(urlsplit(origin).hostname or "" for origin in self.origins))

    @property
    def origin(self) -> str:
        """Where requests go."""
        return origin_of(self.base_url)

    @property
    def base_path(self) -> bytes:
        """What stands before the path of a request that came to the front's base URL."""
        return urlsplit(self.base_url).path.rstrip("/").encode("ascii", "replace")

    def has(self, url: str) -> bool:
        """Whether this URL is the target's. False for a text that is no absolute URL."""
        try:
            return origin_of(url) in (*self.origins, self.origin)
        except ValueError:
            return False


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL (RFC 6454, section 6.2): ``https://api.openai.com``.

    Raises ``ValueError`` for a text that is no absolute URL.
    """
    parts = urlsplit(url)
    # A WebSocket goes to the same port with the same certificate, so it is of the same origin.
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    host = parts.hostname or ""
    if not scheme or not host:
        raise ValueError("no absolute URL")
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    shown = "" if port is None or port == _DEFAULT_PORTS.get(scheme) else f":{port}"
    return f"{scheme}://{host}{shown}"
