"""Levels and factors in words: what they put on the wire, ``?model=gpt-4o-transcribe``, not the
level's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

from rtdoctor.domain.finding import Blamed, Change
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEndpoint,
    CallQuery,
    Factor,
    Level,
    Setup,
    TokenEndpoint,
)
from rtdoctor.wording.places import moved

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
_FACTORS = {factor.value: factor for factor in Factor}
_NAMES = {factor.value: name for factor, name in FACTOR_NAMES.items()}
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
            return _endpoint_text(level.value) or "no token"
        case Factor.TOKEN_BODY:
            return level.name if level.value.text is not None else "no body"
        case Factor.AUTH:
            return _auth_text(level.value)
        case Factor.BETA_HEADER:
            return _beta_text(level.value)
        case Factor.CALL_ENDPOINT:
            return _endpoint_text(level.value)
        case Factor.CALL_QUERY:
            return query_text(level.value) or "no query"
        case Factor.OFFER if level.value.sdp is not None:
            return "an SDP offer of another engine"
        case _:
            return level.name


def _endpoint_text(endpoint: TokenEndpoint | CallEndpoint) -> str:
    path = endpoint.path or ""
    return f"{endpoint.method} {path}" if path and endpoint.method != "POST" else path


def _auth_text(auth: Auth) -> str:
    said = _NAMED.get(auth.kind) or f"“{auth.text}”"
    if auth.read_at is not None and auth.kind.needs_token:
        said += f" read at {auth.read_at}"
    if auth.kind is AuthKind.NONE or (auth.header, auth.scheme) == ("Authorization", "Bearer"):
        return said
    return f"{said} as {auth.header}: {auth.scheme}".rstrip(": ")


def _beta_text(header: BetaHeader) -> str:
    others = _other_headers(header)
    match (header.mint, header.call):
        case (None, None):
            beta = "" if others else "no OpenAI-Beta"
        case (mint, None):
            beta = f"OpenAI-Beta: {mint} on the mint"
        case (None, call):
            beta = f"OpenAI-Beta: {call} on the call"
        case (mint, call) if mint == call:
            beta = f"OpenAI-Beta: {call}"
        case (mint, call):
            beta = f"OpenAI-Beta: {mint} on the mint, {call} on the call"
    return " and ".join(filter(None, [beta, others]))


def _other_headers(header: BetaHeader) -> str:
    """The names alone of the headers without a level of their own: a value may be a key."""
    requests = (("mint", header.mint_others), ("call", header.call_others))
    held = [(", ".join(name for name, _ in pairs), where) for where, pairs in requests if pairs]
    return " and ".join(f"{names} on the {where}" for names, where in held)


def query_text(query: CallQuery) -> str:
    """``?model=…`` as it stands in the URL; empty without parameters."""
    text = "&".join(f"{_shown(name)}={_shown(value)}" for name, value in query.params)
    return f"?{text}" if text else ""


def _shown(text: str) -> str:
    """Encoded as in a URL; an alias such as ``<credential 1>`` stays what it is."""
    # An alias stands for a secret and is never sent, so encoding it would only hide it.
    return text if _ALIAS.fullmatch(text) else quote_plus(text, safe="/:[]{}<>")


def factor_name(factor: str) -> str:
    """The factor's name in a sentence; an unknown factor is its own name."""
    return _NAMES.get(factor, factor)


def factor_names(factors: tuple[str, ...]) -> str:
    """``token endpoint and token request body``."""
    return " and ".join(map(factor_name, factors))


def changes(moved: Sequence[Change], old: Setup, new: Setup) -> str:
    """``query of the call: ?model=gpt-4o-transcribe → ?intent=transcription``."""
    return "; ".join(_change(change, old, new) for change in moved)


def _change(change: Change, old: Setup, new: Setup) -> str:
    places = places_moved(change, old, new)
    if places is not None:
        return f"{factor_name(change.factor)}: {places}"
    before, after = sides(change, old, new)
    return f"{factor_name(change.factor)}: {before} → {after}"


def places_moved(change: Change, old: Setup, new: Setup) -> str | None:
    """The few places inside a body that a change moves; ``None`` where it moves a whole level."""
    factor = _FACTORS.get(change.factor)
    return None if factor is None else moved(factor, old[factor], new[factor])


def sides(change: Change, old: Setup, new: Setup) -> tuple[str, str]:
    """What a change takes away and what it puts there."""
    factor = _FACTORS.get(change.factor)
    # two bodies may have one name; a name that does not belong here is shown as it is
    if factor is not None and (old[factor].name, new[factor].name) == (change.old, change.new):
        return level_text(factor, old[factor]), level_text(factor, new[factor])
    return change.old, change.new


def values(factor: str, one: Setup, other: Setup) -> tuple[str, str] | None:
    """What two setups put on the wire at a factor; ``None`` for a place that is none of the
    eight."""
    known = _FACTORS.get(factor)
    if known is None:
        return None
    return level_text(known, one[known]), level_text(known, other[known])


def blamed_text(blamed: Blamed, run: Run, probes: Sequence[str]) -> str:
    """A level of a finding as one of these probes sent it; its name when none of them did."""
    factor = _FACTORS.get(blamed.factor)
    wanted = set(probes)
    for observation in run.observations:
        if factor is not None and observation.probe in wanted:
            level = observation.setup[factor]
            if level.name == blamed.level:
                return level_text(factor, level)
    return blamed.level
