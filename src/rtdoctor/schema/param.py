"""The parameter that an error names, looked up in the published schema.

A service says ``session.tools[0].meta``. Whether that is a name of the beta, a field that only an
answer has, or known and refused for another reason, decides what the error means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rtdoctor.schema.checking import Complaint, expectation
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame, event_schemas, frame_of
from rtdoctor.schema.published import Schema, branches
from rtdoctor.schema.requests import At, RequestKind
from rtdoctor.schema.unknown_names import judge_name

_LONGEST = 200  # characters of a parameter; a longer one is no path
_STEP = re.compile(r"\.?([A-Za-z_][\w-]{0,80})|\[(\d{1,5})\]")
_USUAL_EVENT = {
    "session": "session.update",
    "response": "response.create",
    "item": "conversation.item.create",
}


@dataclass(frozen=True, slots=True)
class ParamReading:
    """What the published schema of GA says of a parameter.

    ``fault`` is ``None`` where it has the parameter; then ``expected`` says what may stand there:
    JSON texts of values, or words such as ``a string``. ``in_beta`` says whether the beta's schema
    has the same place. Nothing is said of the value, which an error seldom quotes.
    """

    param: str
    fault: Fault | None
    expected: tuple[str, ...]
    in_beta: bool

    @property
    def unknown_because(self) -> FaultKind:
        """What it means when a service calls this parameter unknown.

        A name that GA has and the beta has not was refused by a session of the beta
        (``GA_NAME``); one that both have, by a service, an API version or a type of session
        that lacks it (``OTHER_SERVICE``).
        """
        if self.fault is not None:
            return self.fault.kind
        return FaultKind.OTHER_SERVICE if self.in_beta else FaultKind.GA_NAME


@lru_cache(maxsize=256)
def read_param(param: str) -> ParamReading | None:
    """Look a parameter up, as OpenAI's errors write it; ``None`` for what is no path of a request.

    ``session.X`` is looked up in ``session.update``, which has the fields of a token's session;
    ``response.X`` and ``item.X`` in their events; any other name in all events and at the top of
    a token request.
    """
    at = _path(param)
    if at is None:
        return None
    frame = _frame(RequestKind.EVENT, at)
    if frame is None:
        return None
    level, known = _follow(branches(frame.schema), at)
    in_beta = _in_beta(at)
    if known == len(at):
        return ParamReading(param, None, _expected(level), in_beta)
    return ParamReading(param, _fault(frame, at[: known + 1], at[known + 1 :], level), (), in_beta)


def _path(param: str) -> At | None:
    if not param or len(param) > _LONGEST:
        return None
    at: list[str | int] = []
    end = 0
    for step in _STEP.finditer(param):
        if step.start() != end:
            return None
        at.append(step[1] if step[1] is not None else int(step[2]))
        end = step.end()
    return tuple(at) if end == len(param) and isinstance(at[0], str) else None


def _frame(kind: RequestKind, at: At) -> Frame | None:
    """The event whose parameter it is; a token request for what no event has at its top."""
    names = event_schemas(kind)
    usual = _USUAL_EVENT.get(str(at[0]))
    having = (name for name, schema in names.items() if at[0] in schema["properties"])
    name = usual or next(having, None)
    if name is not None and at != ("type",):  # every event has a type, which none calls unknown
        session = {"type": "realtime"} if not kind.is_beta else {}
        return frame_of(kind, {"type": name, str(at[0]): session})
    if kind.is_beta:
        return None
    return frame_of(RequestKind.CLIENT_SECRET, {"session": {"type": "realtime"}})


def _in_beta(at: At) -> bool:
    frame = _frame(RequestKind.BETA_EVENT, at)
    return frame is not None and _follow(branches(frame.schema), at)[1] == len(at)


def _follow(level: Sequence[Schema], at: At) -> tuple[Sequence[Schema], int]:
    """The schemas that the known part of a path leads to, and how many of its steps are known."""
    for known, step in enumerate(at):
        if any(_is_free(branch) for branch in level):
            return level, len(at)
        if isinstance(step, int):
            below = [b["items"] for b in level if "items" in b]
        else:
            below = [b["properties"][step] for b in level if step in b.get("properties", {})]
        if not below:
            return level, known
        level = [branch for schema in below for branch in branches(schema)]
    return level, len(at)


def _is_free(branch: Schema) -> bool:
    return branch.get("type") == "object" and "properties" not in branch


def _fault(frame: Frame, at: At, rest: At, level: Sequence[Schema]) -> Fault:
    known: dict[str, Any] = {}
    for branch in level:
        known |= branch.get("properties", {})
    if not known:  # the path goes on below a text or a number
        return frame.fault(FaultKind.UNKNOWN_NAME, at)
    # What stood there is not told; Chat Completions is known by the function that it wraps.
    below = rest or (("name",) if at[-1] == "function" else ())
    value = {str(below[0]): ""} if below else None
    complaint = Complaint(at, "additionalProperties", {"properties": known})
    return judge_name(frame, at, value, complaint)


def _expected(level: Sequence[Schema]) -> tuple[str, ...]:
    said = (words for branch in level for words in expectation(branch, "type"))
    return tuple(dict.fromkeys(said))
