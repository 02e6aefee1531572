"""A repair as parts that can be applied to a page's own traffic, one by one. Pure.

The page's Authorization headers are kept: a call that works with another credential would prove
nothing about the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

from rtdoctor.browser.page_run import OwnExchange
from rtdoctor.browser.watching import Completion
from rtdoctor.check.page_events import also_by_type
from rtdoctor.check.page_reading import alike
from rtdoctor.domain.exchange import Headers, HttpRequest, HttpResponse
from rtdoctor.domain.setup import AuthKind, EncodingKind, Factor, Offer, Setup
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.migration import dialect_at
from rtdoctor.migration.json_text import parse_object
from rtdoctor.subjects.form import BOUNDARY, form_body
from rtdoctor.subjects.posted_offer import PostedOffer, posted_offer
from rtdoctor.subjects.tokens import tokens_in


class PagePart(StrEnum):
    """What is changed in a page's traffic, in the order in which it happens."""

    MINT = "the token request"
    TOKEN = "where the token is read"
    EACH = "a token for each call"
    OFFER = "the offer"
    CALL = "the call"
    EVENTS = "the events that the page sends"


class TokenShape(StrEnum):
    """How the answer to the mint is made readable for the page."""

    OBJECT = "client_secret.value"
    STRING = "client_secret"
    TEXT = "the answer itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRepair:
    """The setup that works, beside the one that the page has, and what no setup holds.

    ``events`` are the texts to send in place of the page's own events, by their own text.
    ``route`` is the exchange with the page's own backend that was to bring the token; with
    ``backend_is_seen`` the backend's own requests pass the front, where they are changed.
    """

    page: Setup
    works: Setup
    shape: TokenShape = TokenShape.OBJECT
    reads_elsewhere: bool = False
    events: Mapping[str, str] = field(default_factory=dict)
    route: OwnExchange | None = None
    backend_is_seen: bool = False

    @property
    def parts(self) -> tuple[PagePart, ...]:
        """The parts in which the page has to change."""
        differs = set(self.page.differs_from(self.works))
        header, works = self.page.beta_header.value, self.works.beta_header.value
        mint_header = (header.mint, header.mint_others) != (works.mint, works.mint_others)
        call_header = (header.call, header.call_others) != (works.call, works.call_others)
        found = {
            PagePart.MINT: differs & {Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY} or mint_header,
            PagePart.TOKEN: self.reads_elsewhere,
            PagePart.EACH: self.page.auth.value.kind is AuthKind.USED
            and self.works.auth.value.kind is AuthKind.EPHEMERAL,
            PagePart.OFFER: _sections(self.page) != _sections(self.works),
            PagePart.CALL: differs & {Factor.CALL_ENDPOINT, Factor.CALL_QUERY, Factor.CALL_ENCODING}
            or call_header,
            PagePart.EVENTS: self.events,
        }
        return tuple(part for part, is_needed in found.items() if is_needed)

    @property
    def can_be_applied(self) -> bool:
        """Whether the page's own credential can stay: the works setup calls with a token too, or
        with a key where the page's own backend does."""
        kind = self.works.auth.value.kind
        return kind is AuthKind.EPHEMERAL or kind is self.page.auth.value.kind

    def changes_alike(self, other: PageRepair) -> bool:
        """Whether each part that both have changes the same, so that their runs can be compared."""
        return alike(self.works, other.works) and self.shape is other.shape

    def rewriting(self, parts: Iterable[PagePart]) -> Rewriting:
        """The hooks that change these parts on the way."""
        chosen = frozenset(parts)

        def request(sent: HttpRequest) -> HttpRequest | HttpResponse:
            return self._request(sent, chosen)

        def response(sent: HttpRequest, answer: HttpResponse) -> HttpResponse:
            is_reshaped = chosen & {PagePart.MINT, PagePart.TOKEN} and is_mint(sent)
            return reshaped(answer, self.shape) if is_reshaped and answer.status < 300 else answer

        return Rewriting(request, response)

    def completion(self, parts: Iterable[PagePart]) -> Completion:
        """What is changed inside the page."""
        chosen = frozenset(parts)
        offer = self.works.offer.value
        return Completion(
            events=also_by_type(self.events) if PagePart.EVENTS in chosen else {},
            audio=PagePart.OFFER in chosen and offer.audio,
            channel=offer.channel if PagePart.OFFER in chosen else None,
        )

    def _request(self, sent: HttpRequest, chosen: frozenset[PagePart]) -> HttpRequest:
        path = urlsplit(sent.url).path
        if sent.method == "OPTIONS":  # the preflight goes where its request will go
            if PagePart.MINT in chosen and dialect_at(path) is not None:
                return replace(sent, url=self._mint_url(sent))
            if PagePart.CALL in chosen and path == self.page.call_endpoint.value.path:
                return replace(sent, url=self._call_url(sent))
            return sent
        offer = posted_offer(sent)
        if offer is not None:
            is_changed = PagePart.CALL in chosen and offer.sdp is not None
            return self._called(sent, offer) if is_changed else sent
        return self._minted(sent) if PagePart.MINT in chosen and is_mint(sent) else sent

    def _mint_url(self, sent: HttpRequest) -> str:
        return _origin(sent.url) + (self.works.token_endpoint.value.path or "")

    def _call_url(self, sent: HttpRequest) -> str:
        query = urlencode(self.works.call_query.value.params)
        url = _origin(sent.url) + self.works.call_endpoint.value.path
        return f"{url}?{query}" if query else url

    def _minted(self, sent: HttpRequest) -> HttpRequest:
        header, body = self.works.beta_header.value, self.works.token_body.value
        changed = {
            "Content-Type": body.content_type if body.text is not None else None,
            "Content-Length": None,
            "OpenAI-Beta": header.mint,
            **_dropped(self.page.beta_header.value.mint_others, header.mint_others),
        }
        return HttpRequest(
            self.works.token_endpoint.value.method,
            self._mint_url(sent),
            with_headers(sent.headers, changed),
            body.text,
        )

    def _called(self, sent: HttpRequest, offer: PostedOffer) -> HttpRequest:
        header, encoding = self.works.beta_header.value, self.works.call_encoding.value
        # A multipart field may have lost the last line end on its way, and a peer needs it.
        sdp = (offer.sdp or "").rstrip("\r\n") + ("" if encoding.trim else "\r\n")
        content_type, body = encoding.content_type, sdp
        if encoding.kind is EncodingKind.MULTIPART:
            content_type = f"multipart/form-data; boundary={BOUNDARY}"
            session = encoding.session
            fields = [("sdp", "application/sdp", sdp)]
            fields += [("session", "application/json", session)] if session is not None else []
            body = form_body(fields)
        elif encoding.kind is EncodingKind.JSON:
            body = json.dumps({"type": "offer", "sdp": sdp})
        changed = {
            "Content-Type": content_type,
            "Content-Length": None,
            "OpenAI-Beta": header.call,
            **_dropped(self.page.beta_header.value.call_others, header.call_others),
        }
        method = self.works.call_endpoint.value.method
        return HttpRequest(method, self._call_url(sent), with_headers(sent.headers, changed), body)


def _sections(setup: Setup) -> tuple[bool, str | None]:
    """What can be changed of a page's own offer, whoever writes its SDP."""
    offer: Offer = setup.offer.value
    return offer.audio, offer.channel


def is_mint(sent: HttpRequest) -> bool:
    """Whether a request to the service asks for a token."""
    is_call = posted_offer(sent) is not None
    return sent.method == "POST" and not is_call and dialect_at(urlsplit(sent.url).path) is not None


def reshaped(answer: HttpResponse, shape: TokenShape) -> HttpResponse:
    """The answer with its token also where pages of the other dialect read it."""
    data, tokens = parse_object(answer.body), tokens_in(answer.body)
    if data is None or not tokens:
        return answer
    token = tokens[0]
    if shape is TokenShape.TEXT:
        return replace(answer, body=token.value)
    secret: Any = token.value
    if shape is TokenShape.OBJECT:
        secret = {"value": token.value, "expires_at": token.expires_at or 0}
    return replace(answer, body=json.dumps({**data, "value": token.value, "client_secret": secret}))


def with_headers(headers: Headers, changed: Mapping[str, str | None]) -> Headers:
    """The headers with these names set, or left out where the value is ``None``."""
    names = {name.lower() for name in changed}
    kept = tuple((name, value) for name, value in headers if name.lower() not in names)
    return kept + tuple((name, value) for name, value in changed.items() if value is not None)


def _dropped(page: Headers, works: Headers) -> dict[str, str | None]:
    """The page's other headers that the working setup does not have, and those that it has."""
    return {**{name: None for name, _ in page}, **dict(works)}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
