"""What a rule may look at: the words under ``when`` in a rule file.

Every field that is given must hold for the rule to answer. docs/sandbox-rules.md explains them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from rtdoctor.sandbox.rules.placeholders import check_text

Endpoint = Literal["mint", "call", "hangup", "other", "channel", "event", "limit"]
AuthSeen = Literal[
    "none",
    "other_scheme",
    "empty",
    "api_key",
    "token",
    "token_used",
    "token_expired",
    "token_unknown",
    "text",
]
SessionDialect = Literal["beta", "ga"]
SessionType = Literal["realtime", "transcription", "translation"]
CallState = Literal["open", "over", "unknown"]
BodyKind = Literal["none", "json", "invalid_json", "multipart", "text"]
JsonType = Literal["string", "number", "boolean", "object", "array", "null"]


def json_type(value: Any) -> JsonType:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


class _NotGiven:
    """Stands for a field that the rule does not have; ``null`` is a value to compare with."""

    def __bool__(self) -> bool:
        return False


NOT_GIVEN = _NotGiven()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCheck:
    """Conditions on one value, all of which must hold. An absent value holds for none of them.

    ``matches`` searches a regular expression; texts in ``equals`` and ``not_equals`` may
    contain the same ``$names`` as a message.
    """

    equals: Any = NOT_GIVEN
    not_equals: Any = NOT_GIVEN
    one_of: tuple[Any, ...] | None = None
    none_of: tuple[Any, ...] | None = None
    matches: str | None = None
    not_matches: str | None = None
    type: JsonType | tuple[JsonType, ...] | None = None
    below: float | None = None
    above: float | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, f.name) is f.default for f in fields(self)):
            raise ValueError("a condition needs at least one of " + _names(ValueCheck))
        for pattern in (self.matches, self.not_matches):
            try:
                re.compile(pattern or "")
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
        for value in (self.equals, self.not_equals):
            if isinstance(value, str):
                check_text(value)


ValueCondition = Literal["present", "absent"] | ValueCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWhen:
    """The session that the token stands for, or that the call runs (channel and event)."""

    dialect: SessionDialect | None = None
    type: SessionType | tuple[SessionType, ...] | None = None
    model: ValueCondition | None = None
    minted_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWhen:
    """What the SDP offer contains. ``final_newline``: its last line is ended."""

    sdp: bool | None = None
    final_newline: bool | None = None
    audio: bool | None = None
    channel: bool | None = None
    ice: bool | None = None
    dtls: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownKey:
    """The JSON object at ``at`` (empty: the body itself) has a key that is not ``known``."""

    at: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWhen:
    """The body or the event has a fault by the published schema, one that meets all of these."""

    code: ValueCondition | None = None
    param: ValueCondition | None = None
    message: ValueCondition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions on a request, a data channel that opened, a client event, or a call whose time
    is up (``limit``).

    ``auth`` is what the server sees: a valid token that opened a call before is both ``token``
    and ``token_used``. ``key`` is the API key behind the request, also behind its token.
    ``path`` and ``minted_at`` may hold ``*``. ``body`` maps a path such as
    ``session.audio.input.format`` to a condition; for multipart the parts are its first names.
    """

    endpoint: Endpoint | tuple[Endpoint, ...] | None = None
    method: str | None = None
    path: str | tuple[str, ...] | None = None
    query: dict[str, ValueCondition] = field(default_factory=dict)
    auth: AuthSeen | tuple[AuthSeen, ...] | None = None
    credential: ValueCondition | None = None
    key: ValueCondition | None = None
    session: SessionWhen | None = None
    headers: dict[str, ValueCondition] = field(default_factory=dict)
    content_type: ValueCondition | None = None
    body_kind: BodyKind | tuple[BodyKind, ...] | None = None
    body: dict[str, ValueCondition] = field(default_factory=dict)
    unknown_key: UnknownKey | None = None
    fault: FaultWhen | None = None
    offer: OfferWhen | None = None
    call: CallState | tuple[CallState, ...] | None = None
    label: ValueCondition | None = None
    buffered_ms: ValueCondition | None = None
    has_spoken: bool | None = None


def _names(type_: Any) -> str:
    return ", ".join(f.name for f in fields(type_))
