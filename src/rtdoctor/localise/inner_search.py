"""Going inside: which of the differences between a failing and a passing level are to blame.

The second half of hierarchical delta debugging. A level that was blamed as a whole, such as the
body of a request, differs from the passing one in ``count`` places, which are numbers here. A
*choice* is the set of places that are as in the failing level, all others are as in the passing
one, so the full choice fails and the empty one passes.

One culprit costs a halving and three questions more. Unlike ``search``, this keeps no map of the
2**count choices; what is found is checked at both ends instead: alone in the passing level it
fails, and the failing level without it passes.

The module is above 300 lines because it is one search: its questions go through one record of what
was asked, and each step rests on what the step before has shown.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.localise.inner_answers import InnerAnswers, union
from rtdoctor.localise.inner_cause import Choice, InnerCause, Member, Narrowed
from rtdoctor.localise.inner_members import as_refused_object, boundary, completed

MOST = 4
"""Causes that are looked for in one level."""


def narrow(
    count: int,
    signature: Signature,
    *,
    named: Sequence[Choice] = (),
    objects: Sequence[Choice] = (),
    missing: Sequence[Choice] = (),
    budget: int = 64,
) -> Generator[Choice, Outcome | None, Narrowed]:
    """Find the places of a failing level that make it fail with ``signature``.

    Yields one choice at a time and is sent its outcome, judged against the goal.

    named    places that the error speaks of: they are asked about first.
    objects  the places inside of an object that only the failing level has: where each of them
             fails by itself, the object as a whole is to blame.
    missing  the places inside of an object that only the passing level has: where one of them
             alone may be missing, and all of them may not, the object as a whole is to blame.
    budget   the most questions.
    """
    everything = frozenset(range(count))
    inside = InnerAnswers(everything, signature, budget, objects, missing)
    inside.known[everything] = Outcome.failed(signature)
    inside.known[frozenset()] = Outcome.passed(Stage.SESSION)
    return (yield from _narrow(inside, [frozenset(n) for n in named if n]))


def _narrow(
    inside: InnerAnswers, named: list[Choice]
) -> Generator[Choice, Outcome | None, Narrowed]:
    """One cause after the other, each looked for in what is left when those before it are given
    back, until that passes."""
    found: list[InnerCause] = []
    given_back: Choice = frozenset()
    while True:
        failing = inside.everything - given_back
        outcome = yield from inside.ask(failing)
        if outcome is not None and outcome.is_pass:
            break
        if outcome is None or not outcome.is_fail or outcome.signature is None:
            return Narrowed(open="what is left without the first of them gave no clear answer")
        if len(found) == MOST:
            return Narrowed(open=f"more than {MOST} places seem to matter")
        cause = yield from _next_cause(inside, failing, outcome.signature, named)
        if cause is None:
            return Narrowed(open=_why_none(inside))
        cause = yield from as_refused_object(inside, failing, cause)
        found.append(replace(cause, given_back=given_back))
        given_back |= cause.members[0].places
    return (yield from _checked(inside, found))


def _why_none(inside: InnerAnswers) -> str:
    if inside.used >= inside.budget:
        return "the budget ended before a place could be told apart"
    return "no finer change of it gave an answer that tells its places apart"


def _next_cause(
    inside: InnerAnswers, failing: Choice, signature: Signature, named: list[Choice]
) -> Generator[Choice, Outcome | None, InnerCause | None]:
    """The places that make ``failing`` fail with this signature."""
    for places in named:
        # what is left without all of the places is the passing level
        if places < failing and (yield from inside.passes(failing - places)):
            return (yield from completed(inside, failing, [places], failing, signature))
    place, other = yield from boundary(inside, sorted(failing), frozenset(), signature)
    if other is not None:
        # whatever fails so has a cause of its own; the check at the end drops those that only a
        # mixture has
        cause = yield from _next_cause(inside, other.choice, other.signature, [])
        if cause is None or not (yield from inside.passes(failing - cause.members[0].places)):
            return cause
        # its place takes part in this failure as well, which ends without it
        found = [cause.members[0].places]
        return (yield from completed(inside, failing, found, failing, signature))
    if place is None or (place == failing and len(place) > 1):
        return None
    below = frozenset(i for i in failing if i <= max(place))
    return (yield from completed(inside, failing, [place], below, signature))


def _checked(
    inside: InnerAnswers, found: list[InnerCause]
) -> Generator[Choice, Outcome | None, Narrowed]:
    """The causes of which giving back is needed, each with its pairs at the failing end.

    A mixture can fail for a reason of its own. What was given back for such a reason is not needed
    once the true culprit is, so it is taken again here, and its cause is dropped.
    """
    kept = list(found)
    for cause in found if len(found) > 1 else []:
        others = union(c.members[0].places for c in kept if c is not cause)
        if (yield from inside.passes(inside.everything - others)):
            kept.remove(cause)
    given_back = union(cause.members[0].places for cause in kept)
    passing = inside.everything - given_back
    proved: list[InnerCause] = []
    for cause in kept:
        first, *rest = cause.members
        failing = passing | first.places
        if not (yield from inside.fails_with(failing, cause.signature)):
            return Narrowed(mended=passing, open="a finer change gave another failure")
        members = [Member(first.places, failing, passing)]
        for other in rest:
            without = failing - other.places
            if (yield from inside.passes(without)):
                members.append(Member(other.places, failing, without))
        if len(members) == len(cause.members) and cause.is_alone:
            proved.append(replace(cause, members=tuple(members)))
    refuted = [c for c in proved if _is_refuted(inside, c)]
    left = tuple(c for c in proved if c not in refuted)
    return Narrowed(left, passing, "" if len(left) == len(kept) else _SEVERAL)


_SEVERAL = "several of its places play together in a way that was not told apart"


def _is_refuted(inside: InnerAnswers, cause: InnerCause) -> bool:
    """Whether a choice that holds all of the cause has passed."""
    places = union(member.places for member in cause.members)
    return any(
        places <= choice for choice, o in inside.known.items() if o is not None and o.is_pass
    )
