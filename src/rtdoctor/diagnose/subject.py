"""The diagnosis of one setup, as a conversation: it asks for probes and ends in a diagnosis.

A generator without I/O. Live, the caller runs the probes it asks for; in a replay, the caller
answers from a journal, and ``None`` where the journal has no answer.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from rtdoctor.diagnose.between import Between, in_order, localise_between
from rtdoctor.diagnose.causes import Explained, explain_causes, in_sight_order
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.memory import Answers, Ask, Memory, Questions
from rtdoctor.diagnose.phrases import DOES_NOT_PROVE, assumptions, sentence
from rtdoctor.diagnose.repairs import find_repairs
from rtdoctor.diagnose.terrain import Terrain
from rtdoctor.domain.finding import (
    Cause,
    Diagnosis,
    Fact,
    Lint,
    Repair,
    RuledOut,
    Unresolved,
    Verdict,
)
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import Factor, Setup

BUDGET = 64
SEEN_ONCE = "it seems to matter, but the probes ended before that could be repeated"
Conversation = Generator[Questions, Answers, Diagnosis]


def diagnose_subject(
    subject: Setup,
    terrain: Terrain,
    known: KnownHere,
    *,
    goal: Stage = Stage.SESSION,
    budget: int | None = None,
) -> Conversation:
    """Find why ``subject`` fails and what would work, with at most ``budget`` probes."""
    memory = Memory(goal, BUDGET if budget is None else budget)
    verdict = yield from _subject_twice(subject, memory)
    if verdict is Verdict.WORKS:
        return _ended(verdict, subject, memory, terrain, known)
    references = terrain.nearest(subject)
    yield from memory.ask([Ask(r.setup, Purpose.CONTROL) for r in references])
    controls = [r.setup for r in references if memory.passed(r.setup)]
    if not controls and memory.unanswered:
        return _ended(Verdict.INCONCLUSIVE, subject, memory, terrain, known)
    if not controls and not any(memory.passed(r.setup) for r in terrain.references):
        return _ended(Verdict.CANNOT_TEST, subject, memory, terrain, known)
    if verdict is not None or not controls:
        return _ended(verdict or Verdict.REPRODUCED, subject, memory, terrain, known)

    def hint(signature: Signature) -> Sequence[str]:
        return known.hints(signature)

    main = yield from localise_between(subject, controls[0], memory, terrain, hint)
    if main.found.inconclusive or not main.found.reproduced or not main.found.controlled:
        verdict = Verdict.INCONCLUSIVE
        ended = _ended(verdict, subject, memory, terrain, known)
        return replace(ended, control=memory.probe(controls[0]), facts=ended.facts + _flaky(main))
    explained = in_sight_order(
        (yield from explain_causes(main, controls[1:], memory, terrain, hint))
    )
    cut_short = memory.unanswered or main.found.budget_ended
    repairs = yield from find_repairs(subject, memory, terrain)
    seen_once = {b.factor for e in explained if not e.cause.is_proved for b in e.cause.levels}
    explained = in_sight_order([e for e in explained if e.cause.is_proved])
    verdict = Verdict.EXPLAINED if explained else Verdict.REPRODUCED
    if seen_once or cut_short:
        verdict = Verdict.INCONCLUSIVE
    causes = tuple(_with_knowledge(e, known) for e in explained)
    ended = _ended(verdict, subject, memory, terrain, known, causes, repairs)
    blamed = {b.factor for c in causes for b in c.levels}
    return replace(
        ended,
        control=memory.probe(main.control),
        causes=causes,
        repairs=repairs,
        ruled_out=tuple(r for r in _ruled_out(main, memory) if r.factor not in blamed | seen_once),
        unresolved=tuple(
            Unresolved(u.factor, u.why)
            for u in main.found.unresolved
            if u.factor not in blamed | seen_once
        )
        + tuple(Unresolved(f, SEEN_ONCE) for f in in_order(seen_once - blamed)),
        pending=main.found.pending,
        likely=() if causes else ended.likely,
        facts=ended.facts + _traps(main, memory),
        assumptions=assumptions(
            main.control,
            subject,
            memory.asked,
            budget_ended=memory.spent,
            whole=not (cut_short or memory.spent),
            only_repaired=[e.only_repaired for e in explained],
        ),
    )


def _subject_twice(subject: Setup, memory: Memory) -> Generator[Questions, Answers, Verdict | None]:
    """``None`` when the subject fails alike both times: only then is there a cause to look for."""
    yield from memory.ask([Ask(subject, Purpose.SUBJECT), Ask(subject, Purpose.CONFIRM)])
    outcomes = memory.outcomes(subject)
    if len(outcomes) == 1:
        yield from memory.ask([Ask(subject, Purpose.CONFIRM)])
        outcomes = memory.outcomes(subject)
    if len({(o.kind, o.signature) for o in outcomes}) > 1:
        # seen to differ: three more tell flaky from a single slip
        yield from memory.ask([Ask(subject, Purpose.CONFIRM)] * 3)
        return Verdict.INCONCLUSIVE
    if not outcomes:
        return Verdict.INCONCLUSIVE
    return Verdict.WORKS if outcomes[0].is_pass else None


def _ended(
    verdict: Verdict,
    subject: Setup,
    memory: Memory,
    terrain: Terrain,
    known: KnownHere,
    causes: Sequence[Cause] = (),
    repairs: Sequence[Repair] = (),
) -> Diagnosis:
    """What every diagnosis has, whatever it found."""
    found = known.facts(memory.all())
    outcomes = {(o.kind, o.signature) for o in memory.outcomes(subject)}
    if len(outcomes) > 1:
        found += (Fact("flaky", "The same setup answered differently.", memory.probes(subject)),)
    return Diagnosis(
        verdict=verdict,
        sentence=sentence(subject, verdict, causes, repairs, found, _cut_short(memory)),
        subject_probes=memory.probes(subject),
        likely=_lints(subject, verdict, memory, terrain, known),
        facts=found,
        drift=known.drift(memory.all()),
        does_not_prove=DOES_NOT_PROVE,
    )


def _cut_short(memory: Memory) -> str:
    """What ended the diagnosis before it had its answers, in words; empty when nothing did."""
    if memory.spent:
        return f"the budget of {memory.budget} probes ended"
    return "the run ended" if memory.unanswered else ""


def _lints(
    subject: Setup, verdict: Verdict, memory: Memory, terrain: Terrain, known: KnownHere
) -> tuple[Lint, ...]:
    """What is known to fail about the subject as it stands; nothing of one that works."""
    if verdict is Verdict.WORKS:
        return ()
    return known.lints(subject, terrain.references, memory.passing())


def _with_knowledge(explained: Explained, known: KnownHere) -> Cause:
    names = explained.isolating.as_sent().names
    ids = known.explain(explained.cause.signature, names)
    return replace(explained.cause, knowledge=ids[:3])


def _ruled_out(main: Between, memory: Memory) -> tuple[RuledOut, ...]:
    return tuple(
        RuledOut(r.factor, tuple(memory.probe(main.mix(p)) for p in r.points), r.why)
        for r in main.found.ruled_out
    )


def _flaky(main: Between) -> tuple[Fact, ...]:
    if not main.found.flaky:
        return ()
    count = len(main.found.flaky)
    return (Fact("flaky", f"{count} of the setups probed answered differently when repeated."),)


def _traps(main: Between, memory: Memory) -> tuple[Fact, ...]:
    """Half-way repairs that fail for a reason of their own."""
    facts_ = []
    for trap in main.found.traps:
        if trap.proved:
            old = main.subject[Factor(trap.inside)].name
            new = main.control[Factor(trap.outside)].name
            text = (
                f"{trap.inside}={old} does not go with {trap.outside}={new} either: "
                f"{trap.signature.describe()}"
            )
            probes = tuple(memory.probe(main.mix(p)) for p in trap.failing)
            facts_.append(Fact("trap", text, probes))
    return tuple(facts_)
