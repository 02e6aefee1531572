"""A level as what it puts on the wire: ``?model=gpt-4o-transcribe``, not ``model_transcribe``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from rtdoctor.domain.finding import Blamed, Change
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallQuery,
    Factor,
    Level,
    Setup,
)
from rtdoctor.report.words import factor_name

_FACTORS = {factor.value: factor for factor in Factor}
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


def changes(moved: Sequence[Change], old: Setup, new: Setup) -> str:
    """``query of the call: ?model=gpt-4o-transcribe → ?intent=transcription``."""
    return "; ".join(_change(change, old, new) for change in moved)


def _change(change: Change, old: Setup, new: Setup) -> str:
    before, after = change.old, change.new
    factor = _FACTORS.get(change.factor)
    if factor is not None:
        texts = level_text(factor, old[factor]), level_text(factor, new[factor])
        # two bodies may have one name; a name that does not belong here is shown as it is
        if (old[factor].name, new[factor].name) == (before, after):
            before, after = texts
    return f"{factor_name(change.factor)}: {before} → {after}"


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


def query_text(query: CallQuery) -> str:
    """``?model=…`` as it stands in the URL; empty without parameters."""
    text = urlencode(query.params, safe="/:[]{}<>")
    return f"?{text}" if text else ""
