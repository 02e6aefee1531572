"""What a body breaks of the published schema, in the words in which the service refuses it.

The sentences are those of the collected facts: TOK-UNKNOWN-SESSION-PARAM, TOK-MISSING-TYPE,
TOK-FORMAT-STRING with TOK-NULL-FIELD, TOK-BAD-TYPE, TOK-MIN-VALUE. A fault for which none of them
was seen gets a sentence that begins with ``Sandbox:``. Whether all of an answer is known is for
the rule to say that gives it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rtdoctor.sandbox.rules.conditions import json_type

if TYPE_CHECKING:
    from rtdoctor.schema import Fault, RequestKind

_TYPES = {
    "a string": "a string",
    "an object": "an object",
    "an integer": "an integer",
    "a number": "a number",
    "a list": "an array",
    "true or false": "a boolean",
}
"""The reader's words for a type, and the service's."""
_GIVEN = {
    "string": "a string",
    "object": "an object",
    "array": "an array",
    "boolean": "a boolean",
    "number": "a number",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class BodyFault:
    """One fault. ``param`` is the place as the service writes it: ``session.tools[0].meta``."""

    code: str
    param: str
    message: str


def body_faults(kind: RequestKind, body: Any) -> tuple[BodyFault, ...]:
    """Everything that the published schema does not allow in a body, in the schema's order."""
    from rtdoctor.schema import read_value  # the reader is not needed before the first body

    return tuple(_body_fault(kind, fault, body) for fault in read_value(kind, body).faults)


def _body_fault(kind: RequestKind, fault: Fault, body: Any) -> BodyFault:
    from rtdoctor.schema import FaultKind, RequestKind, explain_fault

    within = ("session", *fault.at) if kind is RequestKind.CALL_SESSION else fault.at
    param = _param(within)
    value = _value_at(body, fault.at)
    otherwise = f"Sandbox: {explain_fault(fault)}."
    match fault.kind:
        case FaultKind.MISSING:
            message = f"Missing required parameter: '{param}'."
            return BodyFault("missing_required_parameter", param, message)
        case FaultKind.NULL | FaultKind.WRONG_TYPE:
            return BodyFault("invalid_type", param, _type_told(param, fault, value) or otherwise)
        case FaultKind.WRONG_VALUE if fault.limit is not None:
            return _out_of_range(param, fault.limit, value, otherwise)
        case FaultKind.WRONG_VALUE | FaultKind.OTHER_MODEL | FaultKind.UNREADABLE:
            return BodyFault("invalid_value", param, _value_told(fault, value) or otherwise)
        case FaultKind.BETA_NAME if fault.expected:  # the name of an event, not of a field
            return BodyFault("invalid_value", param, _value_told(fault, value) or otherwise)
    return BodyFault("unknown_parameter", param, f"Unknown parameter: '{param}'.")


def _type_told(param: str, fault: Fault, value: Any) -> str | None:
    wanted = _TYPES.get(fault.expected[0]) if len(fault.expected) == 1 else None
    if wanted is None or not param:
        return None
    given = _GIVEN[json_type(value)]
    return f"Invalid type for '{param}': expected {wanted}, but got {given} instead."


def _out_of_range(param: str, limit: tuple[str, float], value: Any, otherwise: str) -> BodyFault:
    keyword, number = limit
    if number % 1:  # the codes that are known are those of integers
        return BodyFault("invalid_value", param, otherwise)
    if keyword == "maximum":
        return BodyFault("integer_above_max_value", param, otherwise)
    message = (
        f"Invalid '{param}': integer below minimum value. "
        f"Expected a value >= {number}, but got {value} instead."
    )
    return BodyFault("integer_below_min_value", param, message)


def _value_told(fault: Fault, value: Any) -> str | None:
    allowed = [text for text in fault.expected if text.startswith('"')]
    if not isinstance(value, str) or not allowed or len(allowed) < len(fault.expected):
        return None
    *others, last = (f"'{json.loads(text)}'" for text in allowed)
    before = f"{', '.join(others)} and " if others else ""
    return f"Invalid value: '{value}'. Supported values are: {before}{last}"


def _param(at: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return text.removeprefix(".")


def _value_at(body: Any, at: tuple[str | int, ...]) -> Any:
    for step in at:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body
