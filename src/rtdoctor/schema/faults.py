"""What can be wrong with a place of a body, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rtdoctor.schema.requests import At, RequestKind


class FaultKind(StrEnum):
    """Why a place is not right. A place has one kind only."""

    UNREADABLE = "unreadable"  # no JSON, or nested too deeply
    REPEATED_NAME = "repeated_name"
    BETA_NAME = "beta_name"
    GA_NAME = "ga_name"  # in a body of the beta
    CHAT_COMPLETIONS = "chat_completions"
    ANSWER_FIELD = "answer_field"  # set by the service only, sent back by the client
    OTHER_TYPE = "other_type"  # the object around it is right with another `type`
    OTHER_SESSION_TYPE = "other_session_type"
    OTHER_MODEL = "other_model"
    OTHER_SERVICE = "other_service"
    TOO_DEEP = "too_deep"
    TOO_FLAT = "too_flat"
    MISPLACED = "misplaced"
    UNKNOWN_NAME = "unknown_name"
    MISSING = "missing"
    NULL = "null"
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"


@dataclass(frozen=True, slots=True)
class Fault:
    """A place that the published schema, or a compiled fact, does not allow.

    The values that the user wrote are not repeated, since any of them may be a secret.

    at        the way to the place from the top of the body
    place     the same as text, with the part of the setup
    expected  what may stand there: JSON texts of values, or words such as ``an integer``
    meant     the places where the name is right; several when the body does not tell which
    instead   the JSON text of a value that says the same in the way of this request
    basis     ids of facts behind it; empty when the published document says it by itself
    limit     the keyword of JSON Schema and its number, where a value is above or below one:
              ``("minimum", 24000)``
    """

    kind: FaultKind
    at: At
    place: str
    expected: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    instead: str | None = None
    basis: tuple[str, ...] = ()
    limit: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class BodyReading:
    """What was read in a body. A place without a fault is right, as far as the schema tells.

    It proves nothing about the service: the schema is a promise of a date, a probe is evidence.
    ``has_more`` says that the body has more faults than were listed.
    """

    kind: RequestKind
    faults: tuple[Fault, ...]
    has_more: bool = False

    @property
    def is_right(self) -> bool:
        return not self.faults
