"""A service on paper for the diagnosis: a function from what is sent to what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.conversation import diagnose_subject
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, TargetInfo
from rtdoctor.domain.setup import Setup
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan.catalogue import read
from rtdoctor.subjects.setup_file import read_setup

CATALOGUE = read()
TERRAIN = candidates_of(CATALOGUE)
ELSEWHERE = TargetInfo("elsewhere", "https://realtime.example")
SESSION = Outcome.passed(Stage.SESSION)


def subject(text: str) -> Setup:
    """The setup that a setup file with this text describes."""
    return read_setup(text, "setup.yaml", CATALOGUE)


def refused(stage: Stage, status: int, code: str | None = None, message: str = "") -> Outcome:
    """A refusal as the service would send it."""
    return Outcome.failed(Signature(stage, status, "error", code, None, message))


def broken(stage: Stage, status: int) -> Outcome:
    """A breakdown of the service."""
    return Outcome.transient(Signature(stage, status, None, None, None, "oops"))


@dataclass
class PaperService:
    """``answer`` says what becomes of a setup; it may count on ``self.asked`` for its memory."""

    answer: Callable[[Setup, PaperService], Outcome]
    asked: list[Observation] = field(default_factory=list)

    def diagnose(
        self, setup: Setup, *, target: TargetInfo = ELSEWHERE, budget: int | None = None
    ) -> Diagnosis:
        known = KnownHere(knowledge_base.load(), target)
        conversation = diagnose_subject(setup, TERRAIN, known, budget=budget)
        try:
            asks = next(conversation)
            while True:
                answers = []
                for ask in asks:
                    outcome = self.answer(ask.setup.as_sent(), self)
                    probe = f"#{len(self.asked) + 1}"
                    self.asked.append(Observation(probe, ask.setup, ask.purpose, outcome, "", 1.0))
                    answers.append(self.asked[-1])
                asks = conversation.send(answers)
        except StopIteration as end:
            diagnosis: Diagnosis = end.value
            return diagnosis


def service(refusal: Callable[[Setup], Outcome | None]) -> PaperService:
    """A service that refuses what ``refusal`` says, and lets everything else connect."""
    return PaperService(lambda setup, _: refusal(setup) or SESSION)


def levels(diagnosis: Diagnosis) -> list[set[tuple[str, str]]]:
    """The causes as sets of (factor, level name)."""
    return [{(b.factor, b.level) for b in cause.levels} for cause in diagnosis.causes]
