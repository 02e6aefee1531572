"""Which claims of a finished run does an observation of the same run refute?

An independent check: it knows nothing of how the diagnosis was made. Pure.

A setup is what the service can see of it (``Setup.as_sent``). A token's body belongs to the
dialect of its endpoint, so a witness that names the endpoint may carry a migrated body; and a
witness that names the credential may leave out the mint, where the credential needs none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.hidden_rules.seen import SeenByService, differing, holds, level_of
from rtdoctor.domain.finding import Blamed, Cause, Diagnosis, Verdict, Witness
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Factor, Level

DETERMINISM = re.compile(r"answers the same request alike", re.IGNORECASE)
UDP_BLAMED = re.compile(r"\bUDP\b[^.]*\bblock|\bblock[^.]*\bUDP\b", re.IGNORECASE)
KNOWN_TARGETS = ("openai", "sandbox")

_STATUS = re.compile(r"(?<![\w.:/-])[45]\d\d(?![\w-]|\.\d)")
_FAILS = (Verdict.EXPLAINED, Verdict.REPRODUCED)


@dataclass(frozen=True, slots=True)
class Refuted:
    """A claim, and the probes that refute it. ``kind`` is the check that found it."""

    kind: str
    claim: str
    probes: tuple[str, ...] = ()


def audit(run: Run, diagnosis: Diagnosis) -> tuple[Refuted, ...]:
    """Every claim of the diagnosis that the run refutes."""
    seen = SeenByService(run)
    return tuple(refuted for check in _CHECKS for refuted in check(seen, diagnosis))


def _levels(seen: SeenByService, cause: Cause) -> list[tuple[Factor, Level[Any]]] | None:
    """The levels of a cause; ``None`` when one of them names no factor of a setup."""
    levels = [(b.factor, level_of(seen.run, b, cause.failing_probes)) for b in cause.levels]
    known = [(Factor(factor), level) for factor, level in levels if level is not None]
    return known if len(known) == len(levels) else None


def _text(blamed: Iterable[Blamed]) -> str:
    return " and ".join(f"{b.factor}={b.level}" for b in blamed)


def _causes(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """A cause is refuted by a pass that contains all its levels. Where that pass replaced another
    cause with the same signature, the two are halves of one pair."""
    all_levels = [_levels(seen, cause) for cause in diagnosis.causes]
    for number, (cause, levels) in enumerate(zip(diagnosis.causes, all_levels, strict=True)):
        if levels is None:
            if any(b.factor in set(Factor) for b in cause.levels):
                yield Refuted("cause", f"{_text(cause.levels)} is a level of no probe")
            continue
        against = [(p, s) for p, s in seen.passes() if holds(s, levels)]
        if not against:
            continue
        partners = [
            other
            for i, other in enumerate(all_levels)
            if i != number and other and diagnosis.causes[i].signature == cause.signature
        ]
        halves = any(not holds(s, other) for other in partners for _, s in against)
        kind = "halves" if halves else "cause"
        yield Refuted(kind, _text(cause.levels), tuple(p for p, _ in against))


def _witnesses(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    for cause in diagnosis.causes:
        inside = (place.witness for found in cause.inside for place in found.places)
        for witness in (*cause.witnesses, *inside):
            problem = _wrong_witness(seen, witness)
            if problem:
                pair = (witness.failing, witness.passing)
                yield Refuted("witness", f"{_text(cause.levels)}: {problem}", pair)
    for suspicion in diagnosis.suspicions:
        levels = [level_of(seen.run, blamed, suspicion.failing) for blamed in suspicion.levels]
        known = [(Factor(b.factor), v) for b, v in zip(suspicion.levels, levels, strict=True) if v]
        against = [p for p, s in seen.passes() if len(known) == len(levels) and holds(s, known)]
        if against:
            yield Refuted("suspicion", _text(suspicion.levels), tuple(against))


def _wrong_witness(seen: SeenByService, witness: Witness) -> str:
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
    unnamed = differing(failing, passing, named) - named
    if unnamed:
        return f"the pair differs in {', '.join(sorted(unnamed))} too"
    if not named & frozenset(failing.differs_from(passing)):
        return "the pair does not differ in what it names"
    counts = [len(seen.failing(failing)), len(seen.passing(passing))]
    if witness.repeated and min(counts) < 2:
        return "it is called repeated and was not"
    return ""


def _ruled_out(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """A factor is not ruled out where the subject fails and passes with only that changed."""
    if seen.subject is None or not seen.failing(seen.subject):
        return
    for ruled_out in diagnosis.ruled_out:
        if ruled_out.factor not in set(Factor):
            continue
        named = frozenset({Factor(ruled_out.factor)})
        against = [p for p, s in seen.passes() if differing(seen.subject, s, named) == named]
        if against:
            yield Refuted("ruled out", ruled_out.factor, tuple(against))


def _repairs(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
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


def _determinism(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    if claims_determinism(diagnosis):
        for probes in seen.disagreeing():
            yield Refuted("determinism", "one setup was answered in different ways", probes)


def claims_determinism(diagnosis: Diagnosis) -> bool:
    """Whether the diagnosis says that the service answers the same request alike."""
    return any(DETERMINISM.search(text) for text in (*diagnosis.assumptions, diagnosis.sentence))


def _headline(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
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


def _verdict(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
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


def _network(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    connected = tuple(p for p, outcome in seen.outcomes.items() if _had_ice(outcome))
    texts = [fact.text for fact in diagnosis.facts] + [diagnosis.sentence]
    for text in texts if connected else []:
        if UDP_BLAMED.search(text):
            yield Refuted("network", text, connected)


def _had_ice(outcome: Outcome) -> bool:
    stage = outcome.stage
    return stage is not None and stage.order + outcome.is_pass > Stage.ICE.order


def _knowledge(seen: SeenByService, diagnosis: Diagnosis) -> Iterator[Refuted]:
    """Knowledge is about a target: elsewhere it neither alarms nor explains."""
    if seen.run.header.target.name not in KNOWN_TARGETS:
        for drift in diagnosis.drift:
            yield Refuted("knowledge", f"drift: {drift.knowledge}", (drift.probe,))
        for lint in diagnosis.likely:
            if lint.knowledge is not None:
                yield Refuted("knowledge", f"likely: {lint.knowledge}")


_CHECKS: tuple[Callable[[SeenByService, Diagnosis], Iterable[Refuted]], ...] = (
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
