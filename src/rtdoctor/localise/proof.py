"""What it takes to claim a cause, what of it is there, and what to ask for the rest.

A set of levels is claimed as a cause only when
- no point that contains it has passed, and one fails with nothing else known to fail in it;
- every other factor was at both levels in such failures, wherever that can be had;
- no clash of one of its levels with a control level could stand in for it;
- every level in it has a witness pair: a failing and a passing probe that differ only there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.next_question import PASS, Question
from rtdoctor.localise.space import members
from rtdoctor.localise.suspects import Suspects


@dataclass(frozen=True, slots=True)
class MaskPair:
    """A failing and a passing point; ``factors`` is in what they differ."""

    factors: int
    failing: int
    passing: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the proof of one suspect stands.

    It holds when there is nothing left to ask and nothing in the way.
    """

    cause: int
    pairs: tuple[MaskPair, ...]
    question: Question | None
    obstacle: str = ""

    @property
    def holds(self) -> bool:
        return self.question is None and not self.obstacle


def prove(suspects: Suspects, cause: int) -> Proof:
    """How far the answers prove this suspect, and the next question that would help."""
    contexts = suspects.clean(cause)
    failing = contexts & suspects.answers.fails
    for step in (_vary_the_others, _exclude_clashes):
        question, obstacle = step(suspects, cause, contexts, failing)
        if question is not None or obstacle:
            return Proof(cause, (), question, obstacle)
    pairs: list[MaskPair] = []
    for bit in (b for b in suspects.space.bits if b & cause):
        if any(p.factors & bit for p in pairs):
            continue
        pair = _pair(suspects, cause, failing, bit)
        if pair is None:
            question = _ask_for_pair(suspects, cause, failing, bit)
            obstacle = "" if question else "no passing probe that differs only there"
            return Proof(cause, tuple(pairs), question, obstacle)
        pairs.append(pair)
    return Proof(cause, tuple(pairs), None)


Step = tuple[Question | None, str]


def _vary_the_others(suspects: Suspects, cause: int, contexts: int, failing: int) -> Step:
    """Every factor outside the cause must have been at both levels while it failed."""
    space, free = suspects.space, suspects.answers.askable
    settles: Counter[int] = Counter()
    stuck = ""
    for bit in (b for b in space.bits if not b & cause):
        for side in (space.above(bit), space.cube(0, bit)):
            if contexts & side and not failing & side:
                settles.update(members(contexts & side & free))
                if not contexts & side & free:
                    (name,) = space.point(bit)
                    stuck = f"{name} could not be varied: its probes gave no answer"
    if settles:
        mask = max(settles, key=lambda m: (settles[m], m.bit_count(), -m))
        return _expect_failure(suspects, cause, mask), ""
    return None, stuck


def _exclude_clashes(suspects: Suspects, cause: int, contexts: int, failing: int) -> Step:
    """A level of the cause may clash with a control level instead.

    A pass with that clash in it excludes it; so does a failure with the other factor at the
    subject's level and as little else of the subject in as can be: nothing else is left then that
    could have made it fail in the clash's place.
    """
    space, free = suspects.space, suspects.answers.askable
    settles: Counter[int] = Counter()
    stuck = ""
    for clash in suspects.clashes:
        apart = contexts & space.above(clash.outside)
        if not apart or not clash.inside & cause or clash.outside & cause:
            continue
        fewest = min(m.bit_count() for m in members(apart))
        nearest = sum(1 << m for m in members(apart) if m.bit_count() == fewest)
        if nearest & failing:
            continue
        asking = nearest & free
        if not asking:  # they stay silent: several failures that share no more must do
            shared = _shared(space.subject, failing & apart)
            if shared == _shared(space.subject, apart):
                continue
            asking = sum(1 << m for m in members(apart & free) if shared & ~m)
        settles.update(members(asking))
        refuting = clash.points & free & ~suspects.explained
        settles.update(m for m in _without_one(cause) if refuting >> m & 1)
        if not asking:
            (name,) = space.point(clash.outside)
            stuck = f"a clash with the control's {name} could not be excluded"
    if settles:
        mask = max(settles, key=lambda m: (settles[m], -m))
        if mask & cause == cause:
            return _expect_failure(suspects, cause, mask), ""
        return Question(mask, Purpose.MIX, PASS, 0.9), ""
    return None, stuck


def _shared(everything: int, points: int) -> int:
    """The factors that are in all of these points."""
    for mask in members(points):
        everything &= mask
    return everything


def _without_one(mask: int) -> Iterator[int]:
    return (mask ^ (1 << i) for i in members(mask))


def _expect_failure(suspects: Suspects, cause: int, mask: int) -> Question:
    answers = suspects.answers
    known = next(members(suspects.clean(cause) & answers.fails), suspects.space.subject)
    signature = answers.signature(known)
    expected = Outcome.failed(signature) if signature else PASS
    return Question(mask, Purpose.MIX, expected, 0.9)


def _pair(suspects: Suspects, cause: int, failing: int, bit: int) -> MaskPair | None:
    """The best witness pair for one level: repeated before not, with the fewest levels in."""
    answers, space = suspects.answers, suspects.space
    best: tuple[tuple[int, int, int], MaskPair] | None = None
    for fail in members(failing & answers.asked):
        for other in space.flips(fail, bit):
            if not answers.passes >> other & 1:
                continue
            fresh = (answers.repeated >> fail & 1 ^ 1) + (answers.repeated >> other & 1 ^ 1)
            rank = ((fail ^ other).bit_count(), fresh, fail.bit_count())
            if best is None or rank < best[0]:
                best = (rank, MaskPair(fail ^ other, fail, other))
    return best[1] if best else None


def _ask_for_pair(suspects: Suspects, cause: int, failing: int, bit: int) -> Question | None:
    answers, space = suspects.answers, suspects.space
    options: list[tuple[tuple[int, int, int], Question]] = []
    for fail in members(failing):
        own = answers.asked >> fail & 1
        for other in space.flips(fail, bit):
            if (answers.askable & ~suspects.explained) >> other & 1:
                # an implied failure would have to be asked as well
                rank = (3 - 2 * own - (fail == cause), other.bit_count(), other)
                options.append((rank, Question(other, Purpose.MIX, PASS, 0.9)))
            elif answers.passes >> other & 1 and not (own or answers.given_up >> fail & 1):
                rank = (2, fail.bit_count(), fail)
                options.append((rank, _expect_failure(suspects, cause, fail)))
    for passed in members(answers.passes):
        for other in space.flips(passed, bit):
            if (suspects.clean(cause) & answers.askable) >> other & 1:
                rank = (2, other.bit_count(), other)
                options.append((rank, _expect_failure(suspects, cause, other)))
    return min(options, key=lambda o: o[0])[1] if options else None
