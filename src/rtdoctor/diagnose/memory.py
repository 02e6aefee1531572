"""What was observed so far, by setup, and asking for what was not."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.setup import Setup


@dataclass(frozen=True, slots=True)
class Ask:
    """A setup to probe now, and why."""

    setup: Setup
    purpose: Purpose


Questions = tuple[Ask, ...]
Answers = Sequence[Observation | None]


class Memory:
    """Observations by what the service could see. ``budget`` is the most probes to ask for."""

    def __init__(self, goal: Stage, budget: int) -> None:
        self.goal = goal
        self.budget = budget
        self.asked = 0
        self.unanswered = False
        """Whether something was asked for that the budget or the end of the run left open."""
        self._seen: dict[Setup, list[Observation]] = {}

    def ask(self, asks: Sequence[Ask]) -> Generator[Questions, Answers, list[Outcome | None]]:
        """The outcomes, judged against the goal; a setup that is known is not probed again,
        unless the purpose is to repeat. ``None`` where there is no answer to be had."""
        new = [a for a in asks if a.purpose is Purpose.CONFIRM or not self.probes(a.setup)]
        wanted = len(new)
        new = new[: max(0, self.budget - self.asked)]
        self.unanswered |= len(new) < wanted
        fresh: dict[Ask, Outcome | None] = {}
        if new:
            self.asked += len(new)
            answers = yield tuple(new)
            for ask, observation in zip(new, answers, strict=True):
                if observation is None:
                    self.unanswered = True
                else:
                    self._seen.setdefault(ask.setup.as_sent(), []).append(observation)
                    fresh[ask] = observation.outcome.judged(self.goal)
        return [fresh[a] if a in fresh else self._known(a) for a in asks]

    @property
    def spent(self) -> bool:
        """Whether no probe may be asked for any more."""
        return self.asked >= self.budget

    def _known(self, ask: Ask) -> Outcome | None:
        known = self.outcomes(ask.setup)
        return known[0] if known and ask.purpose is not Purpose.CONFIRM else None

    def outcomes(self, setup: Setup) -> list[Outcome]:
        """Every evidence outcome of a setup, judged against the goal."""
        seen = self._seen.get(setup.as_sent(), [])
        judged = (o.outcome.judged(self.goal) for o in seen)
        return [outcome for outcome in judged if outcome.is_evidence]

    def probes(self, setup: Setup) -> tuple[str, ...]:
        """The ids of a setup's probes, evidence or not."""
        return tuple(o.probe for o in self._seen.get(setup.as_sent(), []))

    def probe(self, setup: Setup) -> str:
        """The id of the first probe of a setup that gave evidence."""
        for observation in self._seen[setup.as_sent()]:
            if observation.outcome.is_evidence:
                return observation.probe
        raise KeyError(setup)

    def passed(self, setup: Setup) -> bool:
        """Whether this setup was probed, and every time with a pass."""
        outcomes = self.outcomes(setup)
        return bool(outcomes) and all(o.is_pass for o in outcomes)

    def all(self) -> list[Observation]:
        return [o for seen in self._seen.values() for o in seen]

    def passing(self) -> list[Setup]:
        """Every setup that passed, as it was sent, in the order of first probing."""
        return [setup for setup in self._seen if self.passed(setup)]
