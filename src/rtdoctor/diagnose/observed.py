"""What was observed so far, by setup, and asking for what was not."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.setup import Setup


@dataclass(frozen=True, slots=True)
class SetupAsk:
    """A setup to probe now, and why."""

    setup: Setup
    purpose: Purpose


Questions = tuple[SetupAsk, ...]
Answers = Sequence[Observation | None]

BROKE_DOWN = "the service broke down"
_BROKEN = {LocalCode.TIMEOUT.value, LocalCode.NETWORK.value}


def is_breakdown(outcome: Outcome) -> bool:
    """Whether the service broke down over a request: 5xx, no answer in time, a cut connection.

    Once, that proves nothing. A limit on the rate and a name that does not resolve are no
    breakdowns: they cannot depend on what is sent.
    """
    signature = outcome.signature
    if outcome.kind is not OutcomeKind.TRANSIENT or signature is None:
        return False
    return (signature.status or 0) >= 500 or signature.code in _BROKEN


class Observed:
    """Observations by what the service could see. ``budget`` is the most probes to ask for.

    ``breakdowns_count`` takes breakdowns as failures: for a subject that breaks the service down
    every time. What is found so is likely, never proved.
    """

    def __init__(self, goal: Stage, budget: int) -> None:
        self.goal = goal
        self.budget = budget
        self.breakdowns_count = False
        self.asked = 0
        self.unanswered = False
        """Whether something was asked for that the budget or the end of the run left open."""
        self._seen: dict[Setup, list[Observation]] = {}

    def ask(self, asks: Sequence[SetupAsk]) -> Generator[Questions, Answers, list[Outcome | None]]:
        """The outcomes, judged against the goal; a setup that is known is not probed again,
        unless the purpose is to repeat. ``None`` where there is no answer to be had."""
        new = [a for a in asks if a.purpose is Purpose.CONFIRM or not self.probes(a.setup)]
        wanted = len(new)
        new = new[: max(0, self.budget - self.asked)]
        self.unanswered |= len(new) < wanted
        fresh: dict[SetupAsk, Outcome | None] = {}
        if new:
            self.asked += len(new)
            answers = yield tuple(new)
            for ask, observation in zip(new, answers, strict=True):
                if observation is None:
                    self.unanswered = True
                else:
                    self._seen.setdefault(ask.setup.as_sent(), []).append(observation)
                    fresh[ask] = self._judged(observation)
        return [fresh[a] if a in fresh else self._known(a) for a in asks]

    def repeat(
        self, setups: Sequence[Setup], *, times: int = 2
    ) -> Generator[Questions, Answers, None]:
        """Probe these setups again until each has given evidence so many times."""
        for _ in range(times):
            # Each round asks for those alone that still lack evidence: a transient answer has to be
            # asked for anew.
            again = [s for s in dict.fromkeys(setups) if len(self.outcomes(s)) < times]
            if again:
                yield from self.ask([SetupAsk(s, Purpose.CONFIRM) for s in again])

    @property
    def spent(self) -> bool:
        """Whether no probe may be asked for any more."""
        return self.asked >= self.budget

    @property
    def left(self) -> int:
        """How many probes may still be asked for."""
        return max(0, self.budget - self.asked)

    def _judged(self, observation: Observation) -> Outcome:
        outcome = observation.outcome.judged(self.goal)
        if self.breakdowns_count and is_breakdown(outcome) and outcome.signature is not None:
            # one breakdown is like another: their texts and numbers often differ
            return Outcome.failed(Signature(outcome.signature.stage, message=BROKE_DOWN))
        return outcome

    def _known(self, ask: SetupAsk) -> Outcome | None:
        # A repetition that got no answer must not be answered by what it was to confirm.
        known = self.outcomes(ask.setup)
        return known[0] if known and ask.purpose is not Purpose.CONFIRM else None

    def observations(self, setup: Setup) -> tuple[Observation, ...]:
        """Everything observed of a setup, in order."""
        return tuple(self._seen.get(setup.as_sent(), ()))

    def evidence(self, setup: Setup) -> list[Observation]:
        """The observations of a setup that count as evidence."""
        return [o for o in self.observations(setup) if self._judged(o).is_evidence]

    def outcomes(self, setup: Setup) -> list[Outcome]:
        """Every evidence outcome of a setup, judged against the goal."""
        judged = map(self._judged, self.observations(setup))
        return [outcome for outcome in judged if outcome.is_evidence]

    def probes(self, setup: Setup) -> tuple[str, ...]:
        """The ids of a setup's probes, evidence or not."""
        return tuple(o.probe for o in self.observations(setup))

    def probe(self, setup: Setup) -> str:
        """The id of the first probe of a setup that gave evidence; ``KeyError`` without one."""
        for observation in self.observations(setup):
            if self._judged(observation).is_evidence:
                return observation.probe
        raise KeyError(setup)

    def passed(self, setup: Setup) -> bool:
        """Whether this setup was probed, and every time with a pass."""
        outcomes = self.outcomes(setup)
        return bool(outcomes) and all(o.is_pass for o in outcomes)

    def failed(self, setup: Setup) -> Outcome | None:
        """The failure of a setup that failed alike every time it was probed."""
        outcomes = self.outcomes(setup)
        alike = {(o.kind, o.signature) for o in outcomes}
        return outcomes[0] if len(alike) == 1 and outcomes[0].is_fail else None

    @property
    def repeated(self) -> int:
        """How many setups gave evidence more than once."""
        return sum(len(self.outcomes(setup)) > 1 for setup in self._seen)

    def wavered(self) -> bool:
        """Whether some setup got an answer one time and a breakdown or a limit another time."""
        return any(
            len({(o.outcome.kind, o.outcome.signature) for o in self._tried(setup)}) > 1
            for setup in self._seen
        )

    def _tried(self, setup: Setup) -> list[Observation]:
        return [o for o in self.observations(setup) if o.outcome.kind is not OutcomeKind.SKIPPED]

    def never_sent(self, setup: Setup) -> bool:
        """Whether every probe of a setup ended before the request that it is about."""
        seen = self.observations(setup)
        return bool(seen) and all(o.outcome.kind is OutcomeKind.SKIPPED for o in seen)

    def is_steady(self, setup: Setup) -> bool:
        """Whether a setup was probed at least twice, and answered alike."""
        outcomes = self.outcomes(setup)
        return len(outcomes) > 1 and len({(o.kind, o.signature) for o in outcomes}) == 1

    def contradicted(self) -> list[Setup]:
        """The setups that were answered in more than one way, as they were sent."""
        return [
            setup
            for setup in self._seen
            if len({(o.kind, o.signature) for o in self.outcomes(setup)}) > 1
        ]

    def by_chance(self, setup: Setup) -> bool:
        """Whether a setup failed with an answer that another one got one time and not the next:
        its failure then says nothing about the setup, and neither does a pass beside it."""
        failure = self.failed(setup)
        changing = {o.signature for s in self.contradicted() for o in self.outcomes(s)}
        return failure is not None and failure.signature in changing

    def all(self) -> list[Observation]:
        return [o for seen in self._seen.values() for o in seen]

    def setups(self) -> list[Setup]:
        """Every setup that was probed, as it was sent, in the order of first probing."""
        return list(self._seen)

    def passing(self) -> list[Setup]:
        """Every setup that passed, as it was sent, in the order of first probing."""
        return [setup for setup in self._seen if self.passed(setup)]
