"""The calls that the target opened for clients of the front: counted, and hung up in the end."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from rtdoctor.domain.call_end import NO_SUCH_ROUTE, call_address, is_over
from rtdoctor.domain.exchange import CREDENTIAL_HEADERS, HttpResponse
from rtdoctor.front.hop_headers import RawHeaders
from rtdoctor.front.upstream import Upstream

Ask = Callable[[bytes, bytes, RawHeaders], Awaitable["HttpResponse | str"]]
"""Sends a request without a body to the target: method, path, header. The text says why there is
no answer."""

_CREDENTIALS = tuple(name.encode() for name in CREDENTIAL_HEADERS)
_TRIED = 3  # credentials, at most, for one call


@dataclass(slots=True)
class _Call:
    """``path`` is where the call is at the target. ``left_open`` is empty once it has ended."""

    path: str
    credential: RawHeaders
    left_open: str = "it was not hung up"


class OpenCalls:
    """Watches what the target answers, and ends what is still open.

    A call counts as opened when the target answers a POST with 200 or 201, an SDP answer and a
    Location of its own.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._calls: dict[str, _Call] = {}
        self._long_lived: list[RawHeaders] = []

    @property
    def opened(self) -> int:
        return len(self._calls)

    @property
    def ended(self) -> int:
        return sum(not call.left_open for call in self._calls.values())

    @property
    def left_open(self) -> tuple[str, ...]:
        return tuple(
            f"{call.path.rsplit('/', 1)[-1]}: {call.left_open}"
            for call in self._calls.values()
            if call.left_open
        )

    def saw(self, method: str, path: str, sent: RawHeaders, answer: HttpResponse) -> None:
        """An exchange with the target. ``sent`` is the header of the request as it left."""
        credential = [(name, value) for name, value in sent if name.lower() in _CREDENTIALS]
        # A token may be used up by the time the call is to be ended, a key is not.
        if credential and not any(b"ek_" in value for _, value in credential):
            self._remember(credential)
        location = self._location(path, answer)
        if method == "POST" and answer.status in (200, 201) and location and _holds_sdp(answer):
            # A repeated answer must not forget that the call has ended.
            self._calls.setdefault(location, _Call(location, credential))
        elif is_over(answer):
            ended = self._calls.get(_asked_to_end(method, path.partition("?")[0]))
            if ended is not None:
                ended.left_open = ""

    async def hang_up(self, call_path: str, ask: Ask, key: RawHeaders) -> None:
        """End one call with the key, or else with the credentials that clients used."""
        call = self._calls[call_path]
        call.left_open = "no answer to the hang-up in time"
        for credential in self._credentials(call, key):
            call.left_open = await _hang_up(call.path, credential, ask)
            if not call.left_open:
                return

    @property
    def still_open(self) -> tuple[str, ...]:
        """The paths of the calls that are not known to have ended."""
        return tuple(path for path, call in self._calls.items() if call.left_open)

    def _credentials(self, call: _Call, key: RawHeaders) -> list[RawHeaders]:
        """A call can be ended by the key that opened it; whether by its token is not known."""
        if key:
            return [key]
        known = [*reversed(self._long_lived), call.credential]
        return [c for n, c in enumerate(known) if c and c not in known[:n]][:_TRIED] or [[]]

    def _remember(self, credential: RawHeaders) -> None:
        if credential in self._long_lived:
            self._long_lived.remove(credential)
        self._long_lived.append(credential)
        del self._long_lived[:-_TRIED]

    def _location(self, path: str, answer: HttpResponse) -> str | None:
        """The path of the call that an answer names, if it is the target's."""
        location = answer.header("location") or ""
        base = self._upstream.origin + path
        try:
            url = urljoin(base, location)
            if not location or not location.isprintable() or not self._upstream.has(url):
                return None
            return urlsplit(call_address(url)).path
        except ValueError:
            return None


async def _hang_up(path: str, credential: RawHeaders, ask: Ask) -> str:
    """Why the call could not be ended, or nothing when it is over.

    The published way is a POST. Other servers want a DELETE of the call itself; it is tried only
    where the service has no such route to POST to.
    """
    target = path.encode("ascii", "ignore")
    answer = await ask(b"POST", target + b"/hangup", [*credential, (b"Content-Length", b"0")])
    if isinstance(answer, HttpResponse) and not is_over(answer) and answer.status in NO_SUCH_ROUTE:
        answer = await ask(b"DELETE", target, credential)
    if isinstance(answer, str):
        return f"the hang-up failed: {answer}"
    return "" if is_over(answer) else f"the hang-up was answered {answer.status}"


def _asked_to_end(method: str, path: str) -> str:
    """The path of the call that a client asks to end; empty for any other request."""
    if method == "POST" and path.endswith("/hangup"):
        return path.removesuffix("/hangup")
    return path if method == "DELETE" else ""


def _holds_sdp(answer: HttpResponse) -> bool:
    """Whether this is an SDP answer, bare or in JSON, or one that broke off before it began."""
    body = answer.body.lstrip()
    if not body or body.startswith("v=0"):
        return True
    if not body.startswith("{"):
        return False
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and isinstance(data.get("sdp"), str)
