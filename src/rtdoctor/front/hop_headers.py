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
_FRAMING = {b"content-length", b"transfer-encoding"}


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The first value of a header, whose name is given in lower case."""
    return next((value for key, value in headers if key.lower() == name), None)


def without(headers: Iterable[tuple[bytes, bytes]], names: set[bytes]) -> RawHeaders:
    """Headers but for those of these names, which are in lower case."""
    return [(key, value) for key, value in headers if key.lower() not in names]


def has_body(headers: RawHeaders) -> bool:
    """Whether a request with this header has a body (RFC 9112, section 6)."""
    return any(value_of(headers, name) is not None for name in _FRAMING)


def with_length(headers: RawHeaders, length: int) -> RawHeaders:
    """The header for a body of another length."""
    return [*without(headers, _FRAMING), (b"Content-Length", str(length).encode())]


def onward(headers: RawHeaders) -> RawHeaders:
    """The header of a request, or of a change of protocol, as the next hop gets it.

    ``Expect: 100-continue`` is not sent on: the front tells the client itself to go on.
    """
    sent = without(headers, _named_by_connection(headers) | _OF_ONE_HOP | {b"expect"})
    upgrade = value_of(headers, b"upgrade")
    if upgrade is not None and b"upgrade" in _named_by_connection(headers):
        # Of what belongs to one hop only a change of protocol is asked for again on the next one.
        sent += [(b"Connection", b"Upgrade"), (b"Upgrade", upgrade)]
    elif (value_of(headers, b"transfer-encoding") or b"").lower() == b"chunked":
        sent.append((b"Transfer-Encoding", b"chunked"))
    return sent


def to_target(headers: RawHeaders, host: bytes) -> RawHeaders:
    """The header of a request as the target gets it, which is reached under the name ``host``.

    The answer is asked for unencoded, so that a key in it can be found and masked as it passes.
    """
    sent = without(onward(headers), {b"host", b"accept-encoding"})
    # Host comes first, as RFC 9110 (section 7.2) asks for.
    return [(b"Host", host), *sent, (b"Accept-Encoding", b"identity")]


def back(headers: RawHeaders, *, decoded: bool = False) -> RawHeaders:
    """The header of an answer as the client gets it. ``decoded``: its body is no longer encoded."""
    # HTTP/3, which Alt-Svc offers, would lead a browser past the front
    dropped = _named_by_connection(headers) | _OF_ONE_HOP | {b"alt-svc"}
    if decoded:
        dropped |= {b"content-encoding", b"content-length"}
    if value_of(headers, b"transfer-encoding") is not None:
        dropped |= {b"content-length"}  # it is not the body's (RFC 9112, section 6.3)
    return without(headers, dropped)


def _named_by_connection(headers: RawHeaders) -> set[bytes]:
    named = value_of(headers, b"connection") or b""
    return {name.strip().lower() for name in named.split(b",")} - {b""}
