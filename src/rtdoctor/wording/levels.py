"""A level as what it puts on the wire: ``?model=gpt-4o-transcribe``, not ``model_transcribe``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus

from rtdoctor.domain.setup import Auth, AuthKind, BetaHeader, CallQuery, Factor, Level

FACTOR_NAMES = {
    Factor.TOKEN_ENDPOINT: "token endpoint",
    Factor.TOKEN_BODY: "token request body",
    Factor.AUTH: "credential of the call",
    Factor.BETA_HEADER: "beta header",
    Factor.CALL_ENDPOINT: "call endpoint",
    Factor.CALL_QUERY: "query of the call",
    Factor.CALL_ENCODING: "encoding of the call",
    Factor.OFFER: "offer",
}
_ALIAS = re.compile(r"<[a-z][a-zA-Z -]*\d*>")
_NAMED = {
    AuthKind.EPHEMERAL: "ephemeral token",
    AuthKind.USED: "used token",
    AuthKind.EXPIRED: "expired token",
    AuthKind.API_KEY: "API key",
    AuthKind.NONE: "no credential",
}


def level_text(factor: Factor, level: Level[Any]) -> str:
    """A level as what it puts on the wire; by its name where that would be long."""
    match factor:
        case Factor.TOKEN_ENDPOINT:
            return level.value.path or "no token"
        case Factor.TOKEN_BODY:
            return level.name if level.value.text is not None else "no body"
        case Factor.AUTH:
            return _auth_text(level.value)
        case Factor.BETA_HEADER:
            return _beta_text(level.value)
        case Factor.CALL_ENDPOINT:
            return str(level.value.path)
        case Factor.CALL_QUERY:
            return query_text(level.value) or "no query"
        case _:
            return level.name


def _auth_text(auth: Auth) -> str:
    said = _NAMED.get(auth.kind) or f"“{auth.text}”"
    if auth.kind is AuthKind.NONE or (auth.header, auth.scheme) == ("Authorization", "Bearer"):
        return said
    return f"{said} as {auth.header}: {auth.scheme}".rstrip(": ")


def _beta_text(header: BetaHeader) -> str:
    match (header.mint, header.call):
        case (None, None):
            return "no OpenAI-Beta"
        case (mint, None):
            return f"OpenAI-Beta: {mint} on the mint"
        case (None, call):
            return f"OpenAI-Beta: {call} on the call"
        case (mint, call) if mint == call:
            return f"OpenAI-Beta: {call}"
        case (mint, call):
            return f"OpenAI-Beta: {mint} on the mint, {call} on the call"


def query_text(query: CallQuery) -> str:
    """``?model=…`` as it stands in the URL; empty without parameters."""
    text = "&".join(f"{_shown(name)}={_shown(value)}" for name, value in query.params)
    return f"?{text}" if text else ""


def _shown(text: str) -> str:
    """Encoded as in a URL; an alias such as ``<credential 1>`` stays what it is."""
    return text if _ALIAS.fullmatch(text) else quote_plus(text, safe="/:[]{}<>")
