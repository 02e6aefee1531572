"""Which point to probe next.

Four kinds of question, in this order: while a failure is unexplained, the point that best halves
its suspects; then the cheapest change that should work; then what is missing to prove each cause;
last, if wanted, the pairs of levels that no passing probe has covered.

Nothing here decides what is claimed. A bad question wastes a probe and no more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.points import Mask, PointSet, small_first, union
from rtdoctor.localise.space import Space
from rtdoctor.localise.suspects import Clash, Suspects

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

    mask: Mask
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
    open_fails = answers.fails - suspects.explained
    # One trap is looked for that explains all the ambiguous failures together, so asking about
    # the smallest of them is asking about all.
    if suspects.ambiguous:
        shared = union(clash.fails for clash in suspects.ambiguous) & suspects.cleared_fails
        open_fails -= suspects.cleared_fails - PointSet.of([shared.smallest])
    for mask in sorted(open_fails, key=small_first):
        question = _halve(suspects, mask, hint)
        if question is not None:
            return question
    return None


def _halve(suspects: Suspects, failure: Mask, hint: Hint | None) -> Question | None:
    """The point whose answer is expected to say most about why this one fails.

    Every suspect and every live clash has a rate, as if reasons to fail came up independently:
    that at least one of several is there has the probability ``1 - exp(-sum of their rates)``.
    A point is worth the mutual information of its answer and "it holds the reason of this
    failure", which is greatest where the answer halves what is possible.
    """
    answers, space = suspects.answers, suspects.space
    signature = answers.signature(failure)
    if signature is None:
        return None
    mass = _mass(suspects)
    below = _mass_below(space, mass, _hinted(space, hint, signature))
    mine = [c for c in suspects.clashes if failure in c.fails]
    if suspects.ambiguous and failure in suspects.cleared_fails:
        mine = list(suspects.ambiguous)
    total = below[failure] + CLASH * len(mine)
    if total <= 0:
        return None
    best: tuple[tuple[float, int, int], float] | None = None
    free = answers.askable - suspects.explained
    clashes, my_clashes = _how_many_hold(suspects.clashes, free), _how_many_hold(mine, free)
    for mask in free:
        shared = below[mask & failure] + CLASH * my_clashes[mask]
        every = below[mask] + CLASH * clashes[mask]
        same = (1 - math.exp(-shared)) / (1 - math.exp(-total))  # it fails for the same reason
        quiet = math.exp(-max(0.0, every - shared))  # nothing else makes it fail
        passes = (1 - same) * quiet
        worth = _entropy(passes) - (1 - same) * _entropy(quiet)
        if worth < 1e-6:
            continue
        # Points inside the failure are preferred: they bring in no levels that it does not have.
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


def _how_many_hold(clashes: Iterable[Clash], points: PointSet) -> Counter[Mask]:
    """For each of these points, how many of the clashes are in it."""
    count: Counter[Mask] = Counter()
    for clash in clashes:
        count.update(clash.points & points)
    return count


def _hinted(space: Space, hint: Hint | None, signature: Signature) -> Mask:
    names = set(hint(signature)) if hint else set()
    return space.mask(names & space.point(space.subject))


def _mass(suspects: Suspects) -> list[float]:
    """For every mask, how much suspicion lies on exactly this set of levels."""
    space = suspects.space
    mass = [0.0] * (space.subject + 1)
    for mask in range(1, space.subject + 1):
        if mask in suspects.sets and not any(mask & c == c for c in suspects.causes):
            mass[mask] = SINGLE * SHRINK ** (mask.bit_count() - 1)
    return mass


def _mass_below(space: Space, mass: list[float], named: Mask) -> list[float]:
    """For every mask, how much suspicion lies on the sets of levels inside it."""
    mass = list(mass)
    mass[named] *= HINTED
    # The sum over all subsets at once, one factor after another (the zeta transform).
    for level in space.levels:
        for mask in range(space.subject + 1):
            if mask & level:
                mass[mask] += mass[mask ^ level]
    return mass


def _entropy(p: float) -> float:
    return 0.0 if p <= 0 or p >= 1 else -p * math.log(p) - (1 - p) * math.log(1 - p)


def cheapest_change(suspects: Suspects) -> Question | None:
    """The cheapest point that nothing known makes fail, and that no pass has made pointless."""
    space = suspects.space
    hopeful = (suspects.answers.askable - suspects.explained) & suspects.sets
    if not hopeful:
        return None
    mask = min(hopeful, key=lambda m: (space.cost[m], m))
    return Question(mask, Purpose.REPAIR, PASS, 0.7)


def pending(suspects: Suspects, strength: int, accounted: PointSet) -> set[PointSet]:
    """The interactions of at most ``strength`` levels, of either side, that are untested.

    Each is the set of points that contain it; it is tested by a pass, or when all its points are
    ``accounted`` for by causes and traps.
    """
    space, passes = suspects.space, suspects.answers.passes
    # A literal is a factor at one of its two levels: (subject's, none) or (none, control's).
    literals = [(level, 0) for level in space.levels] + [(0, level) for level in space.levels]
    found = set()
    for size in range(1, strength + 1):
        for combination in combinations(literals, size):
            inside = sum(level for level, _ in combination)
            outside = sum(level for _, level in combination)
            points = space.cube(inside, outside)
            if not points.meets(passes) and not points <= accounted:
                found.add(points)
    return found


def widest_cover(suspects: Suspects, strength: int) -> Question | None:
    """The point that tests most of the pending interactions."""
    free = suspects.answers.askable - suspects.explained
    tests: Counter[Mask] = Counter()
    for points in pending(suspects, strength, suspects.explained):
        tests.update(points & free)
    if not tests:
        return None
    mask = max(tests, key=lambda m: (tests[m], m.bit_count(), -m))
    return Question(mask, Purpose.MIX, PASS, 0.8)
