"""From answers to a ``Localisation``: what may be said, and what must be left open."""

from __future__ import annotations

from rtdoctor.localise.next_question import pending
from rtdoctor.localise.other_factors import other_factors
from rtdoctor.localise.point_answers import PointAnswers
from rtdoctor.localise.points import NO_POINTS, Mask, PointSet, union
from rtdoctor.localise.proof import Proof, accounted, prove
from rtdoctor.localise.result import (
    FoundCause,
    FoundRepair,
    KnownTrap,
    Localisation,
    WitnessPair,
)
from rtdoctor.localise.space import Point
from rtdoctor.localise.suspects import Clash, Suspects

REPAIRS = 3
"""How many repairs are reported at most."""


def decisive(suspects: Suspects) -> PointSet:
    """The points on which claims rest: the subject, isolating failures, witness pairs, repairs,
    and one failure of every trap."""
    answers, space = suspects.answers, suspects.space
    if not answers.comparable:
        return NO_POINTS
    points = [space.subject, *_nearest_passes(answers)]
    for proof in _proofs(suspects):
        points.append(suspects.isolating(proof.cause))
        for pair in proof.pairs:
            points += [pair.failing, pair.passing]
    points += [(trap.fails & suspects.cleared_fails).smallest for trap in suspects.traps]
    return PointSet.of(points)


def conclude(suspects: Suspects, *, probes: int, budget_ended: bool, strength: int) -> Localisation:
    """The result of a search; the same answers always give the same result."""
    answers, space = suspects.answers, suspects.space
    flaky = tuple(space.point(mask) for mask in answers.changed_their_answer())
    if not answers.comparable:
        return Localisation(
            reproduced=space.subject in answers.fails,
            controlled=space.control in answers.passes,
            inconclusive=bool(flaky) or space.subject not in answers.known,
            flaky=flaky,
            probes=probes,
            budget_ended=budget_ended,
        )
    # One changed answer puts every inference of this search in doubt, not only those about it.
    proofs = [] if flaky else _proofs(suspects)
    ruled_out, unresolved = other_factors(suspects, proofs)
    return Localisation(
        reproduced=True,
        controlled=True,
        inconclusive=bool(flaky),
        causes=tuple(_cause(suspects, proof, proofs) for proof in proofs),
        repairs=tuple(_repair(suspects, mask, proofs) for mask in _nearest_passes(answers)),
        traps=tuple(_trap(suspects, clash) for clash in suspects.traps),
        ruled_out=ruled_out,
        unresolved=unresolved,
        flaky=flaky,
        pending=len(pending(suspects, strength, accounted(suspects, proofs))),
        exhaustive=space.points <= answers.known,
        probes=probes,
        budget_ended=budget_ended,
    )


def _proofs(suspects: Suspects) -> list[Proof]:
    proofs = (prove(suspects, cause) for cause in suspects.causes)
    return [proof for proof in proofs if proof.holds]


def _cause(suspects: Suspects, proof: Proof, proofs: list[Proof]) -> FoundCause:
    answers, space = suspects.answers, suspects.space
    alone = suspects.isolating(proof.cause)
    signature = answers.signature(alone)
    assert signature is not None
    # Implied failures are left out of the counts: "n of n failed" has to mean n probes.
    probed = space.above(proof.cause) & answers.asked
    return FoundCause(
        factors=space.point(proof.cause),
        signature=signature,
        witnesses=tuple(
            WitnessPair(
                factors=space.point(pair.factors),
                failing=space.point(pair.failing),
                passing=space.point(pair.passing),
                repeated=pair.failing in answers.repeated and pair.passing in answers.repeated,
            )
            for pair in proof.pairs
        ),
        isolating=space.point(alone),
        failing=space.nearest_first(probed & answers.fails),
        contexts_tried=space.distinct(probed),
        contexts_failed=space.distinct(probed - answers.refuting),
        contexts_possible=space.distinct(space.above(proof.cause)),
        hidden_behind=tuple(
            i for i, other in enumerate(proofs) if _hides(suspects, other.cause, proof.cause)
        ),
        only_repaired=_only_repaired(suspects, proof.cause),
    )


def _only_repaired(suspects: Suspects, cause: Mask) -> Point:
    """The factors that are at the control's level wherever this cause was seen by itself."""
    space, contexts = suspects.space, suspects.clean(cause)
    return space.point(
        sum(
            level
            for level in space.levels
            if space.above(cause | level) and not contexts.meets(space.above(level))
        )
    )


def _hides(suspects: Suspects, front: Mask, behind: Mask) -> bool:
    """Whether every failure with both shows the front's signature and never the other's."""
    answers, space = suspects.answers, suspects.space
    if front == behind:
        return False
    theirs, own = (answers.signature(suspects.isolating(cause)) for cause in (front, behind))
    # A service answers with the first fault it meets. The one behind is never seen next to it.
    seen = {answers.signature(mask) for mask in space.above(front | behind) & answers.fails}
    return theirs != own and theirs in seen and own not in seen


def _nearest_passes(answers: PointAnswers) -> list[Mask]:
    """The cheapest changes that passed; none contains the changes of another."""
    space = answers.space
    # A change that includes another working one is no alternative to it.
    chosen: list[Mask] = []
    for mask in sorted(answers.passes, key=lambda m: (space.cost[m], -m.bit_count(), m)):
        if len(chosen) < REPAIRS and not any(mask & other == mask for other in chosen):
            chosen.append(mask)
    return chosen


def _repair(suspects: Suspects, mask: Mask, proofs: list[Proof]) -> FoundRepair:
    answers, space = suspects.answers, suspects.space
    cheaper = PointSet.of(m for m in space.points if space.cost[m] < space.cost[mask])
    hopeless = answers.fails | union(space.above(proof.cause) for proof in proofs)
    # "Nothing cheaper works" may rest on a trap only where the trap itself has been proved.
    hopeless |= union(trap.points for trap in suspects.traps if all(_beside(suspects, trap)))
    return FoundRepair(
        point=space.point(mask),
        edits=space.point(space.subject ^ mask),
        cost=space.cost[mask],
        minimal=cheaper <= hopeless,
        tried=space.distinct(cheaper & answers.asked & answers.fails),
        repeated=mask in answers.repeated,
    )


def _trap(suspects: Suspects, clash: Clash) -> KnownTrap:
    answers, space = suspects.answers, suspects.space
    failing = clash.fails & suspects.cleared_fails
    signature = answers.signature(failing.smallest)
    assert signature is not None
    (inside,), (outside,) = space.point(clash.inside), space.point(clash.outside)
    beside = _beside(suspects, clash)
    return KnownTrap(
        inside=inside,
        outside=outside,
        signature=signature,
        failing=space.nearest_first(failing & answers.asked),
        passing=space.nearest_first(union(beside)),
        proved=all(beside),
    )


def _beside(suspects: Suspects, clash: Clash) -> tuple[PointSet, PointSet]:
    """The passes that differ from a failure of this clash in its one factor, or in the other."""
    answers, space = suspects.answers, suspects.space
    failing = clash.fails & suspects.cleared_fails & answers.asked

    def passing(level: Mask) -> PointSet:
        beside = PointSet.of(other for mask in failing for other in space.flips(mask, level))
        return beside & answers.passes

    return passing(clash.inside), passing(clash.outside)
