"""The proxies that this machine's environment names for requests to others."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes as unquoted
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpcore

from rtdoctor.front.hop_headers import RawHeaders
from rtdoctor.ice.host_addresses import is_loopback


@dataclass(frozen=True, slots=True)
class OutwardProxy:
    """An HTTP proxy, and the name and password by which it knows the user."""

    url: str
    credentials: tuple[bytes, bytes] | None = field(default=None, repr=False)

    def as_httpcore(self) -> httpcore.Proxy:
        return httpcore.Proxy(self.url, auth=self.credentials)

    def connect_header(self, authority: bytes) -> RawHeaders:
        """The header of a request for a tunnel (RFC 9110, section 9.3.6)."""
        return [(b"Host", authority), *self.as_httpcore().headers]


def outward_proxy(origin: str) -> OutwardProxy | None:
    """The proxy for an origin by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; ``None`` for a direct way.

    This machine is always reached directly, and proxies that are not HTTP proxies are not used.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    proxies = getproxies_environment()
    named = proxies.get(parts.scheme, "")
    if not named or is_loopback(host) or proxy_bypass(host):
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    if proxy.scheme not in ("http", "https") or not proxy.hostname:
        return None
    # Without user and password, which travel in a header of their own and must not be shown with
    # the address.
    url = f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}"
    if not proxy.username:
        return OutwardProxy(url)
    return OutwardProxy(url, (unquoted(proxy.username), unquoted(proxy.password or "")))
