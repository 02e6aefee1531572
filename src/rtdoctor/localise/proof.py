"""What it takes to claim a cause, what of it is there, and what to ask for the rest.

The claim is "every mixture with these levels fails, and none of them can be left out". No number
of failures proves the first half, and an inference from errors that look alike proves neither, so
a set of levels is claimed as a cause only when
- no point that contains it has passed, and one fails with nothing else known to fail in it;
- every other factor was at both levels in such failures, wherever that can be had;
- no clash of one of its levels with a control level could stand in for it;
- every level in it has a witness pair: a failing and a passing probe that differ only there.

The first three are what can be done to find a counter-example; the last one is OFOT's and FIC's
test of necessity, with the pass observed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.next_question import PASS, Question
from rtdoctor.localise.points import Mask, PointSet, masks_in, union
from rtdoctor.localise.suspects import Suspects


@dataclass(frozen=True, slots=True)
class MaskPair:
    """A failing and a passing point; ``factors`` is in what they differ."""

    factors: Mask
    failing: Mask
    passing: Mask


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the proof of one suspect stands.

    It holds when there is nothing left to ask and nothing in the way.
    """

    cause: Mask
    pairs: tuple[MaskPair, ...]
    question: Question | None
    obstacle: str = ""

    @property
    def holds(self) -> bool:
        return self.question is None and not self.obstacle


def accounted(suspects: Suspects, proofs: Iterable[Proof]) -> PointSet:
    """The points that a proved cause or a trap makes fail."""
    return suspects.trapped | union(suspects.space.above(proof.cause) for proof in proofs)


ProofStep = tuple[Question | None, str]


def prove(suspects: Suspects, cause: Mask) -> Proof:
    """How far the answers prove this suspect, and the next question that would help."""
    contexts = suspects.clean(cause)
    failing = contexts & suspects.answers.fails
    for step in (_vary_the_others, _exclude_clashes):
        question, obstacle = step(suspects, cause, contexts, failing)
        if question is not None or obstacle:
            return Proof(cause, (), question, obstacle)
    # Witness pairs come last: the steps before may still refute the suspect.
    pairs: list[MaskPair] = []
    for level in (v for v in suspects.space.levels if v & cause):
        if any(p.factors & level for p in pairs):
            continue
        pair = _pair(suspects, failing, level)
        if pair is None:
            question = _ask_for_pair(suspects, cause, failing, level)
            obstacle = "" if question else "no passing probe that differs only there"
            return Proof(cause, tuple(pairs), question, obstacle)
        pairs.append(pair)
    return Proof(cause, tuple(pairs), None)


def _vary_the_others(
    suspects: Suspects, cause: Mask, contexts: PointSet, failing: PointSet
) -> ProofStep:
    """Every factor outside the cause must have been at both levels while it failed.

    Otherwise that factor's one level could belong to the cause, and nobody has looked.
    """
    space, free = suspects.space, suspects.answers.askable
    settles: Counter[Mask] = Counter()
    stuck = ""
    for level in (v for v in space.levels if not v & cause):
        for side in (space.above(level), space.cube(0, level)):
            if contexts.meets(side) and not failing.meets(side):
                asking = contexts & side & free
                settles.update(asking)
                if not asking:
                    (name,) = space.point(level)
                    stuck = f"{name} could not be varied: its probes gave no answer"
    if settles:
        mask = max(settles, key=lambda m: (settles[m], m.bit_count(), -m))
        return _expect_failure(suspects, cause, mask), ""
    return None, stuck


def _exclude_clashes(
    suspects: Suspects, cause: Mask, contexts: PointSet, failing: PointSet
) -> ProofStep:
    """A level of the cause may clash with a control level instead.

    A pass with that clash in it excludes it; so does a failure with the other factor at the
    subject's level and as little else of the subject in as can be: nothing else is left then that
    could have made it fail in the clash's place.
    """
    space, free = suspects.space, suspects.answers.askable
    settles: Counter[Mask] = Counter()
    stuck = ""
    for clash in suspects.clashes:
        apart = contexts & space.above(clash.outside)
        if not apart or not clash.inside & cause or clash.outside & cause:
            continue
        fewest = min(m.bit_count() for m in apart)
        nearest = PointSet.of(m for m in apart if m.bit_count() == fewest)
        if nearest.meets(failing):
            continue
        asking = nearest & free
        # When the nearest ones stay silent, several failures do as well, if they have no more in
        # common than what all points apart from the clash have.
        if not asking:
            shared = _in_all(space.subject, failing & apart)
            if shared == _in_all(space.subject, apart):
                continue
            asking = PointSet.of(m for m in apart & free if shared & ~m)
        settles.update(asking)
        refuting = (clash.points & free) - suspects.explained
        settles.update(m for m in _without_one(cause) if m in refuting)
        if not asking:
            (name,) = space.point(clash.outside)
            stuck = f"a clash with the control's {name} could not be excluded"
    if settles:
        mask = max(settles, key=lambda m: (settles[m], -m))
        if mask & cause == cause:
            return _expect_failure(suspects, cause, mask), ""
        return Question(mask, Purpose.MIX, PASS, 0.9), ""
    return None, stuck


def _in_all(everything: Mask, points: PointSet) -> Mask:
    """The levels that all of these points have."""
    for mask in points:
        everything &= mask
    return everything


def _without_one(mask: Mask) -> Iterator[Mask]:
    return (mask ^ (1 << i) for i in masks_in(mask))


def _expect_failure(suspects: Suspects, cause: Mask, mask: Mask) -> Question:
    answers = suspects.answers
    known = suspects.clean(cause) & answers.fails
    signature = answers.signature(known.first if known else suspects.space.subject)
    expected = Outcome.failed(signature) if signature else PASS
    return Question(mask, Purpose.MIX, expected, 0.9)


def _pair(suspects: Suspects, failing: PointSet, level: Mask) -> MaskPair | None:
    """The best witness pair for one level: repeated before not, with the fewest levels in."""
    answers, space = suspects.answers, suspects.space
    best: tuple[tuple[int, int, int], MaskPair] | None = None
    # Only points that were asked are witnesses: a reader has to be able to look at the probe.
    for fail in failing & answers.asked:
        for other in space.flips(fail, level):
            if other not in answers.passes:
                continue
            # A pair that differs in one place only, and then one that needs no more repeats.
            fresh = (fail not in answers.repeated) + (other not in answers.repeated)
            rank = ((fail ^ other).bit_count(), fresh, fail.bit_count())
            if best is None or rank < best[0]:
                best = (rank, MaskPair(fail ^ other, fail, other))
    return best[1] if best else None


def _ask_for_pair(
    suspects: Suspects, cause: Mask, failing: PointSet, level: Mask
) -> Question | None:
    answers, space = suspects.answers, suspects.space
    askable = answers.askable
    hopeful, expected_to_fail = askable - suspects.explained, askable & suspects.clean(cause)
    options: list[tuple[tuple[int, int, int], Question]] = []
    for fail in failing:
        own = fail in answers.asked
        for other in space.flips(fail, level):
            if other in hopeful:
                # an implied failure would have to be asked as well
                rank = (3 - 2 * own - (fail == cause), other.bit_count(), other)
                options.append((rank, Question(other, Purpose.MIX, PASS, 0.9)))
            elif other in answers.passes and not (own or fail in answers.given_up):
                rank = (2, fail.bit_count(), fail)
                options.append((rank, _expect_failure(suspects, cause, fail)))
    for passed in answers.passes:
        for other in space.flips(passed, level):
            if other in expected_to_fail:
                rank = (2, other.bit_count(), other)
                options.append((rank, _expect_failure(suspects, cause, other)))
    return min(options, key=lambda o: o[0])[1] if options else None
