"""Values of factors that a setup file spells out, instead of naming a level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from rtdoctor.migration.json_text import compact_json


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLiteral:
    """A path or URL, and the method where it is not POST."""

    path: str
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLiteral:
    """``json`` (any data) or ``text``, sent to the byte as given. A mapping with none of these
    names is the JSON itself."""

    WHOLE: ClassVar[str] = "json"
    json: Any = None
    text: str | None = None
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthLiteral:
    """A kind, or a literal ``text``; header, scheme and where the client reads the token in the
    answer to the mint, when they are unusual."""

    kind: Literal["ephemeral", "used", "expired", "api_key", "none", "literal"] = "literal"
    text: str = ""
    header: str = "Authorization"
    scheme: str = "Bearer"
    read_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaLiteral:
    """``OpenAI-Beta`` on the mint and on the call, and any other headers, name to value."""

    mint: str | None = None
    call: str | None = None
    mint_others: dict[str, str] = field(default_factory=dict)
    call_others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLiteral:
    """The parameters, name to value; a mapping without ``params`` is the parameters themselves."""

    WHOLE: ClassVar[str] = "params"
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingLiteral:
    kind: Literal["raw", "multipart", "json"] = "raw"
    content_type: str = "application/sdp"
    session: Any = None
    trim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLiteral:
    """``sdp`` is an offer as a browser made it."""

    audio: bool = True
    channel: str | None = "oai-events"
    sdp: str | None = None


def literal_name(given: Any) -> str:
    """What reports print for a literal that is on no list."""
    match given:
        case EndpointLiteral():
            return given.path if given.method == "POST" else f"{given.method} {given.path}"
        case BodyLiteral():
            text = given.text if given.json is None else compact_json(given.json)
            return "none" if text is None else text
        case AuthLiteral():
            return f"{given.scheme} {given.text or given.kind}".strip()
        case BetaLiteral():
            others = [*given.mint_others, *given.call_others]
            return f"mint {given.mint}, call {given.call}" + "".join(f", {n}" for n in others)
        case QueryLiteral():
            return "&".join(f"{k}={v}" for k, v in given.params.items()) or "none"
        case EncodingLiteral():
            return f"{given.kind} as {given.content_type}"
        case _:
            return f"{'audio' if given.audio else 'no audio'}, channel {given.channel}"
