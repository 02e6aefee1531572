"""From a run to its diagnosis and exit code: the same for a run of today and a saved one.

A diagnosis is made by answering its conversation from observations that were made before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from rtdoctor.diagnose.candidates import Candidates
from rtdoctor.diagnose.conversation import Conversation, diagnose_subject
from rtdoctor.diagnose.endings import DOES_NOT_PROVE
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.obstacles import obstacle
from rtdoctor.diagnose.patterns import patterns
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.run import Observation, Run, RunHeader
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import ExitCode
from rtdoctor.knowledge.base import Knowledge

_EXIT = {
    Verdict.WORKS: ExitCode.WORKS,
    Verdict.SURVEYED: ExitCode.WORKS,
    Verdict.EXPLAINED: ExitCode.FAILURE_REPRODUCED,
    Verdict.REPRODUCED: ExitCode.FAILURE_REPRODUCED,
    Verdict.CANNOT_TEST: ExitCode.CANNOT_TEST,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


def exit_code(run: Run, diagnosis: Diagnosis) -> ExitCode:
    """The exit code of a run with this diagnosis (design, section 6); a page's run counts first."""
    if run.finished == "interrupted":
        return ExitCode.INTERRUPTED
    if run.page is not None:
        if run.page.is_connected:
            return ExitCode.WORKS
        if run.page.fault or diagnosis.verdict is Verdict.WORKS:  # then it failed by itself
            return ExitCode.FAILURE_REPRODUCED
    return _EXIT[diagnosis.verdict]


def diagnose(run: Run, candidates: Candidates, knowledge: Knowledge) -> Diagnosis:
    """The diagnosis of a run; a pure function of it and of what is known today."""
    if run.header.subject is None and run.page is not None:
        return Diagnosis(Verdict.CANNOT_TEST, run.page.headline)
    if run.header.subject is None:
        return _surveyed(run, _known_here(run.header, knowledge))
    # The live run asked the same conversation, so the journal holds the answers in this order.
    return replay(conversation(run.header, candidates, knowledge), run.observations)


def conversation(header: RunHeader, candidates: Candidates, knowledge: Knowledge) -> Conversation:
    """The diagnosis of a header's subject, ready to ask: live and in a replay the same.

    Raises ``ValueError`` when the run is a survey.
    """
    if header.subject is None:
        raise ValueError("a survey has no subject to diagnose")
    return diagnose_subject(
        header.subject,
        candidates,
        _known_here(header, knowledge),
        goal=header.goal,
        budget=header.budget,
    )


def _known_here(header: RunHeader, knowledge: Knowledge) -> KnownHere:
    return KnownHere(knowledge, header.target, header.day)


def _surveyed(run: Run, known: KnownHere) -> Diagnosis:
    goal = run.header.goal
    evidence = [o for o in run.observations if o.outcome.judged(goal).is_evidence]
    working = [o.setup for o in evidence if o.outcome.judged(goal).is_pass]
    passes = len(working)
    found = known.facts(run.observations) + known.endings(working, working)
    met = obstacle(run.observations)
    tried = f"{len(evidence)} {'setup' if len(evidence) == 1 else 'setups'}"
    if passes:
        verdict = Verdict.SURVEYED
        verb = "connects" if passes == 1 else "connect"
        sentence = f"{passes} of {tried} {verb}, up to the first event, here and now."
    elif evidence and met is None:
        verdict = Verdict.REPRODUCED
        sentence = f"None of {tried} connects up to the first event, here and now."
    else:
        verdict = Verdict.CANNOT_TEST
        why = met.text if met is not None else "No probe gave evidence."
        sentence = f"{why} So this could not be tested, and nothing is claimed."
    return Diagnosis(
        verdict=verdict,
        sentence=sentence,
        patterns=patterns(run, known) if passes else (),
        facts=found,
        drift=known.drift(run.observations),
        does_not_prove=DOES_NOT_PROVE,
    )


class Answering:
    """Recorded observations by setup, each given out once, in the order they were asked for."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._left: dict[Setup, deque[Observation]] = {}
        for observation in observations:
            key = observation.setup.as_sent()
            self._left.setdefault(key, deque()).append(observation)

    def take(self, setup: Setup) -> Observation | None:
        """The next recorded observation of this setup; ``None`` when there is none left."""
        left = self._left.get(setup.as_sent())
        return left.popleft() if left else None


def replay(conversation: Conversation, observations: Iterable[Observation]) -> Diagnosis:
    """The diagnosis that these observations support; what they lack counts as never known."""
    answering = Answering(observations)
    try:
        asks = next(conversation)
        while True:
            asks = conversation.send([answering.take(ask.setup) for ask in asks])
    except StopIteration as end:
        diagnosis: Diagnosis = end.value
        return diagnosis
