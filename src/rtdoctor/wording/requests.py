"""A setup written as the requests its client makes, and the difference between two setups.

This is what a developer changes: a URL, a header, a field of a body; not the name of a level.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from rtdoctor.domain.exchange import Headers
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    CallEncoding,
    EncodingKind,
    Offer,
    Setup,
    TokenBody,
)
from rtdoctor.wording.levels import query_text

_CREDENTIAL = {
    AuthKind.EPHEMERAL: "$EPHEMERAL_TOKEN",
    AuthKind.USED: "$EPHEMERAL_TOKEN (used once before)",
    AuthKind.EXPIRED: "$EPHEMERAL_TOKEN (expired)",
    AuthKind.API_KEY: "$OPENAI_API_KEY",
}


_LONG, _KEPT = 14, 5
"""Unchanged lines of a diff that are shown in a row, and how many of a longer row."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that both sides share, or lines of one that stand opposite lines of the other."""

    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.left == self.right


def mint_lines(setup: Setup) -> tuple[str, ...]:
    """The token request; empty when this setup asks for none."""
    endpoint = setup.token_endpoint.value.path
    if endpoint is None or not setup.auth.value.kind.needs_token:
        return ()
    return tuple(_mint(endpoint, setup))


def _mint(endpoint: str, setup: Setup) -> Iterator[str]:
    body: TokenBody = setup.token_body.value
    header = setup.beta_header.value
    yield f"{setup.token_endpoint.value.method} {endpoint}"
    if not any(name.lower() == "authorization" for name, _ in header.mint_others):
        yield "Authorization: Bearer $OPENAI_API_KEY"
    if header.mint is not None:
        yield f"OpenAI-Beta: {header.mint}"
    yield from _others(header.mint_others)
    if body.text is not None:
        yield f"Content-Type: {body.content_type}"
        yield ""
        yield from pretty(body.text).splitlines()
    if setup.auth.value.read_at is not None:
        yield ""
        yield f"(the token is read at {setup.auth.value.read_at} of the answer)"


def _others(headers: Headers) -> Iterator[str]:
    """Headers by name; what they carry may be a key."""
    # A header of the user's own may carry a key under any name.
    return (f"{name}: (value not shown)" for name, _ in headers)


def call_lines(setup: Setup) -> tuple[str, ...]:
    """The call with the offer."""
    return tuple(_call(setup))


def _call(setup: Setup) -> Iterator[str]:
    endpoint = setup.call_endpoint.value
    yield f"{endpoint.method} {endpoint.path}{query_text(setup.call_query.value)}"
    yield from _credential(setup.auth.value)
    if setup.beta_header.value.call is not None:
        yield f"OpenAI-Beta: {setup.beta_header.value.call}"
    yield from _others(setup.beta_header.value.call_others)
    encoding = setup.call_encoding.value
    offer = _offer(setup.offer.value, encoding)
    if encoding.kind is EncodingKind.MULTIPART:
        yield from ("Content-Type: multipart/form-data", "", f"sdp: {offer}")
        if encoding.session is not None:
            first, *others = pretty(encoding.session).splitlines() or [""]
            yield from (f"session: {first}", *others)
        return
    yield f"Content-Type: {encoding.content_type}"
    yield ""
    if encoding.kind is EncodingKind.JSON:
        yield f'{{"type": "offer", "sdp": {offer}}}'
    else:
        yield offer


def _offer(offer: Offer, encoding: CallEncoding) -> str:
    parts = ["audio"] if offer.audio else []
    parts += [f"data channel “{offer.channel}”"] if offer.channel is not None else []
    cut = ", final line end cut off" if encoding.trim else ""
    if offer.sdp is not None:
        return f"(SDP offer of another engine{cut})"
    return f"(SDP offer: {' and '.join(parts) or 'neither audio nor data channel'}{cut})"


def _credential(auth: Auth) -> Iterator[str]:
    if auth.kind is not AuthKind.NONE:
        value = _CREDENTIAL.get(auth.kind, auth.text)
        yield f"{auth.header}: {auth.scheme} {value}" if auth.scheme else f"{auth.header}: {value}"


def pretty(text: str) -> str:
    """JSON over several lines when it is JSON, so that fields compare line by line."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def requests(setup: Setup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The token request and the call, each under a heading."""
    mint = mint_lines(setup)
    first = ("# mint the token", *mint) if mint else ("# no token is minted",)
    return first, ("# call", *call_lines(setup))


def text(setup: Setup) -> str:
    """Both requests as one text."""
    return "\n\n".join("\n".join(part) for part in requests(setup))


def compare(left: Setup, right: Setup) -> tuple[Hunk, ...]:
    """Both setups side by side: what they share, and what stands opposite in them.

    Of a request that is the same on both sides only the first lines are given.
    """
    hunks: list[Hunk] = []
    for ours, theirs in zip(requests(left), requests(right), strict=True):
        gap = ("",) if hunks else ()
        if ours == theirs and len(ours) > 2:
            same = (*gap, f"{ours[0]}: the same in both", ours[1])
            hunks.append(Hunk(same, same))
        else:
            hunks += _hunks((*gap, *ours), (*gap, *theirs))
    return tuple(hunks)


def _hunks(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Iterator[Hunk]:
    # autojunk would leave out lines that recur in a long request, such as closing brackets.
    for _, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        yield Hunk(ours[a:b], theirs[c:d])


def _shortened(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Unchanged lines; of many of them only those next to a change or to the request line."""
    if len(lines) <= _LONG:
        return lines
    return *lines[:_KEPT], "…", *lines[-_KEPT:]


def diff(old: Setup, new: Setup) -> tuple[str, ...]:
    """A diff to copy: ``-`` and ``+`` lines; a request that stays as it is is only named."""
    lines: list[str] = []
    for ours, theirs in zip(requests(old), requests(new), strict=True):
        lines += [""] if lines else []
        if ours == theirs:
            lines.append(f"  {ours[0]}: as it is")
            continue
        for hunk in _hunks(ours, theirs):
            if hunk.same:
                lines += [f"  {line}" for line in _shortened(hunk.left)]
            else:
                lines += [f"- {line}" for line in hunk.left]
                lines += [f"+ {line}" for line in hunk.right]
    return tuple(lines)
