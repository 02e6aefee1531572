"""Which claims of a finished run does an observation of the same run refute?

An independent check: it knows nothing of how the diagnosis was made. Pure.

A setup is what the service can see of it (``Setup.as_sent``). A token's body belongs to the
dialect of its endpoint, so a witness that names the endpoint may carry a migrated body; and a
witness that names the credential may leave out the mint, where the credential needs none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rtdoctor.domain.finding import Blamed, Cause, Diagnosis, Verdict, Witness
from rtdoctor.domain.outcome import Outcome, OutcomeKind, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor, Level, Setup

DETERMINISM = re.compile(r"answers the same request alike", re.IGNORECASE)
UDP_BLAMED = re.compile(r"\bUDP\b[^.]*\bblock|\bblock[^.]*\bUDP\b", re.IGNORECASE)
KNOWN_TARGETS = ("openai", "sandbox")

_STATUS = re.compile(r"(?<![\w.:/-])[45]\d\d(?![\w-]|\.\d)")
_MINT = frozenset({Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY, Factor.BETA_HEADER})
_FAILS = (Verdict.EXPLAINED, Verdict.REPRODUCED)


@dataclass(frozen=True, slots=True)
class Refuted:
    """A claim, and the probes that refute it. ``kind`` is the check that found it."""

    kind: str
    claim: str
    probes: tuple[str, ...] = ()


def audit(run: Run, diagnosis: Diagnosis) -> tuple[Refuted, ...]:
    """Every claim of the diagnosis that the run refutes."""
    seen = Seen(run)
    return tuple(refuted for check in _CHECKS for refuted in check(seen, diagnosis))


class Seen:
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


def _holds(setup: Setup, levels: Sequence[tuple[Factor, Level[Any]]]) -> bool:
    """Whether a setup as sent contains all these levels; no body is sent where nothing mints."""
    return all(
        setup[factor] == level and (factor is not Factor.TOKEN_BODY or _mints(setup))
        for factor, level in levels
    )


def _differing(one: Setup, other: Setup, named: frozenset[Factor]) -> frozenset[Factor]:
    """The factors in which two setups as sent differ, less what ``named`` takes along."""
    differing = frozenset(one.differs_from(other))
    along: frozenset[Factor] = frozenset()
    if Factor.TOKEN_ENDPOINT in named:
        along |= {Factor.TOKEN_BODY}
    if Factor.AUTH in named and _mints(one) != _mints(other):
        along |= _MINT
    return differing - (along - named)


def _levels(seen: Seen, cause: Cause) -> list[tuple[Factor, Level[Any]]] | None:
    """The levels of a cause; ``None`` when one of them names no factor of a setup."""
    levels = [(b.factor, level_of(seen.run, b, cause.failing_probes)) for b in cause.levels]
    known = [(Factor(factor), level) for factor, level in levels if level is not None]
    return known if len(known) == len(levels) else None


def _text(blamed: Iterable[Blamed]) -> str:
    return " and ".join(f"{b.factor}={b.level}" for b in blamed)


def _causes(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """A cause is refuted by a pass that contains all its levels. Where that pass replaced another
    cause with the same signature, the two are halves of one pair."""
    all_levels = [_levels(seen, cause) for cause in diagnosis.causes]
    for number, (cause, levels) in enumerate(zip(diagnosis.causes, all_levels, strict=True)):
        if levels is None:
            if any(b.factor in set(Factor) for b in cause.levels):
                yield Refuted("cause", f"{_text(cause.levels)} is a level of no probe")
            continue
        against = [(p, s) for p, s in seen.passes() if _holds(s, levels)]
        if not against:
            continue
        partners = [
            other
            for i, other in enumerate(all_levels)
            if i != number and other and diagnosis.causes[i].signature == cause.signature
        ]
        halves = any(not _holds(s, other) for other in partners for _, s in against)
        kind = "halves" if halves else "cause"
        yield Refuted(kind, _text(cause.levels), tuple(p for p, _ in against))


def _witnesses(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    for cause in diagnosis.causes:
        for witness in cause.witnesses:
            problem = _wrong_witness(seen, witness)
            if problem:
                pair = (witness.failing, witness.passing)
                yield Refuted("witness", f"{_text(cause.levels)}: {problem}", pair)
    for suspicion in diagnosis.suspicions:
        levels = [level_of(seen.run, blamed, suspicion.failing) for blamed in suspicion.levels]
        known = [(Factor(b.factor), v) for b, v in zip(suspicion.levels, levels, strict=True) if v]
        against = [p for p, s in seen.passes() if len(known) == len(levels) and _holds(s, known)]
        if against:
            yield Refuted("suspicion", _text(suspicion.levels), tuple(against))


def _wrong_witness(seen: Seen, witness: Witness) -> str:
    """What is wrong with a witness pair; empty when nothing is."""
    missing = [p for p in (witness.failing, witness.passing) if p not in seen.outcomes]
    if missing:
        return f"{missing[0]} was not run"
    failing, passing = seen.setups[witness.failing], seen.setups[witness.passing]
    if not seen.outcomes[witness.failing].is_fail or seen.passing(failing):
        return f"{witness.failing} did not fail every time"
    if not seen.outcomes[witness.passing].is_pass or seen.failing(passing):
        return f"{witness.passing} did not pass every time"
    named = frozenset(Factor(f) for f in witness.factors if f in set(Factor))
    if len(named) < len(witness.factors):
        return ""  # a place inside a factor: the levels of the pair say nothing about it
    unnamed = _differing(failing, passing, named) - named
    if unnamed:
        return f"the pair differs in {', '.join(sorted(unnamed))} too"
    if not named & frozenset(failing.differs_from(passing)):
        return "the pair does not differ in what it names"
    counts = [len(seen.failing(failing)), len(seen.passing(passing))]
    if witness.repeated and min(counts) < 2:
        return "it is called repeated and was not"
    return ""


def _ruled_out(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """A factor is not ruled out where the subject fails and passes with only that changed."""
    if seen.subject is None or not seen.failing(seen.subject):
        return
    for ruled_out in diagnosis.ruled_out:
        if ruled_out.factor not in set(Factor):
            continue
        named = frozenset({Factor(ruled_out.factor)})
        against = [p for p, s in seen.passes() if _differing(seen.subject, s, named) == named]
        if against:
            yield Refuted("ruled out", ruled_out.factor, tuple(against))


def _repairs(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    for repair in diagnosis.repairs:
        text = " and ".join(f"{c.factor}={c.new}" for c in repair.changes)
        failing = seen.failing(repair.setup)
        if failing:
            yield Refuted("repair", text, tuple(failing))
        elif not seen.passing(repair.setup):
            yield Refuted("repair", f"{text} never passed", repair.probes)
    for tried in diagnosis.tried:
        if tried.probe in seen.outcomes and seen.outcomes[tried.probe].is_pass:
            text = " and ".join(f"{c.factor}={c.new}" for c in tried.changes)
            yield Refuted("tried", f"{text} passed", (tried.probe,))


def _determinism(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    if claims_determinism(diagnosis):
        for probes in seen.disagreeing():
            yield Refuted("determinism", "one setup was answered in different ways", probes)


def claims_determinism(diagnosis: Diagnosis) -> bool:
    """Whether the diagnosis says that the service answers the same request alike."""
    return any(DETERMINISM.search(text) for text in (*diagnosis.assumptions, diagnosis.sentence))


def _headline(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """The first status that the headline names is one that the subject got, and so is the stage."""
    if seen.subject is None:
        return
    mine = seen.of(seen.subject)
    probes = tuple(o.probe for o in mine)
    signatures = [s for o in mine if (s := seen.outcomes[o.probe].signature) is not None]
    answers = [e.response for o in mine for e in o.exchanges if e.response is not None]
    got = {str(s.status) for s in signatures} | {str(a.status) for a in answers}
    quoted = " ".join(s.message or "" for s in signatures)
    named = _STATUS.search(diagnosis.sentence)
    if mine and named and named[0] not in got and named[0] not in quoted:
        yield Refuted("headline", f"{named[0]} in: {diagnosis.sentence}", probes)
    elif signatures and len(signatures) == len(mine):
        stages = {s.stage for s in signatures}
        said = diagnosis.sentence.lower()
        if stages == {Stage.MINT} and said.startswith("the call is refused"):
            yield Refuted("headline", "a call is refused that was never made", probes)
        if Stage.MINT not in stages and said.startswith("the token request is refused"):
            yield Refuted("headline", "a token request is refused that was answered", probes)


def _verdict(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    if seen.subject is not None:
        failing, passing = seen.failing(seen.subject), seen.passing(seen.subject)
        if diagnosis.verdict is Verdict.WORKS and failing:
            yield Refuted("verdict", "the subject works", tuple(failing))
        if diagnosis.verdict in _FAILS and passing:
            yield Refuted("verdict", "the subject fails", tuple(passing))
    control = diagnosis.control
    if control is not None and control in seen.setups:
        failing = seen.failing(seen.setups[control])
        if failing or not seen.outcomes[control].is_pass:
            yield Refuted("control", f"{control} passes", (control, *failing))


def _network(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    connected = tuple(p for p, outcome in seen.outcomes.items() if _had_ice(outcome))
    texts = [fact.text for fact in diagnosis.facts] + [diagnosis.sentence]
    for text in texts if connected else []:
        if UDP_BLAMED.search(text):
            yield Refuted("network", text, connected)


def _had_ice(outcome: Outcome) -> bool:
    stage = outcome.stage
    return stage is not None and stage.order + outcome.is_pass > Stage.ICE.order


def _knowledge(seen: Seen, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """Knowledge is about a target: elsewhere it neither alarms nor explains."""
    if seen.run.header.target.name not in KNOWN_TARGETS:
        for drift in diagnosis.drift:
            yield Refuted("knowledge", f"drift: {drift.knowledge}", (drift.probe,))
        for lint in diagnosis.likely:
            if lint.knowledge is not None:
                yield Refuted("knowledge", f"likely: {lint.knowledge}")


_CHECKS: tuple[Callable[[Seen, Diagnosis], Iterable[Refuted]], ...] = (
    _causes,
    _witnesses,
    _ruled_out,
    _repairs,
    _determinism,
    _headline,
    _verdict,
    _network,
    _knowledge,
)
