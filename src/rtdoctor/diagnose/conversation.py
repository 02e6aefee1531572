"""The diagnosis of one setup, as a conversation: it asks for probes and ends in a diagnosis.

A generator without I/O. Live, the caller runs the probes it asks for; in a replay, the caller
answers from a journal, and ``None`` where the journal has no answer.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from rtdoctor.diagnose import endings
from rtdoctor.diagnose.answered import answers
from rtdoctor.diagnose.body_lints import body_lints
from rtdoctor.diagnose.candidates import Candidates
from rtdoctor.diagnose.causes import Causes, Widening, minimal
from rtdoctor.diagnose.claims import Claims
from rtdoctor.diagnose.controls import Control, find_controls
from rtdoctor.diagnose.endings import Ending
from rtdoctor.diagnose.inside import Inside, go_inside
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.mixtures import Mixtures, localise_between
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk, is_breakdown
from rtdoctor.diagnose.repair_search import RepairSearch
from rtdoctor.diagnose.repairs import confirm_repairs, tried_and_refused
from rtdoctor.diagnose.statement import assumptions, ending_of
from rtdoctor.domain.finding import Contradiction, Diagnosis, Fact, Lint, Verdict
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import AuthKind, Factor, Level, Setup
from rtdoctor.wording.answers import describe

BUDGET = 96
"""The most probes of a diagnosis, unless the user says otherwise."""
_REPEATED_PASSES = 4
Conversation = Generator[Questions, Answers, Diagnosis]


@dataclass(frozen=True, slots=True)
class Case:
    """What every step of a diagnosis needs to know."""

    subject: Setup
    candidates: Candidates
    known: KnownHere
    observed: Observed

    def hint(self, signature: Signature) -> Sequence[str]:
        return self.known.hints(signature)


def diagnose_subject(
    subject: Setup,
    candidates: Candidates,
    known: KnownHere,
    *,
    goal: Stage = Stage.SESSION,
    budget: int | None = None,
) -> Conversation:
    """Find why ``subject`` fails and what would work, with at most ``budget`` probes."""
    observed = Observed(goal, BUDGET if budget is None else budget)
    case = Case(subject, candidates, known, observed)
    ending = yield from _reproduce(case)
    first = _first_call(subject)
    if ending is not None and first is not None and observed.never_sent(subject):
        return (yield from _diagnose_first_call(replace(case, subject=first)))
    if ending is not None:
        return _diagnosis(case, ending)
    return (yield from _compare_with_controls(case))


def _first_call(subject: Setup) -> Setup | None:
    """For a used token: the call that uses it first."""
    if subject.auth.value.kind is not AuthKind.USED:
        return None
    fresh = replace(subject.auth.value, kind=AuthKind.EPHEMERAL)
    return subject.with_level(Factor.AUTH, Level(AuthKind.EPHEMERAL.value, fresh))


def _diagnose_first_call(case: Case) -> Conversation:
    """A token cannot be used twice where its first call fails: then that is what is diagnosed."""
    ending = yield from _reproduce(case)
    if ending is not None:
        return _diagnosis(case, ending)
    found = yield from _compare_with_controls(case)
    note = "The first call with the token fails already, so it is the first call that is diagnosed."
    return replace(found, sentence=f"{note} {found.sentence}")


def _compare_with_controls(case: Case) -> Conversation:
    """Look for something that passes, and compare the subject with it."""
    observed = case.observed
    found = yield from find_controls(case.subject, observed, case.candidates)
    if found.controls:
        return (yield from _compare(case, found.controls))
    if observed.unanswered or (found.left_out and observed.budget < BUDGET):
        return _diagnosis(case, endings.cut_short(0, case.subject, observed))
    return _diagnosis(case, endings.nothing_passes(case.subject, found.left_out, observed))


def _reproduce(case: Case) -> Generator[Questions, Answers, Ending | None]:
    """Probe the subject until it has answered alike twice; ``None`` when it fails so.

    A subject that breaks the service down every time counts as failing from then on.
    """
    subject, observed = case.subject, case.observed
    yield from observed.ask(
        [SetupAsk(subject, Purpose.SUBJECT), SetupAsk(subject, Purpose.CONFIRM)]
    )
    if len(observed.outcomes(subject)) == 1:
        yield from observed.ask([SetupAsk(subject, Purpose.CONFIRM)])
    if observed.contradicted():
        # three more tell a service that wavers from a single slip
        yield from observed.ask([SetupAsk(subject, Purpose.CONFIRM)] * 3)
        return endings.changed_its_answer(subject, subject, observed)
    if len(observed.outcomes(subject)) == 1 and not observed.spent and not observed.unanswered:
        # an answer between breakdowns is no answer to rely on
        return endings.changed_its_answer(subject, subject, observed)
    if observed.passed(subject):
        return endings.works(len(observed.outcomes(subject)))
    if observed.outcomes(subject):
        return None
    seen = [o.outcome for o in observed.observations(subject)]
    if not seen or (observed.unanswered and len(seen) < 2):
        return endings.cut_short(0, subject, observed)
    if any(o.is_pass for o in seen):
        return endings.untried(subject, observed)
    if observed.never_sent(subject):
        return endings.not_sent(subject, observed)
    observed.breakdowns_count = all(map(is_breakdown, seen)) and len({o.stage for o in seen}) == 1
    return None


def _compare(case: Case, controls: tuple[Control, ...]) -> Conversation:
    """Find what in the subject makes it fail where the nearest control passes."""
    subject, observed = case.subject, case.observed
    control = controls[0]
    if not observed.outcomes(subject):
        # limits on the rate, names that do not resolve: beside a pass they are nobody's fault
        return _diagnosis(case, endings.nothing_known(subject, control.found, observed), control)
    main = yield from localise_between(subject, control.setup, observed, case.hint)
    if main.found.inconclusive or not (main.found.reproduced and main.found.controlled):
        changed = observed.contradicted()
        ending = endings.cut_short(0, subject, observed)
        if changed:
            ending = endings.changed_its_answer(changed[0], subject, observed)
        return _diagnosis(case, ending, control)
    others = tuple(c.setup for c in controls[1:])
    widening = Widening(main, others, observed, case.hint)
    found = yield from widening.explain()
    # before the repairs: the factor without the one place at fault is the smallest repair
    inside = yield from go_inside(subject, control.setup, minimal(found.standing), observed)
    yield from _search(case, main, control, found, inside).run()
    # what passed meanwhile may refute a cause; each round adds a level to one, so this ends
    found = yield from widening.stand_again(found)
    repairs = yield from confirm_repairs(subject, observed, case.candidates)
    yield from observed.repeat(
        [s for c in found.standing for p in c.pairs for s in (p.failing, p.passing)]
    )
    yield from _repeat_finer(inside, observed)
    yield from _once_more(case)
    if observed.by_chance(subject):
        repairs = ()  # what passed beside it may have passed by chance
    claims = Claims(main, minimal(found.standing), found.undecided, repairs, observed, inside)
    return _diagnosis(case, ending_of(claims, control.found), control, claims)


def _repeat_finer(
    inside: tuple[Inside, ...], observed: Observed
) -> Generator[Questions, Answers, None]:
    """The pairs of the finer claims once more; without an answer only the coarse ones stand."""
    unanswered = observed.unanswered
    yield from observed.repeat([setup for factor in inside for setup in factor.setups])
    observed.unanswered = unanswered


def _once_more(case: Case) -> Generator[Questions, Answers, None]:
    """The subject at the very end, and passes that were seen once: does the service still answer
    as it did?"""
    observed = case.observed
    once = [s for s in observed.passing() if len(observed.outcomes(s)) < 2]
    last = [case.subject, *once[:_REPEATED_PASSES]]
    yield from observed.ask([SetupAsk(s, Purpose.CONFIRM) for s in last])


def _search(
    case: Case, main: Mixtures, control: Control, found: Causes, inside: tuple[Inside, ...]
) -> RepairSearch:
    failure = case.observed.outcomes(case.subject)[0].signature
    assert failure is not None, "what is compared has failed"
    return RepairSearch(
        case.subject,
        control.setup,
        failure,
        tuple(found.standing),
        case.observed,
        case.candidates,
        tuple((i.factor, i.mended) for i in inside if i.mended is not None),
    )


def _diagnosis(
    case: Case, ending: Ending, control: Control | None = None, claims: Claims | None = None
) -> Diagnosis:
    """The result: what every diagnosis has, and the claims where there are any."""
    subject, observed = case.subject, case.observed
    bare = Diagnosis(
        verdict=ending.verdict,
        sentence=ending.sentence,
        next_step=ending.next_step,
        answers=answers(observed.observations(subject), observed.goal),
        subject_probes=observed.probes(subject),
        contradictions=tuple(_contradiction(s, observed) for s in observed.contradicted()),
        likely=_lints(case) if ending.verdict is not Verdict.WORKS else (),
        facts=case.known.facts(observed.all())
        + _wavering(observed)
        + case.known.endings([subject], observed.passing()),
        # where nothing connects the answers are not about the setups, so they contradict nothing
        drift=() if ending.verdict is Verdict.CANNOT_TEST else case.known.drift(observed.all()),
        does_not_prove=endings.does_not_prove(subject),
    )
    if control is not None and observed.passed(control.setup):
        probe = observed.probe(control.setup)
        bare = replace(bare, control=probe, control_found=f"{control.found} ({probe})")
    if claims is None:
        return bare
    causes = tuple(
        replace(cause, knowledge=_explaining(case, cause.signature, isolating))
        for cause, isolating in claims.causes()
    )
    return replace(
        bare,
        causes=causes,
        suspicions=claims.suspicions(),
        repairs=claims.repairs,
        tried=tried_and_refused(subject, claims.repairs, observed),
        ruled_out=claims.ruled_out(),
        unresolved=claims.unresolved(),
        pending=claims.main.found.pending,
        likely=() if causes else bare.likely,
        facts=bare.facts + claims.traps(),
        assumptions=assumptions(claims),
    )


def _wavering(observed: Observed) -> tuple[Fact, ...]:
    """What the run shows about the service itself: it changes its answers, or breaks down."""
    flaky = tuple(
        Fact("flaky", "The same setup answered differently.", observed.probes(setup))
        for setup in observed.contradicted()
    )
    if observed.breakdowns_count:
        return flaky  # the breakdown is what is diagnosed
    return flaky + tuple(
        Fact("breakdown", describe(setup, seen[0].outcome), observed.probes(setup))
        for setup in observed.setups()
        if (seen := observed.observations(setup)) and all(is_breakdown(o.outcome) for o in seen)
    )


def _contradiction(setup: Setup, observed: Observed) -> Contradiction:
    return Contradiction(answers(observed.evidence(setup), observed.goal))


def _explaining(case: Case, signature: Signature, isolating: Setup) -> tuple[str, ...]:
    names = isolating.as_sent().names
    return case.known.explain(signature, names)[:3]


def _lints(case: Case) -> tuple[Lint, ...]:
    """What is known to fail about the subject as it stands, whatever the probes said."""
    passed = case.observed.passing()
    known = case.known.lints(case.subject, case.candidates.references, passed)
    ended = case.known.ended(case.subject, passed)
    return known + body_lints(case.subject, case.known.target, passed) + ended
