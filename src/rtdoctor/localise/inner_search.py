"""Going inside: which of the differences between a failing and a passing level are to blame.

The second half of hierarchical delta debugging. A level that was blamed as a whole, such as the
body of a request, differs from the passing one in ``count`` places, which are numbers here. A
*choice* is the set of places that are as in the failing level, all others are as in the passing
one, so the full choice fails and the empty one passes.

One culprit costs a halving and three questions more. Unlike ``search``, this keeps no map of the
2**count choices; what is found is checked at both ends instead: alone in the passing level it
fails, and the failing level without it passes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature, Stage
from rtdoctor.localise.inner_cause import Choice, InnerCause, Member, Narrowed

Asking = Generator[Choice, Outcome | None, Outcome | None]
Judging = Generator[Choice, Outcome | None, bool]

MOST = 4
"""Causes that are looked for in one level."""
_LARGEST = 3
"""Members of one cause: places that fail only together."""
_DETOURS = 1
"""Choices tried in place of one that says nothing of this failure."""


@dataclass(slots=True)
class _Inside:
    """The answers so far, and how many more may be asked for."""

    everything: Choice
    signature: Signature
    budget: int
    objects: Sequence[Choice]
    missing: Sequence[Choice]
    known: dict[Choice, Outcome | None] = field(default_factory=dict)
    used: int = 0

    def ask(self, choice: Choice) -> Asking:
        """The outcome of a choice; ``None`` when there is none to be had."""
        if choice not in self.known:
            if self.used >= self.budget:
                return None
            self.used += 1
            self.known[choice] = yield choice
        return self.known[choice]

    def fails_with(self, choice: Choice, signature: Signature) -> Judging:
        return _is_failure(signature, (yield from self.ask(choice)))

    def passes(self, choice: Choice) -> Judging:
        outcome = yield from self.ask(choice)
        return outcome is not None and outcome.is_pass


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
    inside = _Inside(everything, signature, budget, objects, missing)
    inside.known[everything] = Outcome.failed(signature)
    inside.known[frozenset()] = Outcome.passed(Stage.SESSION)
    return (yield from _narrow(inside, [frozenset(n) for n in named if n]))


def _narrow(inside: _Inside, named: list[Choice]) -> Generator[Choice, Outcome | None, Narrowed]:
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
        cause = yield from _as_refused_object(inside, failing, cause)
        found.append(replace(cause, given_back=given_back))
        given_back |= cause.members[0].places
    return (yield from _checked(inside, found))


def _why_none(inside: _Inside) -> str:
    if inside.used >= inside.budget:
        return "the budget ended before a place could be told apart"
    return "no finer change of it gave an answer that tells its places apart"


def _next_cause(
    inside: _Inside, failing: Choice, signature: Signature, named: list[Choice]
) -> Generator[Choice, Outcome | None, InnerCause | None]:
    """The places that make ``failing`` fail with this signature."""
    for places in named:
        # what is left without all of the places is the passing level
        if places < failing and (yield from inside.passes(failing - places)):
            return (yield from _completed(inside, failing, [places], failing, signature))
    place, other = yield from _boundary(inside, sorted(failing), frozenset(), signature)
    if other is not None:
        # whatever fails so has a cause of its own; the check at the end drops those that only a
        # mixture has
        cause = yield from _next_cause(inside, other.choice, other.signature, [])
        if cause is None or not (yield from inside.passes(failing - cause.members[0].places)):
            return cause
        # its place takes part in this failure as well, which ends without it
        found = [cause.members[0].places]
        return (yield from _completed(inside, failing, found, failing, signature))
    if place is None or (place == failing and len(place) > 1):
        return None
    below = frozenset(i for i in failing if i <= max(place))
    return (yield from _completed(inside, failing, [place], below, signature))


@dataclass(frozen=True, slots=True)
class _Failing:
    """A choice, and how it fails."""

    choice: Choice
    signature: Signature


def _boundary(
    inside: _Inside, order: list[int], fixed: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, tuple[Choice | None, _Failing | None]]:
    """The place in ``order`` with which ``fixed`` and all places before it begin to fail so; or a
    choice between that fails in another way.

    Several places when no choice between them can be judged. The whole order is known to fail, and
    none of it to pass.
    """
    low, high = 0, len(order)
    while high - low > 1:
        other: _Failing | None = None
        for end in _middle_first(low, high):
            choice = fixed | frozenset(order[:end])
            outcome = yield from inside.ask(choice)
            if outcome is not None and outcome.is_pass:
                low = end
                break
            if _is_failure(signature, outcome):
                high = end
                break
            if outcome is not None and outcome.is_fail and outcome.signature is not None:
                other = other or _Failing(choice, outcome.signature)
        else:
            if other is not None:
                return None, other
            break
    return (frozenset(order[low:high]) if high > low else None), None


def _middle_first(low: int, high: int) -> list[int]:
    """The cuts between two ends from the middle outwards, a few of them."""
    middle = (low + high) // 2
    cuts = sorted(range(low + 1, high), key=lambda cut: abs(cut - middle))
    return cuts[: 1 + _DETOURS]


def _completed(
    inside: _Inside, failing: Choice, found: list[Choice], below: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, InnerCause]:
    """The cause with what else has to be there for it to fail. ``below`` is known to fail."""
    is_alone = False
    while len(found) <= _LARGEST:
        together = _union(found)
        outcome = yield from inside.ask(together)
        if _is_failure(signature, outcome):
            is_alone = True
            break
        if outcome is not None and outcome.is_fail:
            found, is_alone = yield from _beside_a_clash(inside, below, found, signature)
            break
        if outcome is None or not outcome.is_pass or len(found) == _LARGEST:
            break
        if len(found) == 1:
            whole = yield from _as_missing_object(inside, together, signature)
            if whole is not None:
                found, is_alone = [whole], True
                break
        order = sorted(below - together)
        partner, _ = yield from _boundary(inside, order, together, signature)
        if partner is None:
            break
        found.append(partner)
        below = frozenset(i for i in below if i <= max(partner)) | together
    members = tuple(Member(places, failing, failing - places) for places in found)
    return InnerCause(members, signature, is_alone)


def _beside_a_clash(
    inside: _Inside, below: Choice, found: list[Choice], signature: Signature
) -> Generator[Choice, Outcome | None, tuple[list[Choice], bool]]:
    """The cause of places that fail for another reason when they are alone; and whether all of it
    was found.

    Every other place of ``below`` is given back for as long as it fails so. What cannot be given
    back is a member where it passes then, and only keeps the other reason away where it does not.
    """
    left, order = below, sorted(below - _union(found))
    while order and not (yield from inside.fails_with(left - frozenset(order), signature)):
        low, high = 0, len(order)
        while high - low > 1:
            middle = (low + high) // 2
            if (yield from inside.fails_with(left - frozenset(order[:middle]), signature)):
                low = middle
            else:
                high = middle
        left, needed = left - frozenset(order[:low]), frozenset(order[low:high])
        outcome = yield from inside.ask(left - needed)
        if outcome is None or outcome.kind is OutcomeKind.TRANSIENT or len(found) == _LARGEST:
            return found, False
        found = [*found, needed] if outcome.is_pass else found
        order = order[high:]
    return found, True


def _as_missing_object(
    inside: _Inside, places: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, Choice | None]:
    """The outermost missing object around these places without any of which it fails."""
    for around in inside.missing:
        if places < around and (yield from inside.fails_with(around, signature)):
            return around
    return None


def _as_refused_object(
    inside: _Inside, failing: Choice, cause: InnerCause
) -> Generator[Choice, Outcome | None, InnerCause]:
    """The cause, with the object around its one place where whatever is in that object fails."""
    places = cause.members[0].places
    if len(cause.members) > 1 or (yield from inside.passes(failing - places)):
        return cause
    for around in inside.objects:
        others = sorted(around - places)
        if not places < around or not (yield from inside.passes(failing - around)):
            continue
        # one of the others alone may be a culprit as well: the first and the last hardly are
        ends = [frozenset(others[:1]), frozenset(others[-1:])]
        for alone in ends:
            if not (yield from inside.fails_with(alone, cause.signature)):
                break
        else:
            return replace(cause, members=(Member(around, failing, failing - around),))
    return cause


def _checked(
    inside: _Inside, found: list[InnerCause]
) -> Generator[Choice, Outcome | None, Narrowed]:
    """The causes of which giving back is needed, each with its pairs at the failing end.

    A mixture can fail for a reason of its own. What was given back for such a reason is not needed
    once the true culprit is, so it is taken again here, and its cause is dropped.
    """
    kept = list(found)
    for cause in found if len(found) > 1 else []:
        others = _union(c.members[0].places for c in kept if c is not cause)
        if (yield from inside.passes(inside.everything - others)):
            kept.remove(cause)
    given_back = _union(cause.members[0].places for cause in kept)
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


def _is_refuted(inside: _Inside, cause: InnerCause) -> bool:
    """Whether a choice that holds all of the cause has passed."""
    places = _union(member.places for member in cause.members)
    return any(
        places <= choice for choice, o in inside.known.items() if o is not None and o.is_pass
    )


def _is_failure(signature: Signature, outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.is_fail and outcome.signature == signature


def _union(choices: Iterable[Choice]) -> Choice:
    return frozenset(place for choice in choices for place in choice)
