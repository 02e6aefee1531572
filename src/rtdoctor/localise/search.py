"""Find what in a failing setup makes it fail, with few probes, and prove it.

A generator without I/O: it yields the points it wants probed, is sent their outcomes, and returns
a ``Localisation``. The same generator diagnoses live (the caller runs the probes) and replays
(the caller looks recorded outcomes up, and answers ``None`` to what was never recorded).

The method is that of adaptive fault localisation on the lattice of mixtures between a failing and
a passing setup. From delta debugging (ddmin) it has the two end points and the halving between
them; from MARCO the map of what is not yet explored, and that minimal failing sets (causes) and
maximal passing ones (repairs) are found in one search. Both take failing to be monotone. Here it is
not, hence two restrictions that keep the result honest: nothing is blamed without an observed pass
beside the failure, and mixtures may fail for reasons of their own. See ``docs/localiser.md``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from rtdoctor.domain.outcome import Outcome, OutcomeKind
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.conclusion import conclude, decisive
from rtdoctor.localise.next_question import (
    PASS,
    Hint,
    Question,
    cheapest_change,
    halving,
    widest_cover,
)
from rtdoctor.localise.point_answers import PointAnswers
from rtdoctor.localise.points import Mask
from rtdoctor.localise.proof import prove
from rtdoctor.localise.result import Localisation
from rtdoctor.localise.space import Point, Space
from rtdoctor.localise.suspects import Suspects

EXHAUSTIVE = 16
"""Spaces of at most this many requests are probed whole: no inference, no assumption."""

GAMBLE = 0.4
"""A question is asked ahead of time only if it is at least this likely to be needed."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A point to probe now, and why; ``CONFIRM`` asks for a fresh probe of a known point."""

    point: Point
    why: Purpose


@dataclass(frozen=True, slots=True)
class Search:
    """What shapes a search; see ``localise``."""

    hint: Hint | None
    budget: int
    batch: int
    confirm: bool
    cover: bool
    strength: int


def localise(
    space: Space,
    *,
    hint: Hint | None = None,
    budget: int = 64,
    batch: int = 1,
    confirm: bool = True,
    cover: bool = False,
    strength: int = 2,
    retries: int = 1,
    known: Iterable[tuple[Point, Outcome]] = (),
) -> Generator[tuple[Ask, ...], Sequence[Outcome | None], Localisation]:
    """Search ``space`` for the causes of the subject's failure and for the nearest repairs.

    Send one outcome for every ask, in order; outcomes are judged against the goal already.
    A transient outcome is asked for again ``retries`` times; a skipped one or ``None`` never.

    hint     names the factors an error text speaks of; it may be wrong, and costs little then.
    budget   the most asks, repeats and retries included; ``known`` answers are free.
    batch    the most asks at once. Above 1, likely follow-up questions are asked ahead.
    confirm  repeat every decisive probe once; an answer that changes is never evidence.
    cover    go on until no interaction of ``strength`` levels is untested.
    """
    search = Search(hint, budget, max(1, batch), confirm, cover, strength)
    answers = PointAnswers(space, retries=retries)
    for point, outcome in known:
        answers.record(space.mask(point), outcome)
    used = 0
    while True:
        suspects = Suspects(answers)
        questions = _questions(suspects, search)
        repeats = _repeats(suspects) if search.confirm else []
        left = budget - used
        if left <= 0 or not (questions or repeats):
            ended = bool(questions or repeats)
            return conclude(suspects, probes=used, budget_ended=ended, strength=strength)
        if repeats and (not questions or left <= len(repeats)):
            questions = repeats  # keep enough of the budget to repeat what is claimed
        questions = questions[: min(left, search.batch)]
        outcomes = yield tuple(Ask(space.point(q.mask), q.why) for q in questions)
        for question, answer in zip(questions, outcomes, strict=True):
            answers.record(question.mask, answer)
            used += answer is not None and answer.kind is not OutcomeKind.SKIPPED


def _questions(suspects: Suspects, search: Search) -> list[Question]:
    """The next question, and those that will follow it if the answers are the likely ones."""
    questions: list[Question] = []
    odds = 1.0
    while len(questions) < search.batch and odds >= GAMBLE:
        question = _next(suspects, search)
        if question is None:
            break
        questions.append(question)
        odds *= question.odds
        # Take the likely answer as given, and see what would be asked then.
        if len(questions) < search.batch:
            imagined = suspects.answers.copy()
            imagined.record(question.mask, question.expected)
            suspects = Suspects(imagined)
    return questions


def _next(suspects: Suspects, search: Search) -> Question | None:
    """The one question most worth asking; ``None`` when nothing is left to learn."""
    answers, space = suspects.answers, suspects.space
    askable = answers.askable
    for mask, why in ((space.subject, Purpose.SUBJECT), (space.control, Purpose.CONTROL)):
        if mask in askable:
            return Question(mask, why, None, 1.0)
    # Every inference takes the service to answer the same request alike. Once it has not, more
    # probes cannot make a conclusion sound.
    if answers.flaky or not answers.comparable:
        return None
    if search.confirm and space.subject not in answers.repeated | answers.given_up:
        return _again(answers, space.subject)
    if space.requests <= min(EXHAUSTIVE, search.budget) and askable:
        mask = min(askable, key=lambda m: (space.cost[m], m))
        return Question(mask, Purpose.MIX, None, 1.0)
    # First why it fails, then the cheapest repair, then proof: a repair that passes is a witness,
    # and most proofs are complete by the time they are looked at.
    question = halving(suspects, search.hint)
    if question is None:
        question = untried = cheapest_change(suspects)
        known_to_work = min(space.cost[m] for m in answers.passes)
        if untried is None or space.cost[untried.mask] >= known_to_work:
            proofs = (prove(suspects, cause).question for cause in suspects.causes)
            question = next((q for q in proofs if q is not None), untried)
    if question is None and search.cover:
        question = widest_cover(suspects, search.strength)
    return question


def _repeats(suspects: Suspects) -> list[Question]:
    """The decisive probes that were not repeated yet; the subject once more at the very end."""
    answers, space = suspects.answers, suspects.space
    if answers.flaky:
        return []
    todo = (decisive(suspects) & answers.asked) - answers.given_up
    again = []
    while todo:
        mask = todo.first
        # The subject is asked at the beginning, right after, and at the very end: when it still
        # fails then, the service did not change in between.
        if answers.times(mask) < (3 if mask == space.subject else 2):
            again.append(_again(answers, mask))
        todo -= space.classes[mask]
    return again


def _again(answers: PointAnswers, mask: Mask) -> Question:
    """Ask for a fresh probe of a known point."""
    signature = answers.signature(mask)
    expected = Outcome.failed(signature) if signature else PASS
    return Question(mask, Purpose.CONFIRM, expected, 1.0)
