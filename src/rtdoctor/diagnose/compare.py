"""Two runs side by side: the same setups at another time, on another network, with another key."""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.domain.comparison import Compared, Comparison, Likeness
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Setup


def compare(first: Run, second: Run) -> Comparison:
    """What changed between two runs; a pure function of both."""
    goal = first.header.goal
    ours, theirs = _by_setup(first), _by_setup(second)
    cells = []
    for setup in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(setup), theirs.get(setup)
        cells.append(Compared(setup, one, other, _likeness(one, other, goal)))
    return Comparison(tuple(cells), _frame(first, second))


def _by_setup(run: Run) -> dict[Setup, Observation]:
    """One observation a setup: implied ones stand for their source, evidence before silence."""
    by_id = {o.probe: o for o in run.observations}
    found: dict[Setup, Observation] = {}
    for observation in run.observations:
        source = by_id.get(observation.outcome.because_of or "", observation)
        setup = observation.setup.as_sent()
        if setup not in found or not found[setup].outcome.is_evidence:
            found[setup] = source
    return found


def _likeness(first: Observation | None, second: Observation | None, goal: Stage) -> Likeness:
    if second is None:
        return Likeness.ONLY_FIRST
    if first is None:
        return Likeness.ONLY_SECOND
    return likeness(first.outcome.judged(goal), second.outcome.judged(goal))


def likeness(first: Outcome, second: Outcome) -> Likeness:
    """What became of one outcome."""
    if not (first.is_evidence and second.is_evidence):
        return Likeness.NO_EVIDENCE
    if first.is_pass and second.is_pass:
        return Likeness.SAME
    if first.is_pass:
        return Likeness.BROKEN
    if second.is_pass:
        return Likeness.CURED
    return Likeness.SAME if first.signature == second.signature else Likeness.CHANGED


def _frame(first: Run, second: Run) -> tuple[tuple[str, str, str], ...]:
    def facts(run: Run) -> Iterable[tuple[str, str]]:
        header = run.header
        yield "target", header.target.describe()
        yield "started", header.started_at
        yield "rtdoctor", header.environment.rtdoctor
        yield "python", header.environment.python
        yield "platform", header.environment.platform
        yield "proxy", str(header.environment.proxy)
        yield from header.environment.packages

    theirs = dict(facts(second))
    return tuple(
        (name, value, theirs.get(name, "-"))
        for name, value in facts(first)
        if theirs.get(name, "-") != value
    )
