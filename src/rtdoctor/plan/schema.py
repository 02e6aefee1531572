"""The shape of probes.yaml, field by field, as the strict reader checks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from rtdoctor.domain.era import Era

_DATE = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?")
NEWEST_VERSION = 1
Constraint = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEntry:
    """What every level has. ``requires`` and ``excludes`` map a factor to level names."""

    title: str
    requires: Constraint = field(default_factory=dict)
    excludes: Constraint = field(default_factory=dict)
    fact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEntry(LevelEntry):
    """token_endpoint and call_endpoint."""

    path: str | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEntry(LevelEntry):
    """token_body: ``json`` (any data) or ``text`` (sent as it is); neither sends no body."""

    json: Any = None
    text: str | None = None
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthEntry(LevelEntry):
    kind: Literal["ephemeral", "used", "expired", "api_key", "none", "literal"]
    text: str = ""
    header: str = "Authorization"
    scheme: str = "Bearer"
    read_at: str | None = None
    leaks_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaEntry(LevelEntry):
    """``OpenAI-Beta`` on the mint and on the call; ``mint_others`` and ``call_others`` are more
    headers, name to value."""

    mint: str | None = None
    call: str | None = None
    mint_others: dict[str, str] = field(default_factory=dict)
    call_others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryEntry(LevelEntry):
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingEntry(LevelEntry):
    kind: Literal["raw", "multipart", "json"]
    content_type: str = "application/sdp"
    session: Any = None
    trim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEntry(LevelEntry):
    audio: bool = True
    channel: str | None = "oai-events"
    sdp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    token_endpoint: dict[str, PathEntry]
    token_body: dict[str, BodyEntry]
    auth: dict[str, AuthEntry]
    beta_header: dict[str, BetaEntry]
    call_endpoint: dict[str, PathEntry]
    call_query: dict[str, QueryEntry]
    call_encoding: dict[str, EncodingEntry]
    offer: dict[str, OfferEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeEntry:
    """A setup known to work: level names where it differs from the defaults."""

    title: str
    eras: tuple[Era, ...]
    setup: dict[str, str] = field(default_factory=dict)
    last_seen: str | None = None
    fact: str | None = None
    leaks_key: bool = False

    def __post_init__(self) -> None:
        if self.last_seen is not None and not _DATE.fullmatch(self.last_seen):
            raise ValueError(f"last_seen is no date like 2026-06-10 or 2026-06: {self.last_seen}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A product of level lists. ``calls`` are alternatives that set several factors at once;
    ``skip`` removes the setups that have all the named levels."""

    name: str
    token_endpoint: tuple[str, ...] = ()
    token_body: tuple[str, ...] = ()
    auth: tuple[str, ...] = ()
    beta_header: tuple[str, ...] = ()
    call_endpoint: tuple[str, ...] = ()
    call_query: tuple[str, ...] = ()
    call_encoding: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()
    calls: tuple[dict[str, str], ...] = ()
    skip: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbesFile:
    version: int
    defaults: dict[str, str]
    factors: Factors
    recipes: dict[str, RecipeEntry]
    survey: tuple[Block, ...]
    values: dict[str, str] = field(default_factory=dict)
