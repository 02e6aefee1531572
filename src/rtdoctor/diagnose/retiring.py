"""What a setup sends that the service gives up on a known day: a warning before it, a suspicion
from then on.

The day is that on which the run began, so a replay says what the run said. Of the sandbox nothing
is said, since its models do not end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from rtdoctor.diagnose.request_parts import RequestParts, call_parts, mint_parts
from rtdoctor.domain.finding import Fact, Lint
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.migration.retirements import Retirement, retired_model, retirements


def warnings(setups: Iterable[Setup], passing: Iterable[Setup], day: date) -> tuple[Fact, ...]:
    """One fact for each thing in these setups that will end, or has ended and passes still.

    ``passing`` are the setups that passed in this run.
    """
    works = {(found.what, found.since) for setup in passing for _, found in retirements_in(setup)}
    told: dict[str, Fact] = {}
    for setup in setups:
        for _, found in retirements_in(setup):
            if day < found.since or (found.what, found.since) in works:
                told.setdefault(
                    found.what, Fact("retirement", _warning(found, day), (), _id(found))
                )
    return tuple(told.values())


def suspicions(subject: Setup, passing: Iterable[Setup], day: date) -> tuple[Lint, ...]:
    """What in a failing subject has ended by this day; not what passed in this run as well."""
    works = {(found.what, found.since) for setup in passing for _, found in retirements_in(setup)}
    return tuple(
        Lint(factor.value, _suspicion(found), _id(found))
        for factor, found in retirements_in(subject)
        if found.since <= day and (found.what, found.since) not in works
    )


def retirements_in(setup: Setup) -> Iterator[tuple[Factor, Retirement]]:
    """All that a setup sends and the service gives up one day, with the factor that sends it."""
    minted = mint_parts(setup)
    if minted is not None:
        yield from ((Factor.TOKEN_BODY, found) for found in retirements(minted.fields.data or {}))
    call = call_parts(setup)
    yield from ((Factor.CALL_QUERY, found) for found in _in_query(call))
    yield from ((Factor.CALL_ENCODING, found) for found in retirements(call.fields.data or {}))


def _in_query(call: RequestParts) -> Iterator[Retirement]:
    found = retired_model(call.query.get("model", ""), "?model=")
    if found is not None:
        yield found


def _warning(found: Retirement, day: date) -> str:
    left = (found.since - day).days
    if left <= 0:
        return (
            f"{_named(found)} was to end on {found.since} and still works here. "
            f"Its successor is {found.instead}."
        )
    days = "tomorrow" if left == 1 else f"in {left} days"
    return f"{_named(found)} ends on {found.since}, {days}. Its successor is {found.instead}."


def _suspicion(found: Retirement) -> str:
    return f"{_named(found)} ended on {found.since}; its successor is {found.instead}."


def _named(found: Retirement) -> str:
    return found.place if found.what == found.place else f"The model {found.what} ({found.place})"


def _id(found: Retirement) -> str:
    return found.basis[0]
