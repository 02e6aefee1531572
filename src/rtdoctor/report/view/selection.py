"""Which probes matter most: those that prove a finding, and one of each distinct outcome."""

from __future__ import annotations

from itertools import chain

from rtdoctor.domain.finding import Diagnosis, Witness
from rtdoctor.domain.outcome import Outcome, OutcomeKind
from rtdoctor.domain.run import Observation, Run

SMALL = 60
"""Probes in a run that is shown in full."""
DETAILED = 30
"""Probes shown in full of a bigger one: the decisive ones and one of each distinct outcome."""
PATTERNS = 12
"""Patterns of a survey that are shown with their proof; the others are listed."""

_ORDER = (OutcomeKind.FAIL, OutcomeKind.TRANSIENT, OutcomeKind.PASS, OutcomeKind.SKIPPED)


def by_signature(run: Run) -> list[tuple[Outcome, list[Observation]]]:
    """Probes with equal outcomes, failures first, the larger group first. Skipped: left out."""
    groups: dict[object, list[Observation]] = {}
    for observation in run.observations:
        outcome = observation.outcome
        if outcome.kind is not OutcomeKind.SKIPPED:
            key = (outcome.kind, outcome.stage, outcome.signature)
            groups.setdefault(key, []).append(observation)
    # Failures first and the most frequent of them first, since a reader stops early.
    ordered = sorted(groups.values(), key=lambda g: (_ORDER.index(g[0].outcome.kind), -len(g)))
    return [(members[0].outcome, members) for members in ordered]


def decisive(run: Run, diagnosis: Diagnosis) -> frozenset[str]:
    """The ids of the probes that a finding rests on, as far as the run holds them."""
    named = chain(
        [diagnosis.control] if diagnosis.control else [],
        diagnosis.subject_probes,
        *(_of_witnesses(cause.witnesses) for cause in diagnosis.causes),
        *(cause.failing_probes[:3] for cause in diagnosis.causes),
        *(_of_witnesses(pattern.passing_neighbours) for pattern in diagnosis.patterns[:PATTERNS]),
        *(pattern.failing[:1] for pattern in diagnosis.patterns[:PATTERNS]),
        *(found.probes for found in diagnosis.contradictions),
        *((*found.failing[:2], *found.passing[:2]) for found in diagnosis.suspicions),
        *(repair.probes for repair in diagnosis.repairs),
        *(ruled_out.probes[:1] for ruled_out in diagnosis.ruled_out),
        *(fact.probes[:1] for fact in diagnosis.facts),
        (found.probe for found in diagnosis.tried),
        (drift.probe for drift in diagnosis.drift),
    )
    # Only probes that the run holds: a saved diagnosis may name others.
    held = {observation.probe for observation in run.observations}
    return frozenset(held.intersection(named))


def _of_witnesses(witnesses: tuple[Witness, ...]) -> tuple[str, ...]:
    return tuple(chain.from_iterable((w.failing, w.passing) for w in witnesses))


def detailed(run: Run, diagnosis: Diagnosis) -> frozenset[str]:
    """The ids of the probes to show in full: all of a small run, the telling ones of a big one."""
    if len(run.observations) <= SMALL:
        return frozenset(observation.probe for observation in run.observations)
    proving = decisive(run, diagnosis)
    chosen = [o.probe for o in run.observations if o.probe in proving]
    chosen += [members[0].probe for _, members in by_signature(run)]
    return frozenset(list(dict.fromkeys(chosen))[:DETAILED])


def is_inferred(observation: Observation) -> bool:
    """Whether the sandbox made up the answer that decided this probe, which is the last one."""
    return bool(observation.rules) and observation.rules[-1].basis == "inferred"
