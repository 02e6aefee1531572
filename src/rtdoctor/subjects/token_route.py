"""Somebody's own token route: the request that it is asked with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.ice.host_addresses import is_loopback
from rtdoctor.secrets.names import Name, judge
from rtdoctor.secrets.shapes import find_strong_shapes

_EXAMPLE = "Give one like http://localhost:3000/api/token."
_CREDENTIALS = (Name.SECRET, Name.AUTHORIZATION, Name.COOKIE)


@dataclass(frozen=True, slots=True)
class TokenRoute:
    """The request that asks for a token. A header with a credential holds a ``Secret``.

    ``origin`` is that of the page that asks, as a browser writes it; ``None`` when it is not known.
    Raises ``UsageError`` for a URL that is none or that holds a credential, for plain HTTP to
    another machine, and for an origin that is none. No message repeats a credential.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str | Secret], ...] = ()
    body: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not (self.method.isascii() and self.method.isalpha()):
            raise UsageError("--request is not an HTTP method", hint="For example -X POST.")
        if self.origin is not None and _origin_of(self.origin) != self.origin:
            raise UsageError(
                "--origin is not the origin of a page",
                hint="Give scheme, host and port alone, such as http://localhost:3000.",
            )

    @property
    def on_loopback(self) -> bool:
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.url).scheme.lower() == "https"

    @property
    def shown_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers with each credential under its alias."""
        return tuple((name, str(value)) for name, value in self.headers)

    @property
    def is_cross_origin(self) -> bool:
        """Whether the page's origin is known, and is not that of the route."""
        return self.origin is not None and self.origin != _origin_of(self.url)


def is_credential(name: str, text: str) -> bool:
    """Whether a header or a field holds a credential, by its name or by what it looks like."""
    return judge(name) in _CREDENTIALS or has_credential(text)


def has_credential(text: str) -> bool:
    """Whether something in a text looks like an API key or a token."""
    return next(iter(find_strong_shapes(text)), None) is not None


def usual_content_type(body: str) -> str:
    """The type of a body that was given without one: JSON if it is JSON, else curl's form."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "application/x-www-form-urlencoded"
    return "application/json"


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("--token-url is not a URL", hint=_EXAMPLE) from None
    # Asked first, so that no later message repeats the URL with a credential in it.
    if "@" in parts.netloc or has_credential(url):
        raise UsageError(
            "--token-url holds a credential",
            hint="Give it in a header instead: -H 'Authorization: env:NAME', or -H @FILE.",
        )
    odd = any(not c.isprintable() or c.isspace() for c in url)
    if parts.scheme.lower() not in ("http", "https") or not host or port == 0 or odd:
        raise UsageError("--token-url is not an http or https URL", hint=_EXAMPLE)
    if parts.scheme.lower() == "http" and not is_loopback(host):
        raise UsageError(
            "--token-url is not encrypted, so the token would be readable on the way",
            hint="Use https, or a route on this machine.",
        )


def _origin_of(url: str) -> str:
    """The origin as a browser writes it: no default port, no path; empty for what has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = 443 if scheme == "https" else 80
    return f"{scheme}://{host}" + ("" if port in (None, default) else f":{port}")
