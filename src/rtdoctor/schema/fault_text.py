"""A fault in a sentence for reports. It names places and allowed values, never the user's own."""

from __future__ import annotations

from rtdoctor.schema.faults import Fault, FaultKind

_SAID = {
    FaultKind.UNREADABLE: "{place} cannot be read",
    FaultKind.REPEATED_NAME: "{place} is given twice, and services differ in which counts",
    FaultKind.BETA_NAME: "{place} is a name of the retired beta",
    FaultKind.GA_NAME: "{place} is a name of GA, which the beta does not know",
    FaultKind.CHAT_COMPLETIONS: "{place} is the shape of Chat Completions",
    FaultKind.ANSWER_FIELD: "{place} is set by the service and cannot be sent",
    FaultKind.OTHER_TYPE: "{place} does not go with the type of the object around it",
    FaultKind.OTHER_SESSION_TYPE: "{place} belongs to another type of session",
    FaultKind.OTHER_MODEL: "{place} is refused by the model that the session names",
    FaultKind.OTHER_SERVICE: "{place} is known to OpenAI, but not to this service",
    FaultKind.TOO_DEEP: "{place} is one level too deep",
    FaultKind.TOO_FLAT: "{place} stands outside the object that it belongs in",
    FaultKind.MISPLACED: "{place} is known at another place",
    FaultKind.UNKNOWN_NAME: "{place} is unknown",
    FaultKind.MISSING: "{place} is missing",
    FaultKind.NULL: "{place} is null",
    FaultKind.WRONG_TYPE: "{place} has the wrong type",
    FaultKind.WRONG_VALUE: "{place} has a value that is not allowed",
}


_WRAPPERS = (FaultKind.TOO_DEEP, FaultKind.CHAT_COMPLETIONS)


def explain_fault(fault: Fault) -> str:
    """One sentence: the place, what is wrong with it, and what is right instead."""
    said = _SAID[fault.kind].format(place=fault.place)
    if fault.kind is FaultKind.UNREADABLE:
        return f"{said}: {'; '.join(fault.expected)}"
    return said + _remedy(fault)


def _remedy(fault: Fault) -> str:
    if fault.instead is not None:
        return f"; write {fault.instead}"
    if fault.meant:
        name = fault.place.rpartition("/")[2]
        if fault.kind is FaultKind.UNKNOWN_NAME:
            return f"; perhaps {' or '.join(fault.meant)} is meant"
        if fault.kind in _WRAPPERS and not any(m.endswith(f"/{name}") for m in fault.meant):
            return f"; what it holds belongs at {' and '.join(fault.meant)}"
        return f"; its place is {' or '.join(fault.meant)}"
    if fault.expected:
        return f"; expected: {', '.join(fault.expected)}"
    return ""
