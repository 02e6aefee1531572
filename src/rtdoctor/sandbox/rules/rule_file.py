"""The words of a rule file: what a rule may look at, and what it may answer.

Every field that is given in ``when`` must hold for the rule to answer. docs/sandbox-rules.md
explains them with examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from rtdoctor.domain.era import Era
from rtdoctor.sandbox.rules.placeholders import check_text

NEWEST_VERSION = 1

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
EmittedEvent = Literal[
    "conversation.item.done",
    "input_audio_buffer.cleared",
    "input_audio_buffer.committed",
    "output_audio_buffer.cleared",
    "response.done",
    "session.created",
    "session.updated",
    "transcription_session.created",
    "transcription_session.updated",
]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """``{"error": {...}}`` as the service writes it."""

    message: str
    type: str | None = "invalid_request_error"
    code: str | None = None
    param: str | None = None

    def __post_init__(self) -> None:
        for text in (self.message, self.type, self.code, self.param):
            check_text(text or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A refusal, or any fixed answer. On a channel the error is sent as an ``error`` event;
    without ``error`` nothing is sent there."""

    status: int = 400
    error: ErrorBody | None = None
    text: str | None = None
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.error is not None and self.text is not None:
            raise ValueError("give `error` or `text`, not both")
        if not 200 <= self.status <= 599:
            raise ValueError(f"{self.status} is no HTTP status between 200 and 599")
        for header in (*self.headers, *self.headers.values(), self.content_type or ""):
            if not header.isascii() or not (header.isprintable() or not header):
                raise ValueError(f"{header!r} cannot stand in a header: plain ASCII only")
        check_text(self.text or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """Mint a token. ``session`` says of which type; ``None`` takes ``session.type`` of the body."""

    dialect: SessionDialect
    session: SessionType | None = None
    ttl_s: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Answer the offer with a real peer; without a token the session is of this dialect.

    The call is ended after ``limit_s`` seconds. ``max_message_size`` is what the answer says of
    it (RFC 8841, section 6); without it nothing, which means 65,536 bytes. The peer takes no more
    than these.
    """

    dialect: SessionDialect
    limit_s: float = 3600.0
    max_message_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call named in the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``fact`` is an id of the collected facts; ``basis`` is ``fact`` only when that
    fact gives the whole answer. ``note`` says what is not known, in plain ASCII.

    seen_in      the eras the fact was seen in; in others the same answer is ``inferred``
    seen_at      the paths it was seen at; at others the same answer is ``inferred``
    probability  answers only this share of the requests that match, at random
    every        answers the first and then every Nth request that matches
    times        answers at most so many requests
    """

    id: str
    fact: str | None = None
    basis: Literal["fact", "inferred"] = "inferred"
    note: str = ""
    seen_in: tuple[Era, ...] = ()
    seen_at: tuple[str, ...] = ()
    when: When = field(default_factory=When)
    probability: float | None = None
    every: int | None = None
    times: int | None = None
    answer: Answer | None = None
    mint: Mint | None = None
    connect: Connect | None = None
    hang_up: HangUp | None = None
    emit: EmittedEvent | None = None

    def __post_init__(self) -> None:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a rule needs exactly one of {', '.join(ACTIONS)}")
        if self.basis == "fact" and self.fact is None:
            raise ValueError("basis `fact` needs the id of the fact")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.id):
            raise ValueError(f"{self.id!r} is no rule id: lower-case letters, digits and hyphens")
        if not self.note.isascii() or not self.note.isprintable() or ";" in self.note:
            raise ValueError("`note` travels in a header: plain ASCII without a semicolon")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError("`probability` lies between 0 and 1")
        for name in ("every", "times"):
            if (number := getattr(self, name)) is not None and number < 1:
                raise ValueError(f"`{name}` is at least 1")

    def in_era(self, era: str) -> Rule:
        """The same rule, no longer called a fact where the fact was not seen."""
        if self.basis == "inferred" or not self.seen_in or era in self.seen_in:
            return self
        note = f"seen in the era {self.seen_in[0]}. That it holds in {era} is inferred"
        return replace(self, basis="inferred", note=note)

    def at(self, path: str) -> Rule:
        """The same rule, no longer called a fact at a path where the fact was not seen."""
        if self.basis == "inferred" or not self.seen_at or path in self.seen_at:
            return self
        note = f"seen at {self.seen_at[0]}. That it holds elsewhere is inferred"
        return replace(self, basis="inferred", note=note)


ACTIONS = ("answer", "mint", "connect", "hang_up", "emit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A file of rules. ``extends`` names the packaged files whose rules follow these.

    ``version`` is that of the format. ``seed`` makes ``probability`` repeatable.
    """

    version: int = 1
    about: str = ""
    extends: tuple[str, ...] = ()
    seed: int | None = None
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"the rule id {name!r} is given twice")


def _names(type_: Any) -> str:
    return ", ".join(f.name for f in fields(type_))
