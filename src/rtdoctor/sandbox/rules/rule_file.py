"""The words of a rule file: rules, their conditions, and what they may answer.

docs/sandbox-rules.md explains them with examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from rtdoctor.domain.era import Era
from rtdoctor.sandbox.rules.conditions import SessionDialect, SessionType, When
from rtdoctor.sandbox.rules.placeholders import check_text

NEWEST_VERSION = 1

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
