"""The factors in no cause: ruled out with the probes that show it, or left unresolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rtdoctor.localise.points import Mask, PointSet, union
from rtdoctor.localise.proof import Proof, accounted, prove
from rtdoctor.localise.result import FactorRuledOut, FactorUnresolved
from rtdoctor.localise.suspects import Suspects

AFTER = "it is sent only after the stage that fails"
SAME = "the same failure with it at either level"
DIFFERENT = "it fails with it at either level, but not with the same error"
CHANGED = "the same probe gave different answers"
NOTHING_LEFT = "the probes ended before it could be proved or ruled out"
NEVER_ALONE = "at one of its levels every mixture fails for another reason"


def other_factors(
    suspects: Suspects, proofs: Sequence[Proof]
) -> tuple[tuple[FactorRuledOut, ...], tuple[FactorUnresolved, ...]]:
    """What is to be said of the factors that no proved cause holds."""
    space = suspects.space
    unresolved = dict(_unresolved(suspects, proofs))
    ruled_out = []
    claimed = _claimed(proofs)
    for axis in space.axes:
        level = space.mask([axis.name])
        if not proofs or level & claimed or axis.name in unresolved:
            continue
        points, why = _seen_at_both(suspects, proofs, level)
        if why == DIFFERENT:
            unresolved[axis.name] = why
        else:
            ruled_out.append(FactorRuledOut(axis.name, space.nearest_first(points), why))
    return tuple(ruled_out), tuple(FactorUnresolved(f, why) for f, why in unresolved.items())


def _claimed(proofs: Sequence[Proof]) -> Mask:
    levels = 0
    for proof in proofs:
        levels |= proof.cause
    return levels


def _unresolved(suspects: Suspects, proofs: Sequence[Proof]) -> Iterator[tuple[str, str]]:
    """Factors that may still matter: left in a suspect, or never varied beside a cause."""
    space = suspects.space
    claimed = _claimed(proofs)
    explained = accounted(suspects, proofs)
    for suspect in suspects.minimal:
        # Wherever these levels are, a proved cause or a trap is too: nothing is left for them to
        # explain.
        if space.above(suspect) <= explained:
            continue
        why = CHANGED if suspects.answers.flaky else NOTHING_LEFT
        if suspect in suspects.causes:
            why = prove(suspects, suspect).obstacle or why
        for name in sorted(space.point(suspect & ~claimed)):
            yield name, why
    # A factor stays open, too, when the cause was never seen alone with it at one of its levels:
    # the proof did not have to vary it there, because another reason to fail is in the way.
    for proof in proofs:
        contexts = suspects.clean(proof.cause)
        for level in (v for v in space.levels if not v & claimed):
            for side in (space.above(level), space.cube(0, level)):
                if space.above(proof.cause).meets(side) and not contexts.meets(side):
                    (name,) = space.point(level)
                    yield name, NEVER_ALONE


def _seen_at_both(suspects: Suspects, proofs: Sequence[Proof], level: Mask) -> tuple[PointSet, str]:
    """Failures of every cause with this factor at the one level and the other, and what they
    say about it: ``AFTER``, ``SAME`` or ``DIFFERENT``."""
    sent = [
        (_either_level(suspects, proof.cause, level), _can_depend(suspects, proof.cause, level))
        for proof in proofs
    ]
    points = union(points for (points, _), _ in sent)
    # What is sent only after the failure needs no probe: the service had not seen it.
    alike = [alike for (_, alike), depends in sent if depends]
    return points, AFTER if not alike else SAME if all(alike) else DIFFERENT


def _can_depend(suspects: Suspects, cause: Mask, level: Mask) -> bool:
    """Whether the factor was sent by the time this cause failed."""
    signature = suspects.answers.signature(suspects.isolating(cause))
    return signature is None or bool(level & suspects.space.sent_by(signature.stage))


def _either_level(suspects: Suspects, cause: Mask, level: Mask) -> tuple[PointSet, bool]:
    """A probed failure of this cause with the factor at each level; whether they say the same."""
    answers, space = suspects.answers, suspects.space
    failing = suspects.clean(cause) & answers.fails & answers.asked
    own = answers.signature(suspects.isolating(cause))
    chosen: list[Mask] = []
    alike = True
    for side in (space.above(level), space.cube(0, level)):
        probed = list(failing & side)
        # Any failure shows that the level does not decide whether it fails. Only the same
        # signature shows that it does not decide how, and that nothing new was met.
        same = [m for m in probed if answers.signature(m) == own]
        alike &= bool(same)
        chosen += (same or probed)[-1:]
    return PointSet.of(chosen), alike
