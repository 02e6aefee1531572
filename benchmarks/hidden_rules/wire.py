"""A level as it goes over the wire, as one text: how a truth and a claim are compared."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    Level,
    Offer,
    Setup,
    TokenBody,
    TokenEndpoint,
)


def wire(level: Level[Any]) -> str:
    """What is sent because of this level; ``""`` when it sends nothing."""
    match level.value:
        case TokenEndpoint(path=path):
            return path or ""
        case CallEndpoint(path=path):
            return path
        case TokenBody(text=text):
            return text or ""
        case Auth(kind=AuthKind.NONE):
            return ""
        case Auth() as auth:
            literal = auth.kind is AuthKind.LITERAL
            return f"{auth.header}: {auth.scheme} {auth.text if literal else f'<{auth.kind}>'}"
        case BetaHeader() as beta:
            sent = [("mint", beta.mint), ("call", beta.call)]
            sent += [("mint", f"{name}: {value}") for name, value in beta.mint_others]
            sent += [("call", f"{name}: {value}") for name, value in beta.call_others]
            return ", ".join(f"{where} {text}" for where, text in sent if text)
        case CallQuery(params=params):
            return urlencode(params)
        case CallEncoding() as encoding:
            parts = [encoding.kind, encoding.content_type, encoding.session or ""]
            return " ".join([*filter(None, parts), *(["trimmed"] if encoding.trim else [])])
        case Offer() as offer:
            channel = f"channel {offer.channel}" if offer.channel is not None else "no channel"
            own = f"{'audio' if offer.audio else 'no audio'}, {channel}"
            return own if offer.sdp is None else f"foreign\n{offer.sdp}"
    raise TypeError(f"{level.value!r} is no level of a setup")


def fits(text: str | None, level: Level[Any]) -> bool:
    """Whether a truth's text describes this level: ``None`` fits all, ``""`` only what sends
    nothing, a path only itself, any other text wherever it is contained."""
    sent = wire(level)
    if text is None:
        return True
    return text == sent if not text or text.startswith("/") else text in sent


def edits(subject: Setup, other: Setup) -> dict[str, Level[Any]]:
    """The factors that a user edits to get from one to the other, with their new levels.

    Where the other mints nothing, nothing of the mint needs an edit.
    """
    changed = {f.value: other[f] for f in subject.differs_from(other)}
    if not other.auth.value.kind.needs_token:
        for name in ("token_endpoint", "token_body"):
            changed.pop(name, None)
        if subject.beta_header.value.call == other.beta_header.value.call:
            changed.pop("beta_header", None)
    return changed
