"""A setup: one level for each of the eight factors of a client's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from rtdoctor.domain.exchange import Headers
from rtdoctor.domain.outcome import Stage


class Factor(StrEnum):
    """The axes of a setup, in the order in which a client decides them."""

    TOKEN_ENDPOINT = "token_endpoint"
    TOKEN_BODY = "token_body"
    AUTH = "auth"
    BETA_HEADER = "beta_header"
    CALL_ENDPOINT = "call_endpoint"
    CALL_QUERY = "call_query"
    CALL_ENCODING = "call_encoding"
    OFFER = "offer"

    @property
    def first_sent(self) -> Stage:
        """The earliest stage whose result can depend on this factor.

        The credential of the call counts from the mint: it decides whether there is one.
        """
        return _FIRST_SENT.get(self, Stage.EXCHANGE)


_ALL = tuple(Factor)
_FIRST_SENT = {
    Factor.TOKEN_ENDPOINT: Stage.MINT,
    Factor.TOKEN_BODY: Stage.MINT,
    Factor.AUTH: Stage.MINT,
    Factor.BETA_HEADER: Stage.MINT,
    Factor.OFFER: Stage.OFFER,
}


class AuthKind(StrEnum):
    """What the Authorization header of the call carries."""

    EPHEMERAL = "ephemeral"  # a token minted for this probe
    USED = "used"  # a token that has opened a call before
    EXPIRED = "expired"  # a token older than its expires_at
    API_KEY = "api_key"
    NONE = "none"  # no header at all
    LITERAL = "literal"  # a fixed text, e.g. "undefined"

    @property
    def needs_token(self) -> bool:
        """Whether the probe must mint: other kinds never show a token to the service."""
        return self in (AuthKind.EPHEMERAL, AuthKind.USED, AuthKind.EXPIRED)


class EncodingKind(StrEnum):
    """How the SDP offer travels in the body of the call."""

    RAW = "raw"
    MULTIPART = "multipart"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where the token is minted: a path below the target's base URL, or an absolute URL."""

    path: str | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class TokenBody:
    """The exact body text of the mint request; ``None`` sends no body."""

    text: str | None = None
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Auth:
    """The credential of the call, and its way there from the answer to the mint.

    ``text`` is the literal credential for ``LITERAL``. ``read_at`` is where the client reads the
    token in the answer, a path such as ``client_secret.value``; ``None`` wherever it is.
    """

    kind: AuthKind = AuthKind.EPHEMERAL
    text: str = ""
    header: str = "Authorization"
    scheme: str = "Bearer"
    read_at: str | None = None


@dataclass(frozen=True, slots=True)
class BetaHeader:
    """The headers that a client adds: ``OpenAI-Beta`` on the mint and on the call (``None`` sends
    none), and any ``others``.

    An ``Authorization`` among the others of the mint is sent in place of the key's.
    """

    mint: str | None = None
    call: str | None = None
    mint_others: Headers = ()
    call_others: Headers = ()


@dataclass(frozen=True, slots=True)
class CallEndpoint:
    """Where the SDP offer is posted: a path below the base URL, or an absolute URL."""

    path: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class CallQuery:
    """The query parameters of the call, in order."""

    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CallEncoding:
    """How the offer is packed. ``session`` is the JSON text of the multipart session part."""

    kind: EncodingKind = EncodingKind.RAW
    content_type: str = "application/sdp"
    session: str | None = None
    trim: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What the SDP offer contains: an audio section, and a data channel of this label.

    ``sdp`` is an offer that another engine made, such as a browser. It is sent with the ICE
    credentials, the fingerprint and the candidates of our own peer.
    """

    audio: bool = True
    channel: str | None = "oai-events"
    sdp: str | None = None


V = TypeVar("V")


class _KeepsHash:
    """A place for the hash of a frozen value: a diagnosis looks up the same few setups again and
    again, and each has eight levels with values of their own.

    It is no field of the dataclass, so it is neither compared nor written anywhere.
    """

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True)
class Level(_KeepsHash, Generic[V]):
    """One named value of a factor. Two levels are the same when their values are."""

    name: str
    value: V

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Level) and self.value == other.value)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash(self.value))
            return self._hash


NO_ENDPOINT = Level("none", TokenEndpoint(None))
NO_BODY = Level("none", TokenBody(None))


@dataclass(frozen=True, slots=True)
class Setup(_KeepsHash):
    """A full client configuration. Field names are the factors; two setups are equal when the
    values of all levels are, whatever the levels are called.

    >>> from rtdoctor import setup_from_yaml
    >>> beta = setup_from_yaml("call_endpoint: {path: /v1/realtime}")
    >>> [factor.value for factor in beta.differs_from(setup_from_yaml("{}"))]
    ['call_endpoint']
    """

    token_endpoint: Level[TokenEndpoint]
    token_body: Level[TokenBody]
    auth: Level[Auth]
    beta_header: Level[BetaHeader]
    call_endpoint: Level[CallEndpoint]
    call_query: Level[CallQuery]
    call_encoding: Level[CallEncoding]
    offer: Level[Offer]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash(tuple(getattr(self, f) for f in _ALL)))
            return self._hash

    def __getitem__(self, factor: Factor) -> Level[Any]:
        level: Level[Any] = getattr(self, factor)  # a factor is its field's name
        return level

    def __iter__(self) -> Iterator[tuple[Factor, Level[Any]]]:
        return ((factor, getattr(self, factor)) for factor in _ALL)

    def with_level(self, factor: Factor, level: Level[Any]) -> Setup:
        """The same setup with one factor at another level."""
        changes: dict[str, Any] = {factor.value: level}
        return replace(self, **changes)

    def take(self, other: Setup, factors: Iterator[Factor] | frozenset[Factor]) -> Setup:
        """The same setup with these factors at the levels they have in ``other``."""
        changes: dict[str, Any] = {f.value: other[f] for f in factors}
        return replace(self, **changes)

    def differs_from(self, other: Setup) -> tuple[Factor, ...]:
        """The factors whose levels differ, in factor order."""
        return tuple(f for f in _ALL if getattr(self, f) != getattr(other, f))

    @property
    def names(self) -> dict[str, str]:
        """Factor name to level name."""
        return {f.value: level.name for f, level in self}

    def as_sent(self) -> Setup:
        """What the service can see of this setup.

        Without a token in the call's Authorization header the mint is not run, so
        endpoint, body and beta header of the mint cannot matter, nor where a token is read.
        """
        auth = self.auth
        if auth.value.kind.needs_token:
            return self
        if auth.value.read_at is not None:
            auth = Level(auth.value.kind.value, replace(auth.value, read_at=None))
        header = self.beta_header
        if header.value.mint is not None or header.value.mint_others:
            at_call = replace(header.value, mint=None, mint_others=())
            name = "on_call" if at_call.call is not None or at_call.call_others else "none"
            header = Level(name, at_call)
        return replace(
            self, token_endpoint=NO_ENDPOINT, token_body=NO_BODY, auth=auth, beta_header=header
        )

    def mint_prefix(self) -> tuple[object, ...] | None:
        """The part of the setup the mint depends on; equal prefixes mint alike.

        ``None`` when this setup mints nothing.
        """
        if not self.auth.value.kind.needs_token:
            return None
        auth, header = self.auth.value, self.beta_header.value
        headers = (header.mint, header.mint_others)
        # reading the token is part of the mint: where it throws, there is no call
        way = (auth.kind is AuthKind.EXPIRED, auth.read_at)
        return (self.token_endpoint, self.token_body, *headers, *way)
