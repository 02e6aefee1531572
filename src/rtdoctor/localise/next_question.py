"""Which point to probe next.

Four kinds of question, in this order: while a failure is unexplained, the point that best halves
its suspects; then the cheapest change that should work; then what is missing to prove each cause;
last, if wanted, the pairs of levels that no passing probe has covered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import combinations

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.space import Space, members
from rtdoctor.localise.suspects import Suspects

Hint = Callable[[Signature], Collection[str]]

# How likely a set of levels is a cause before anything is known: only the order in which
# questions are asked depends on these, never what is claimed.
SINGLE = 0.05  # one level
SHRINK = 0.25  # each further level
CLASH = 0.005  # a subject level with a control level
HINTED = 4.0  # times as likely when the error text names exactly these factors
ISOLATES = 0.3  # what it is worth that a point holds one suspect and nothing else


@dataclass(frozen=True, slots=True)
class Question:
    """A point to probe, why, what will probably be answered if anything, and how probably."""

    mask: int
    why: Purpose
    expected: Outcome | None
    odds: float


PASS = Outcome.passed(Stage.MEDIA)


def halving(suspects: Suspects, hint: Hint | None) -> Question | None:
    """A point that tells most about which suspect explains an unexplained failure.

    A little more is given for a point that is a likely suspect and nothing else: if it fails, the
    proof of that suspect rests on it, and need not ask for it again.
    """
    answers = suspects.answers
    open_fails = answers.fails & ~suspects.explained
    if suspects.ambiguous:  # one trap for all of them is looked for: the smallest stands for all
        shared = 0
        for clash in suspects.ambiguous:
            shared |= clash.fails
        first = min(members(shared & suspects.cleared_fails), key=_small)
        open_fails &= ~suspects.cleared_fails | 1 << first
    for mask in sorted(members(open_fails), key=_small):
        question = _halve(suspects, mask, hint)
        if question is not None:
            return question
    return None


def _small(mask: int) -> tuple[int, int]:
    return mask.bit_count(), mask


def _halve(suspects: Suspects, failure: int, hint: Hint | None) -> Question | None:
    answers, space = suspects.answers, suspects.space
    signature = answers.signature(failure)
    if signature is None:
        return None
    named = _hinted(space, hint, signature)
    mass = _mass(suspects)
    below = _mass_below(space, mass, named)
    clashes = suspects.clashes
    mine = [c for c in clashes if c.fails >> failure & 1]
    if suspects.ambiguous and suspects.cleared_fails >> failure & 1:
        mine = list(suspects.ambiguous)
    total = below[failure] + CLASH * len(mine)
    if total <= 0:
        return None
    best: tuple[tuple[float, int, int], float] | None = None
    for mask in members(answers.askable & ~suspects.explained):
        shared = below[mask & failure] + CLASH * sum(c.points >> mask & 1 for c in mine)
        every = below[mask] + CLASH * sum(c.points >> mask & 1 for c in clashes)
        same = (1 - math.exp(-shared)) / (1 - math.exp(-total))  # it fails for the same reason
        quiet = math.exp(-max(0.0, every - shared))  # nothing else makes it fail
        passes = (1 - same) * quiet
        worth = _entropy(passes) - (1 - same) * _entropy(quiet)
        if worth < 1e-6:
            continue
        inside = mask & failure == mask
        worth = round(worth, 2) + inside * (0.1 + ISOLATES * mass[mask] / total)
        rank = (worth, mask.bit_count(), -mask)
        if best is None or rank > best[0]:
            best = (rank, passes)
    if best is None:
        return None
    (_, _, negative), passes = best
    expected = PASS if passes > 0.5 else Outcome.failed(signature)
    return Question(-negative, Purpose.MIX, expected, max(passes, 1 - passes))


def _hinted(space: Space, hint: Hint | None, signature: Signature) -> int:
    names = set(hint(signature)) if hint else set()
    return space.mask(names & space.point(space.subject))


def _mass(suspects: Suspects) -> list[float]:
    """For every mask, how much suspicion lies on exactly this set of levels."""
    space = suspects.space
    mass = [0.0] * (space.subject + 1)
    for mask in range(1, space.subject + 1):
        if suspects.is_suspect(mask) and not any(mask & c == c for c in suspects.causes):
            mass[mask] = SINGLE * SHRINK ** (mask.bit_count() - 1)
    return mass


def _mass_below(space: Space, mass: list[float], named: int) -> list[float]:
    """For every mask, how much suspicion lies on the sets of levels inside it."""
    mass = list(mass)
    mass[named] *= HINTED
    for bit in space.bits:
        for mask in range(space.subject + 1):
            if mask & bit:
                mass[mask] += mass[mask ^ bit]
    return mass


def _entropy(p: float) -> float:
    return 0.0 if p <= 0 or p >= 1 else -p * math.log(p) - (1 - p) * math.log(1 - p)


def cheapest_change(suspects: Suspects) -> Question | None:
    """The cheapest point that nothing known makes fail, and that no pass has made pointless."""
    space = suspects.space
    hopeful = [
        mask
        for mask in members(suspects.answers.askable & ~suspects.explained)
        if suspects.is_suspect(mask)
    ]
    if not hopeful:
        return None
    mask = min(hopeful, key=lambda m: (space.cost[m], m))
    return Question(mask, Purpose.REPAIR, PASS, 0.7)


def pending(suspects: Suspects, strength: int, accounted: int) -> list[int]:
    """The interactions of at most ``strength`` levels, of either side, that are untested.

    Each is the set of points that contain it; it is tested by a pass, or when all its points are
    ``accounted`` for by causes and traps.
    """
    space = suspects.space
    literals = [(b, 0) for b in space.bits] + [(0, b) for b in space.bits]
    found = set()
    for size in range(1, strength + 1):
        for combination in combinations(literals, size):
            inside = outside = 0
            for i, o in combination:
                inside, outside = inside | i, outside | o
            points = space.cube(inside, outside)
            if (
                not points & suspects.answers.passes
                and points & ~accounted
                and (inside | outside).bit_count() == size
            ):
                found.add(points)
    return sorted(found)


def widest_cover(suspects: Suspects, strength: int) -> Question | None:
    """The point that tests most of the pending interactions."""
    untested = pending(suspects, strength, suspects.explained)
    free = suspects.answers.askable & ~suspects.explained
    ranked = [
        (sum(points >> mask & 1 for points in untested), mask.bit_count(), -mask)
        for mask in members(free)
    ]
    if not ranked or not max(ranked)[0]:
        return None
    return Question(-max(ranked)[2], Purpose.MIX, PASS, 0.8)
