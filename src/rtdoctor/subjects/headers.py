"""The headers of a request: which ones an app has set itself, and the credential among them."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.exchange import CREDENTIAL_HEADERS, HttpRequest

# Browsers and HTTP libraries add these by themselves (Fetch, section 4.6; RFC 9110). Authority,
# method, path and scheme are HTTP/2's pseudo-headers, which Chrome copies without their colon.
_AUTOMATIC = """
    accept accept-charset accept-encoding accept-language cache-control connection
    content-encoding content-length cookie dnt expect host if-modified-since if-none-match
    keep-alive origin postman-token pragma priority purpose referer save-data te traceparent
    tracestate transfer-encoding upgrade-insecure-requests user-agent via x-client-data
    authority method path scheme upgrade
"""
_OWN_PLACE = ("content-type", "openai-beta", *CREDENTIAL_HEADERS)
_LEFT_ASIDE = frozenset((*_AUTOMATIC.split(), *_OWN_PLACE))


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """What a request shows: ``Authorization: Bearer text``. The scheme is as written, or empty."""

    header: str
    scheme: str
    text: str


def header(request: HttpRequest, name: str) -> str | None:
    """The first header of this name, whatever its case."""
    return next((value for key, value in request.headers if key.lower() == name), None)


def own_headers(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The headers that the app has set and that stand at no place of their own in a setup."""
    return tuple(
        (name, value)
        for name, value in request.headers
        if name.lower() not in _LEFT_ASIDE
        and not name.lower().startswith((":", "sec-", "proxy-", "access-control-"))
    )


def credential_in(request: HttpRequest) -> ShownCredential | None:
    """The credential of a request; ``None`` without a header for one."""
    for name in CREDENTIAL_HEADERS:
        value = header(request, name)
        if value is None:
            continue
        if name != "authorization":
            return ShownCredential(name, "", value.strip())
        scheme, space, text = value.strip().partition(" ")
        if not space and scheme.lower() != "bearer":
            return ShownCredential("Authorization", "", scheme)
        return ShownCredential("Authorization", scheme, text.strip())
    return None
