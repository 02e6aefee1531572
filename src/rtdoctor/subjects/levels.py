"""The levels of a reading: the listed one where a value is on the list, else a literal one."""

from __future__ import annotations

from typing import Any

from rtdoctor.domain.setup import (
    Auth,
    BetaHeader,
    CallEncoding,
    CallQuery,
    Factor,
    Level,
    Offer,
    TokenBody,
)
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.setup_file import named


def level_of(catalogue: Catalogue, factor: Factor, value: Any) -> Level[Any]:
    """The level of a value that was read."""
    return named(catalogue, factor, value, _name(value))


def _name(value: Any) -> str:
    match value:
        case Auth():
            return f"{value.scheme} {value.text or value.kind}".strip()
        case BetaHeader():
            others = "".join(f", {name}" for name, _ in (*value.mint_others, *value.call_others))
            return f"mint {value.mint}, call {value.call}{others}"
        case CallQuery():
            return "&".join(f"{name}={text}" for name, text in value.params) or "none"
        case CallEncoding():
            return f"{value.kind} as {value.content_type}"
        case Offer():
            as_posted = ", as it was posted" if value.sdp is not None else ""
            return f"{'audio' if value.audio else 'no audio'}, channel {value.channel}{as_posted}"
        case TokenBody():
            return "none" if value.text is None else value.text
        case _ if value.path is None:
            return "none"
        case _:
            return str(value.path) if value.method == "POST" else f"{value.method} {value.path}"
