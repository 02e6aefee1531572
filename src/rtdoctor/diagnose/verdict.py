"""From a run to its diagnosis and exit code."""

from __future__ import annotations

from rtdoctor.diagnose.survey import patterns
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.run import Run
from rtdoctor.errors import ExitCode

_EXIT = {
    Verdict.WORKS: ExitCode.WORKS,
    Verdict.SURVEYED: ExitCode.WORKS,
    Verdict.EXPLAINED: ExitCode.FAILURE_REPRODUCED,
    Verdict.REPRODUCED: ExitCode.FAILURE_REPRODUCED,
    Verdict.CANNOT_TEST: ExitCode.CANNOT_TEST,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


def exit_code(diagnosis: Diagnosis) -> ExitCode:
    """The exit code of a verdict (design, section 6)."""
    return _EXIT[diagnosis.verdict]


def diagnose(run: Run) -> Diagnosis:
    """The diagnosis of a run; a pure function of it."""
    goal = run.header.goal
    outcomes = [o.outcome.judged(goal) for o in run.observations]
    evidence = [o for o in outcomes if o.is_evidence]
    passes = sum(o.is_pass for o in evidence)
    if not evidence:
        return Diagnosis(Verdict.CANNOT_TEST, "No probe gave evidence, so nothing can be said.")
    if passes:
        verdict = Verdict.SURVEYED
        sentence = f"{passes} of {len(evidence)} setups reach {goal.value} here and now."
    else:
        verdict = Verdict.REPRODUCED
        sentence = f"None of {len(evidence)} setups reaches {goal.value} here and now."
    return Diagnosis(verdict, sentence, patterns=patterns(run))
