"""Faults that the published schema finds in a text, as reasons for the entries behind them.

The faults carry the ids of the facts that they rest on, and a fact's id is its entry's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rtdoctor.explain.paper import Span
from rtdoctor.explain.shown_bodies import ShownBody
from rtdoctor.explain.sightings import Reason, Signs, Told
from rtdoctor.knowledge.look import Strength
from rtdoctor.schema import Fault, FaultKind, explain_fault
from rtdoctor.schema.param import read_param

_OF_A_DIALECT = (FaultKind.BETA_NAME, FaultKind.GA_NAME)
_BONUS = 10  # what is sent goes before what is only named
_NOT_GA = (
    "agents_sdk", "xai_realtime", "xai", "speaches", "localai", "other_realtime_service",
    "azure_preview_url", "azure_api_version",
)  # fmt: skip
"""Signs of services and libraries that take the beta's names, or make GA's of them."""


def schema_reasons(told: Told, bodies: Iterable[ShownBody]) -> dict[str, list[Reason]]:
    """Reasons by the id of the entry that they are for.

    A body that breaks the schema is likely the cause, also one for an event that no longer exists;
    a name of the other dialect is only possible, since a service or a library may take it.
    """
    found: dict[str, list[Reason]] = {}
    for span, fault in (*_of_bodies(told.signs, bodies), *_of_parameters(told)):
        is_sure = fault.kind not in _OF_A_DIALECT or _is_refused(fault)
        strength = Strength.LIKELY if is_sure else Strength.POSSIBLE
        for fact in fault.basis:
            reason = Reason(strength, explain_fault(fault), (span,), _BONUS * is_sure)
            found.setdefault(fact, []).append(reason)
    return found


def _is_refused(fault: Fault) -> bool:
    """Whether no session can take the name: only GA mints at client_secrets, and an event that no
    longer exists is none of any session."""
    return fault.at == ("type",) or fault.place.startswith("mint.body/session/")


def takes_ga(signs: Signs) -> bool:
    """Whether nothing in the text speaks of a service or library that takes the beta's names."""
    return not any(name in signs for name in _NOT_GA)


def _of_bodies(signs: Signs, bodies: Iterable[ShownBody]) -> Iterator[tuple[Span, Fault]]:
    for body in bodies:
        for fault in body.faults:
            if fault.kind not in _OF_A_DIALECT or takes_ga(signs):
                yield body.span, fault


def _of_parameters(told: Told) -> Iterator[tuple[Span, Fault]]:
    """The faults of parameters that errors name, but for the names of the other dialect: which
    session refuses those, only the looks tell."""
    for error in told.errors:
        reading = read_param(error.fields.param or "") if error.names_session else None
        fault = reading.fault if reading is not None else None
        if fault is not None and fault.kind not in _OF_A_DIALECT:
            yield error.span, fault
