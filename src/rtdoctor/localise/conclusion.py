"""From answers to a ``Localisation``: what may be said, and what must be left open."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from rtdoctor.localise.answers import Answers
from rtdoctor.localise.next_question import pending
from rtdoctor.localise.proof import Proof, prove
from rtdoctor.localise.result import (
    FactorRuledOut,
    FactorUnresolved,
    FoundCause,
    FoundRepair,
    KnownTrap,
    Localisation,
    WitnessPair,
)
from rtdoctor.localise.space import Point, Space, members
from rtdoctor.localise.suspects import Clash, Suspects

REPAIRS = 3
"""How many repairs are reported at most."""

AFTER = "it is sent only after the stage that fails"
SAME = "the same failure with it at either level"
DIFFERENT = "it fails with it at either level, but not with the same error"
CHANGED = "the same probe gave different answers"
NOTHING_LEFT = "the probes ended before it could be proved or ruled out"


def decisive(suspects: Suspects) -> int:
    """The points on which claims rest: the subject, isolating failures, witness pairs, repairs,
    and one failure of every trap."""
    answers, space = suspects.answers, suspects.space
    if not _comparable(answers):
        return 0
    points = 1 << space.subject
    for proof in _proofs(suspects):
        points |= 1 << _isolating(suspects, proof.cause)
        for pair in proof.pairs:
            points |= 1 << pair.failing | 1 << pair.passing
    for mask in _nearest_passes(answers):
        points |= 1 << mask
    for trap in suspects.traps:
        points |= 1 << _smallest(trap.fails & suspects.cleared_fails)
    return points


def conclude(suspects: Suspects, *, probes: int, budget_ended: bool, strength: int) -> Localisation:
    """The result of a search; the same answers always give the same result."""
    answers, space = suspects.answers, suspects.space
    flaky = tuple(space.point(mask) for mask in answers.changed_their_answer())
    if not _comparable(answers):
        return Localisation(
            reproduced=bool(answers.fails >> space.subject & 1),
            controlled=bool(answers.passes >> space.control & 1),
            inconclusive=bool(flaky) or not answers.known >> space.subject & 1,
            flaky=flaky,
            probes=probes,
            budget_ended=budget_ended,
        )
    proofs = [] if flaky else _proofs(suspects)
    ruled_out, unresolved = _others(suspects, proofs)
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
        pending=len(pending(suspects, strength, _accounted(suspects, proofs))),
        exhaustive=not space.points & ~answers.known,
        probes=probes,
        budget_ended=budget_ended,
    )


def _comparable(answers: Answers) -> bool:
    """Whether the subject fails and the control passes, every time they were asked."""
    space = answers.space
    return bool(answers.fails >> space.subject & 1 and answers.passes >> space.control & 1)


def _proofs(suspects: Suspects) -> list[Proof]:
    proofs = (prove(suspects, cause) for cause in suspects.causes)
    return [proof for proof in proofs if proof.holds]


def _points(space: Space, points: int) -> tuple[Point, ...]:
    """Nearest to the subject first; one point for each different request."""
    seen = 0
    found = []
    for mask in sorted(members(points), key=lambda m: (space.cost[m], m)):
        if not seen >> mask & 1:
            seen |= space.classes[mask]
            found.append(space.point(mask))
    return tuple(found)


def _isolating(suspects: Suspects, cause: int) -> int:
    """The smallest failure that holds this cause and nothing else known, a probed one first."""
    failing = suspects.clean(cause) & suspects.answers.fails
    return _smallest(failing & suspects.answers.asked or failing)


def _smallest(points: int) -> int:
    return min(members(points), key=lambda m: (m.bit_count(), m))


def _cause(suspects: Suspects, proof: Proof, proofs: list[Proof]) -> FoundCause:
    answers, space = suspects.answers, suspects.space
    isolating = _isolating(suspects, proof.cause)
    signature = answers.signature(isolating)
    assert signature is not None
    probed = space.above(proof.cause) & answers.asked
    return FoundCause(
        factors=space.point(proof.cause),
        signature=signature,
        witnesses=tuple(
            WitnessPair(
                factors=space.point(pair.factors),
                failing=space.point(pair.failing),
                passing=space.point(pair.passing),
                repeated=answers.is_repeated(pair.failing) and answers.is_repeated(pair.passing),
            )
            for pair in proof.pairs
        ),
        isolating=space.point(isolating),
        failing=_points(space, probed & answers.fails),
        contexts_tried=space.distinct(probed),
        contexts_failed=space.distinct(probed & ~answers.refuting),
        contexts_possible=space.distinct(space.above(proof.cause)),
        hidden_behind=tuple(
            i for i, other in enumerate(proofs) if _hides(suspects, other.cause, proof.cause)
        ),
        only_repaired=space.point(
            sum(
                bit
                for bit in space.bits
                if space.above(proof.cause | bit)
                and not suspects.clean(proof.cause) & space.above(bit)
            )
        ),
    )


def _hides(suspects: Suspects, front: int, behind: int) -> bool:
    """Whether every failure with both shows the front's signature and never the other's."""
    answers, space = suspects.answers, suspects.space
    if front == behind:
        return False
    theirs, own = (answers.signature(_isolating(suspects, cause)) for cause in (front, behind))
    both = members(space.above(front | behind) & answers.fails)
    seen = {answers.signature(mask) for mask in both}
    return theirs != own and theirs in seen and own not in seen


def _nearest_passes(answers: Answers) -> list[int]:
    """The cheapest changes that passed; none contains the changes of another."""
    space = answers.space
    chosen: list[int] = []
    for mask in sorted(members(answers.passes), key=lambda m: (space.cost[m], -m.bit_count(), m)):
        if len(chosen) < REPAIRS and not any(mask & other == mask for other in chosen):
            chosen.append(mask)
    return chosen


def _repair(suspects: Suspects, mask: int, proofs: list[Proof]) -> FoundRepair:
    answers, space = suspects.answers, suspects.space
    cheaper = sum(1 << m for m in members(space.points) if space.cost[m] < space.cost[mask])
    hopeless = answers.fails | reduce(or_, (space.above(proof.cause) for proof in proofs), 0)
    for trap in suspects.traps:
        if all(_beside(suspects, trap)):
            hopeless |= trap.points
    return FoundRepair(
        point=space.point(mask),
        edits=space.point(space.subject ^ mask),
        cost=space.cost[mask],
        minimal=not cheaper & ~hopeless,
        tried=space.distinct(cheaper & answers.asked & answers.fails),
        repeated=answers.is_repeated(mask),
    )


def _trap(suspects: Suspects, clash: Clash) -> KnownTrap:
    answers, space = suspects.answers, suspects.space
    failing = clash.fails & suspects.cleared_fails
    signature = answers.signature(_smallest(failing))
    assert signature is not None
    (inside,), (outside,) = space.point(clash.inside), space.point(clash.outside)
    beside = _beside(suspects, clash)
    return KnownTrap(
        inside=inside,
        outside=outside,
        signature=signature,
        failing=_points(space, failing & answers.asked),
        passing=_points(space, beside[0] | beside[1]),
        proved=all(beside),
    )


def _beside(suspects: Suspects, clash: Clash) -> tuple[int, int]:
    """The passes that differ from a failure of this clash in its one factor, or in the other."""
    answers, space = suspects.answers, suspects.space
    beside = [0, 0]
    for mask in members(clash.fails & suspects.cleared_fails & answers.asked):
        for i, bit in enumerate((clash.inside, clash.outside)):
            for other in space.flips(mask, bit):
                beside[i] |= answers.passes & 1 << other
    return beside[0], beside[1]


def _accounted(suspects: Suspects, proofs: list[Proof]) -> int:
    """The points that a proved cause or a trap makes fail."""
    points = suspects.trapped
    for proof in proofs:
        points |= suspects.space.above(proof.cause)
    return points


def _unresolved(suspects: Suspects, proofs: list[Proof]) -> Iterator[tuple[str, str]]:
    """Factors that may still matter: left in a suspect, or never varied beside a cause."""
    space = suspects.space
    claimed = reduce(or_, (proof.cause for proof in proofs), 0)
    accounted = _accounted(suspects, proofs)
    for suspect in suspects.minimal:
        if space.above(suspect) & ~accounted:
            why = CHANGED if suspects.answers.flaky else NOTHING_LEFT
            if suspect in suspects.causes:
                why = prove(suspects, suspect).obstacle or why
            for name in sorted(space.point(suspect & ~claimed)):
                yield name, why
    for proof in proofs:
        contexts = suspects.clean(proof.cause)
        for bit in (b for b in space.bits if not b & (claimed | proof.cause)):
            for side in (space.above(bit), space.cube(0, bit)):
                if space.above(proof.cause) & side and not contexts & side:
                    (name,) = space.point(bit)
                    yield name, "at one of its levels every mixture fails for another reason"


def _others(
    suspects: Suspects, proofs: list[Proof]
) -> tuple[tuple[FactorRuledOut, ...], tuple[FactorUnresolved, ...]]:
    """The factors in no cause: ruled out with the probes that show it, or unresolved."""
    space = suspects.space
    unresolved = dict(_unresolved(suspects, proofs))
    ruled_out = []
    claimed = reduce(or_, (proof.cause for proof in proofs), 0)
    for axis in space.axes:
        bit = space.mask([axis.name])
        if not proofs or bit & claimed or axis.name in unresolved:
            continue
        evidence, why = 0, AFTER
        for proof in proofs:
            points, alike = _either_level(suspects, proof.cause, bit)
            evidence |= points
            signature = suspects.answers.signature(_isolating(suspects, proof.cause))
            if signature is None or axis.first_sent.order <= signature.stage.order:
                why = SAME if alike and why != DIFFERENT else DIFFERENT
        if why == DIFFERENT:
            unresolved[axis.name] = why
        else:
            ruled_out.append(FactorRuledOut(axis.name, _points(space, evidence), why))
    return tuple(ruled_out), tuple(FactorUnresolved(f, why) for f, why in unresolved.items())


def _either_level(suspects: Suspects, cause: int, bit: int) -> tuple[int, bool]:
    """A probed failure of this cause with the factor at each level; whether they say the same."""
    answers, space = suspects.answers, suspects.space
    failing = suspects.clean(cause) & answers.fails & answers.asked
    own = answers.signature(_isolating(suspects, cause))
    chosen, alike = 0, True
    for side in (space.above(bit), space.cube(0, bit)):
        probed = list(members(failing & side))
        same = [m for m in probed if answers.signature(m) == own]
        alike &= bool(same)
        for mask in (same or probed)[-1:]:
            chosen |= 1 << mask
    return chosen, alike
