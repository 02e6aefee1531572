"""The levels of the call, read from the request that posts the offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Offer,
)
from rtdoctor.sdp.description import read_description
from rtdoctor.secrets.names import Name, judge
from rtdoctor.subjects.address import Address, address_of
from rtdoctor.subjects.headers import ShownCredential, header, own_headers
from rtdoctor.subjects.reading import ReadPlace
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.story import SeenCall, SeenMint

USUAL_LABEL = "oai-events"


@dataclass(frozen=True, slots=True)
class CallLevels:
    """What the call request says of a setup. Headers are those beside the credential."""

    address: Address
    endpoint: CallEndpoint
    query: CallQuery
    encoding: CallEncoding
    beta: str | None
    others: tuple[tuple[str, str], ...]


def call_levels(call: SeenCall) -> CallLevels:
    """The request as levels. A credential in the query is left out: it is no one else's to send."""
    request = call.seen.request
    address = address_of(request.url)
    params = tuple((name, text) for name, text in address.params if not is_credential(name))
    return CallLevels(
        address=address,
        endpoint=CallEndpoint(address.path, request.method.upper()),
        query=CallQuery(params),
        encoding=_encoding(call),
        beta=header(request, "openai-beta"),
        others=own_headers(request),
    )


def is_credential(name: str) -> bool:
    """Whether a parameter of this name holds a credential."""
    return judge(name) in (Name.SECRET, Name.SECRET_IN_REQUESTS, Name.SECRET_IF_RANDOM)


def _encoding(call: SeenCall) -> CallEncoding:
    offer, content_type = call.offer, header(call.seen.request, "content-type")
    if offer.encoding is EncodingKind.MULTIPART:
        return CallEncoding(EncodingKind.MULTIPART, session=offer.session)
    # Only what passed byte for byte tells whether the last line end was sent.
    is_raw = call.seen.exact and offer.encoding is EncodingKind.RAW and offer.sdp is not None
    trim = is_raw and not (offer.sdp or "").endswith("\n")
    # without the header, what browsers send with a text (Fetch, "extract a body")
    return CallEncoding(offer.encoding, content_type or "text/plain;charset=UTF-8", trim=trim)


def call_places(levels: CallLevels, seen: Seen) -> Iterator[ReadPlace]:
    """Each place of the call with its value; not the credential's and the offer's."""
    where = seen.origin
    path, method = levels.endpoint.path, levels.endpoint.method
    yield ReadPlace("call.url.path", path if method == "POST" else f"{method} {path}", where)
    for name, text in levels.query.params:
        yield ReadPlace(f"call.query.{name}", text, where)
    encoding = levels.encoding
    if encoding.kind is EncodingKind.MULTIPART:
        yield ReadPlace("call.body", "multipart", where)
        if encoding.session is not None:
            yield ReadPlace("call.body/session", encoding.session, where)
    else:
        yield ReadPlace("call.header.content-type", encoding.content_type, where)
        cut = ", its last line end is missing" if encoding.trim else ""
        yield ReadPlace("call.body", f"{encoding.kind}{cut}", where)
    if levels.beta is not None:
        yield ReadPlace("call.header.openai-beta", levels.beta, where)
    for name, text in levels.others:
        yield ReadPlace(f"call.header.{name.lower()}", text, where)


def offer_level(sdp: str | None) -> Offer:
    """The offer as it was posted. An SDP does not say the label of its data channel."""
    if sdp is None:
        return Offer()
    media = read_description(sdp).media
    audio = any(section.kind == "audio" for section in media)
    channel = any(section.kind == "application" for section in media)
    return Offer(audio, USUAL_LABEL if channel else None, sdp)


def offer_places(offer: Offer, origin: str, *, labelled: bool = False) -> Iterator[ReadPlace]:
    """The sections of an offer in words."""
    if offer.sdp is None:
        why = f"{origin} does not show the offer; this is the usual one"
        yield ReadPlace("offer.audio", "an audio section", why, inferred=True)
        yield ReadPlace("offer.channel", f"a data channel, {USUAL_LABEL}", why, inferred=True)
        return
    yield ReadPlace("offer.audio", "an audio section" if offer.audio else "none", origin)
    if offer.channel is None:
        yield ReadPlace("offer.channel", "none", origin)
    else:
        yield ReadPlace("offer.channel", "a data channel", origin)
        why = origin if labelled else "an SDP holds no label; this is the usual one"
        yield ReadPlace("offer.channel.label", offer.channel, why, inferred=not labelled)


def auth_of(
    call: SeenCall, mint: SeenMint | None, *, credentials_kept: bool
) -> tuple[Auth, ReadPlace]:
    """What the call's Authorization carries, and how that is known."""
    origin = call.seen.origin
    shown = call.credential
    if shown is None:
        if credentials_kept:
            return Auth(AuthKind.NONE), ReadPlace("credential", "none is sent", origin)
        why = "the recording leaves credentials out; a token is what a page shows"
        return Auth(), ReadPlace("credential", "an ephemeral token", why, inferred=True)
    # A credential that stands in an answer is a token of that answer, whatever it looks like.
    if mint is not None and mint.matched:
        return _token_auth(call, shown, mint)
    kind = kind_of(shown.text)
    if kind is AuthKind.LITERAL and mint is not None and mint.is_refused:
        auth = Auth(header=shown.header, scheme=shown.scheme)
        why = f"{mint.seen.origin} was refused; “{shown.text}” is what came of that"
        return auth, ReadPlace("credential", "an ephemeral token", why, inferred=True)
    if kind is AuthKind.LITERAL:
        auth = Auth(AuthKind.LITERAL, shown.text, shown.header, shown.scheme)
        said = f"{shown.header}: {shown.scheme} {shown.text}".strip()
        return auth, ReadPlace("credential", said, origin)
    words = {AuthKind.EPHEMERAL: "an ephemeral token", AuthKind.API_KEY: "an API key"}
    if kind is not None:
        if kind is AuthKind.EPHEMERAL and call.earlier is not None:
            return _used(shown, call.earlier)
        auth = Auth(kind, header=shown.header, scheme=shown.scheme)
        return auth, ReadPlace("credential", words[kind], origin)
    # Nobody mints a token to call with a key.
    kind = AuthKind.EPHEMERAL if mint is not None else AuthKind.API_KEY
    auth = Auth(kind, header=shown.header, scheme=shown.scheme)
    why = f"{origin} shows a credential of an unknown kind"
    return auth, ReadPlace("credential", words[kind], why, inferred=True)


def _token_auth(call: SeenCall, shown: ShownCredential, mint: SeenMint) -> tuple[Auth, ReadPlace]:
    """The token of an answer: fresh, used before, or past its expiry."""
    if call.earlier is not None:
        return _used(shown, call.earlier)
    token = mint.token
    expires_at = token.expires_at if token is not None else None
    if expires_at is not None and call.seen.at is not None and call.seen.at > expires_at:
        auth = Auth(AuthKind.EXPIRED, header=shown.header, scheme=shown.scheme)
        late = f"{call.seen.at - expires_at:.0f} s after its expires_at"
        return auth, ReadPlace("credential", f"a token, {late}", call.seen.origin)
    # the place of GA is where a token is looked for first, so it needs no word of its own
    place = token.place if token is not None else ""
    read_at = place if place == "client_secret.value" else None
    auth = Auth(header=shown.header, scheme=shown.scheme, read_at=read_at)
    said = f"the token at {place} of the answer" if place else "the token of the answer"
    return auth, ReadPlace("credential", said, f"{mint.seen.origin}, {call.seen.origin}")


def _used(shown: ShownCredential, earlier: str) -> tuple[Auth, ReadPlace]:
    auth = Auth(AuthKind.USED, header=shown.header, scheme=shown.scheme)
    return auth, ReadPlace("credential", "a token that was shown before", earlier)
