"""Where a request went: to a Realtime service, and to which of its paths, or to the app's own
backend."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.headers import credential_in, header

# Hosts that are a service whatever the path (provider notes, section A).
_SERVICES = re.compile(r"api\.openai\.com|api\.x\.ai|[\w.-]+\.(?:openai|ai)\.azure\.com")
_REALTIME = re.compile(r"(?P<base>.*?)(?P<path>(?:/v1)?/realtime.*)")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as a setup needs it: the service's base, the path below it, and the parameters."""

    base_url: str
    path: str
    query: str

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        return tuple(parse_qsl(self.query, keep_blank_values=True, max_num_fields=1000))

    @property
    def is_realtime(self) -> bool:
        return _REALTIME.fullmatch(self.path) is not None


def address_of(url: str) -> Address:
    """The parts of a URL. One that cannot be read has an empty base and is its own path."""
    try:
        parts = urlsplit(url.strip())
        # A user and password before the host are not the service's address, and may be a secret.
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return Address("", "/", "")
    base = f"{parts.scheme}://{host}" if host else ""
    found = _REALTIME.fullmatch(parts.path)
    path = parts.path or "/"
    if found:
        base, path = base + found["base"] if base else "", found["path"]
    return Address(base, path, parts.query)


def to_service(request: HttpRequest) -> bool:
    """Whether a request goes to a Realtime service, and not to the app's own backend.

    A known host is one. Any other is when its path is the Realtime API's, it is not the page's
    own origin, and it is shown a credential where the path alone could be a backend's.
    """
    try:
        parts = urlsplit(request.url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if _SERVICES.fullmatch(host):
        return True
    if _is_of_page(request, f"{parts.scheme}://{parts.netloc}"):
        return False
    if parts.path.startswith(("/v1/realtime", "/openai/v1/realtime", "/openai/realtime")):
        return True
    return "/realtime" in parts.path and credential_in(request) is not None


def _is_of_page(request: HttpRequest, origin: str) -> bool:
    # The browser says it itself, and a page cannot change this header.
    if header(request, "sec-fetch-site") == "same-origin":
        return True
    page = header(request, "origin") or header(request, "referer") or ""
    return page == origin or page.startswith(f"{origin}/")
