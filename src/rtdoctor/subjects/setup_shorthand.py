"""Factors of a setup file as people write them: copied from a URL, a header or a body."""

from __future__ import annotations

from urllib.parse import parse_qsl

from rtdoctor.domain.setup import AuthKind, Factor
from rtdoctor.errors import ConfigError
from rtdoctor.subjects.setup_literals import (
    AuthLiteral,
    BodyLiteral,
    EndpointLiteral,
    QueryLiteral,
)
from rtdoctor.subjects.shown_credential import kind_of

Spelled = EndpointLiteral | BodyLiteral | AuthLiteral | QueryLiteral
_ENDPOINTS = (Factor.TOKEN_ENDPOINT, Factor.CALL_ENDPOINT)


def spelled_out(factor: Factor, text: str) -> str | Spelled:
    """The value that a text spells out, or else the name of a level.

    An endpoint is written as a path or a URL, a query as in a URL, a body as JSON, ``auth`` as the
    header. Raises ``ConfigError``, without the text, for a credential of an unknown kind.
    """
    # a path cannot be mistaken for the name of a level, which has no slash
    if factor in _ENDPOINTS and (text.startswith("/") or "://" in text):
        return EndpointLiteral(path=text)
    if factor is Factor.CALL_QUERY and "=" in text:
        return QueryLiteral(params=dict(parse_qsl(text.lstrip("?"), keep_blank_values=True)))
    if factor is Factor.TOKEN_BODY and text.lstrip().startswith(("{", "[")):
        return BodyLiteral(text=text)
    if factor is Factor.AUTH:
        return _credential(text.strip())
    return text


def _credential(text: str) -> str | AuthLiteral:
    """A key or a token says of what kind the credential is; it is not kept itself."""
    scheme, _, credential = text.rpartition(" ")
    kind = kind_of(credential) if scheme or credential.startswith(("sk-", "ek_")) else None
    if scheme and kind is AuthKind.LITERAL:
        return AuthLiteral(text=credential, scheme=scheme)
    if kind in (AuthKind.EPHEMERAL, AuthKind.API_KEY) and scheme.lower() in ("", "bearer"):
        return str(kind)
    if scheme:
        raise ConfigError(
            "auth",
            "it is not known what kind of credential this text is",
            hint="Write auth: ephemeral, or auth: api_key and give the key in the environment.",
        )
    return text
