"""The two requests of a setup, ready to be written down in any language.

They come from the setup and not from what a probe sent: where the mint is refused, no call was
ever sent, and it has to change all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.setup import Auth, AuthKind, EncodingKind, Offer, Setup
from rtdoctor.migration.dialect import dialect_at
from rtdoctor.migration.json_text import parse_object
from rtdoctor.report.repro import API_KEY, TOKEN, Header
from rtdoctor.secrets.names import Name, judge

_NEVER_SHOWN = frozenset({"cookie", "proxy-authorization"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RequestRole(StrEnum):
    MINT = "mint"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request as an application would write it.

    ``text`` is the body of a mint, or the session beside the offer; ``json`` is the same as an
    object, where it is one. ``encoding`` is how a call packs the offer, ``None`` for a mint.
    ``token_at`` is where the token is read in the answer to a mint.
    """

    role: RequestRole
    method: str
    url: str
    headers: tuple[Header, ...]
    text: str | None
    encoding: EncodingKind | None = None
    trims_offer: bool = False
    offer: Offer = field(default_factory=Offer)
    token_at: tuple[str, ...] = ()

    @property
    def json(self) -> dict[str, Any] | None:
        return None if self.text is None else parse_object(self.text)

    @property
    def shows_key(self) -> bool:
        """Whether it carries the API key, so that it belongs on a server."""
        return any(header.variable == API_KEY for header in self.headers)

    @property
    def offer_needs(self) -> str:
        """What the SDP offer holds, in words."""
        parts = ["an audio section"] if self.offer.audio else []
        if self.offer.channel is not None:
            parts.append(f"the data channel {_CONTROL.sub('', self.offer.channel)!r}")
        return " and ".join(parts) or "neither audio nor a data channel"


def mint_of(setup: Setup, target: TargetInfo) -> PlannedRequest | None:
    """The token request; ``None`` for a setup that asks for no token."""
    endpoint, auth = setup.token_endpoint.value, setup.auth.value
    if endpoint.path is None or not auth.kind.needs_token:
        return None
    body, header = setup.token_body.value, setup.beta_header.value
    others = tuple(_others(header.mint_others))
    headers = [*others]
    if not any(other.name.lower() == "authorization" for other in others):
        headers.insert(0, Header("Authorization", "Bearer ", API_KEY))
    if body.text is not None:
        headers.append(Header("Content-Type", body.content_type))
    if header.mint is not None:
        headers.append(Header("OpenAI-Beta", header.mint))
    return PlannedRequest(
        RequestRole.MINT,
        endpoint.method,
        target.url(endpoint.path),
        tuple(headers),
        body.text,
        token_at=_token_at(endpoint.path, auth),
    )


def call_of(setup: Setup, target: TargetInfo) -> PlannedRequest:
    """The request that posts the offer."""
    encoding, header = setup.call_encoding.value, setup.beta_header.value
    headers = [*_credential(setup.auth.value)]
    if header.call is not None:
        headers.append(Header("OpenAI-Beta", header.call))
    headers += _others(header.call_others)
    if encoding.kind is not EncodingKind.MULTIPART:
        headers.append(Header("Content-Type", encoding.content_type))
    is_multipart = encoding.kind is EncodingKind.MULTIPART
    return PlannedRequest(
        RequestRole.CALL,
        setup.call_endpoint.value.method,
        _call_url(setup, target),
        tuple(headers),
        encoding.session if is_multipart else None,
        encoding=encoding.kind,
        trims_offer=encoding.trim,
        offer=setup.offer.value,
    )


def _call_url(setup: Setup, target: TargetInfo) -> str:
    url = target.url(setup.call_endpoint.value.path)
    query = urlencode(setup.call_query.value.params)
    return url + ("&" if "?" in url else "?") * bool(query) + query


def _credential(auth: Auth) -> Iterator[Header]:
    space = " " if auth.scheme else ""
    if auth.kind is AuthKind.LITERAL:
        yield Header(auth.header, f"{auth.scheme}{space}{auth.text}")
    elif auth.kind is not AuthKind.NONE:
        variable = TOKEN if auth.kind.needs_token else API_KEY
        yield Header(auth.header, f"{auth.scheme}{space}", variable)


def _others(headers: tuple[tuple[str, str], ...]) -> Iterator[Header]:
    for name, value in headers:
        if name.lower() in _NEVER_SHOWN:
            continue
        if judge(name) in (Name.AUTHORIZATION, Name.SECRET):
            scheme, space, _ = value.rpartition(" ")
            yield Header(name, scheme + space, API_KEY)
        else:
            yield Header(name, value)


def _token_at(path: str, auth: Auth) -> tuple[str, ...]:
    """Where the client reads the token, or where such an endpoint's answer has it
    (TOK-GA-SHAPE)."""
    if auth.read_at is not None:
        return tuple(auth.read_at.split("."))
    dialect = dialect_at(path)
    return ("client_secret", "value") if dialect is not None and dialect.is_flat else ("value",)
