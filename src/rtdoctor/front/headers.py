"""Which header fields go on to the next hop, and which are the front's own."""

from __future__ import annotations

from collections.abc import Iterable

RawHeaders = list[tuple[bytes, bytes]]

_OF_ONE_HOP = {  # RFC 9110, section 7.6.1
    b"connection",
    b"proxy-connection",
    b"keep-alive",
    b"te",
    b"transfer-encoding",
    b"upgrade",
    b"proxy-authorization",
    b"proxy-authenticate",
}
# the front answers `Expect: 100-continue` itself, and has to read what comes back
_OUR_PART = {b"expect", b"accept-encoding", b"host"}
# HTTP/3 would lead a browser past the front
_LEADS_AWAY = {b"alt-svc"}


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The first value of a header, whose name is given in lower case."""
    return next((value for key, value in headers if key.lower() == name), None)


def without(headers: Iterable[tuple[bytes, bytes]], names: set[bytes]) -> RawHeaders:
    """Headers but for those of these names, which are in lower case."""
    return [(key, value) for key, value in headers if key.lower() not in names]


def is_upgrade(headers: RawHeaders) -> bool:
    """Whether a request asks for another protocol on the same connection, such as WebSocket."""
    asked = (value_of(headers, b"connection") or b"").lower()
    return b"upgrade" in asked and value_of(headers, b"upgrade") is not None


def to_service(headers: RawHeaders, host: bytes) -> RawHeaders:
    """The header of a request as it is sent on to the host.

    The answer is asked for unencoded, so that a key in it can be found and masked as it passes.
    """
    sent = without(headers, (_named_by_connection(headers) | _OF_ONE_HOP | _OUR_PART))
    if is_upgrade(headers):
        sent += [(b"Connection", b"Upgrade"), (b"Upgrade", value_of(headers, b"upgrade") or b"")]
    elif (value_of(headers, b"transfer-encoding") or b"").lower() == b"chunked":
        sent.append((b"Transfer-Encoding", b"chunked"))
    return [(b"Host", host), *sent, (b"Accept-Encoding", b"identity")]


def to_client(headers: RawHeaders, *, decoded: bool) -> RawHeaders:
    """The header of an answer as the client gets it. ``decoded``: its body is no longer encoded."""
    dropped = _named_by_connection(headers) | _OF_ONE_HOP | _LEADS_AWAY
    if decoded:
        dropped |= {b"content-encoding", b"content-length"}
    return without(headers, dropped)


def _named_by_connection(headers: RawHeaders) -> set[bytes]:
    named = value_of(headers, b"connection") or b""
    return {name.strip().lower() for name in named.split(b",")} - {b""}
