"""The observations of a finished run, and what its claims name, found by setup, id and name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rtdoctor.domain.finding import Blamed
from rtdoctor.domain.outcome import Outcome, OutcomeKind
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor, Level, Setup

_MINT = frozenset({Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY, Factor.BETA_HEADER})


class SeenByService:
    """The observations of a run, judged against its goal and found by setup or by id."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.subject = None if run.header.subject is None else run.header.subject.as_sent()
        self.outcomes: dict[str, Outcome] = {}
        self.setups: dict[str, Setup] = {}
        self._of: dict[Setup, list[Observation]] = {}
        for observation in run.observations:
            if observation.outcome.kind is not OutcomeKind.SKIPPED:
                outcome = observation.outcome.judged(run.header.goal)
                self.outcomes[observation.probe] = outcome
                self.setups[observation.probe] = observation.setup.as_sent()
                self._of.setdefault(observation.setup.as_sent(), []).append(observation)

    def of(self, setup: Setup) -> list[Observation]:
        """What was observed of a setup, apart from what was not run."""
        return self._of.get(setup.as_sent(), [])

    def passes(self) -> Iterator[tuple[str, Setup]]:
        """The id and setup of every probe that passed."""
        return ((p, self.setups[p]) for p, o in self.outcomes.items() if o.is_pass)

    def failing(self, setup: Setup) -> list[str]:
        return [o.probe for o in self.of(setup) if self.outcomes[o.probe].is_fail]

    def passing(self, setup: Setup) -> list[str]:
        return [o.probe for o in self.of(setup) if self.outcomes[o.probe].is_pass]

    def disagreeing(self) -> Iterator[tuple[str, ...]]:
        """The probes of each setup that was answered in different ways."""
        for observations in self._of.values():
            if len({_answer(self.outcomes[o.probe]) for o in observations}) > 1:
                yield tuple(o.probe for o in observations)


def level_of(run: Run, blamed: Blamed, probes: Sequence[str] = ()) -> Level[Any] | None:
    """The level that a claim names, by its name: the subject's, else that of a cited probe, else
    of any probe. ``None`` for a place that is no factor, or a name that no setup has."""
    if blamed.factor not in set(Factor):
        return None
    factor = Factor(blamed.factor)
    cited = [o.setup for o in run.observations if o.probe in probes]
    others = [o.setup for o in run.observations]
    subject = [] if run.header.subject is None else [run.header.subject]
    for setup in [*subject, *cited, *others]:
        if setup[factor].name == blamed.level:
            return setup[factor]
    return None


def _answer(outcome: Outcome) -> object:
    """What must be equal in answers that are alike; a transient message may hold a time."""
    if outcome.kind is OutcomeKind.TRANSIENT:
        return outcome.kind, outcome.signature and outcome.signature.status
    return outcome.kind, outcome.signature if outcome.is_fail else None


def _mints(setup: Setup) -> bool:
    return setup.auth.value.kind.needs_token


def holds(setup: Setup, levels: Sequence[tuple[Factor, Level[Any]]]) -> bool:
    """Whether a setup as sent contains all these levels; no body is sent where nothing mints."""
    return all(
        setup[factor] == level and (factor is not Factor.TOKEN_BODY or _mints(setup))
        for factor, level in levels
    )


def differing(one: Setup, other: Setup, named: frozenset[Factor]) -> frozenset[Factor]:
    """The factors in which two setups as sent differ, less what ``named`` takes along."""
    changed = frozenset(one.differs_from(other))
    along: frozenset[Factor] = frozenset()
    if Factor.TOKEN_ENDPOINT in named:
        along |= {Factor.TOKEN_BODY}
    if Factor.AUTH in named and _mints(one) != _mints(other):
        along |= _MINT
    return changed - (along - named)
