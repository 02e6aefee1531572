"""From one place at fault to all that has to be there with it: the members of one cause."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from rtdoctor.domain.outcome import Outcome, Signature
from rtdoctor.localise.inner_answers import InnerAnswers, is_failure, union
from rtdoctor.localise.inner_cause import Choice, InnerCause, Member

_LARGEST = 3
"""Members of one cause: places that fail only together."""
_DETOURS = 1
"""Choices tried in place of one that says nothing of this failure."""


@dataclass(frozen=True, slots=True)
class OtherFailure:
    """A choice, and how it fails."""

    choice: Choice
    signature: Signature


def boundary(
    inside: InnerAnswers, order: list[int], fixed: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, tuple[Choice | None, OtherFailure | None]]:
    """The place in ``order`` with which ``fixed`` and all places before it begin to fail so; or a
    choice between that fails in another way.

    Several places when no choice between them can be judged. The whole order is known to fail, and
    none of it to pass.
    """
    low, high = 0, len(order)
    while high - low > 1:
        other: OtherFailure | None = None
        for end in _middle_first(low, high):
            choice = fixed | frozenset(order[:end])
            outcome = yield from inside.ask(choice)
            if outcome is not None and outcome.is_pass:
                low = end
                break
            if is_failure(signature, outcome):
                high = end
                break
            if outcome is not None and outcome.is_fail and outcome.signature is not None:
                other = other or OtherFailure(choice, outcome.signature)
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


def completed(
    inside: InnerAnswers, failing: Choice, found: list[Choice], below: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, InnerCause]:
    """The cause with what else has to be there for it to fail. ``below`` is known to fail."""
    is_alone = False
    while len(found) <= _LARGEST:
        together = union(found)
        outcome = yield from inside.ask(together)
        if is_failure(signature, outcome):
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
        partner, _ = yield from boundary(inside, order, together, signature)
        if partner is None:
            break
        found.append(partner)
        below = frozenset(i for i in below if i <= max(partner)) | together
    members = tuple(Member(places, failing, failing - places) for places in found)
    return InnerCause(members, signature, is_alone)


def _beside_a_clash(
    inside: InnerAnswers, below: Choice, found: list[Choice], signature: Signature
) -> Generator[Choice, Outcome | None, tuple[list[Choice], bool]]:
    """The cause of places that fail for another reason when they are alone; and whether all of it
    was found.

    Every other place of ``below`` is given back for as long as it fails so. What cannot be given
    back is a member where it passes then, and only keeps the other reason away where it does not.
    """
    left, order = below, sorted(below - union(found))
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
        if outcome is None or not outcome.is_evidence or len(found) == _LARGEST:
            return found, False
        found = [*found, needed] if outcome.is_pass else found
        order = order[high:]
    return found, True


def _as_missing_object(
    inside: InnerAnswers, places: Choice, signature: Signature
) -> Generator[Choice, Outcome | None, Choice | None]:
    """The outermost missing object around these places without any of which it fails."""
    for around in inside.missing:
        if places < around and (yield from inside.fails_with(around, signature)):
            return around
    return None


def as_refused_object(
    inside: InnerAnswers, failing: Choice, cause: InnerCause
) -> Generator[Choice, Outcome | None, InnerCause]:
    """The cause, with the object around its one place where whatever is in that object fails.

    What is left of the object may fail in other ways, if only because the place is missing in it
    now: the ``type`` of an object is what the rest of it is read by. No mixture tells that apart
    from faults of the rest's own, so the object is to blame as a whole then too.
    """
    places = cause.members[0].places
    if len(cause.members) > 1 or (yield from inside.passes(failing - places)):
        return cause
    own = inside.innermost_object(places)
    for around in inside.objects:
        others = sorted(around - places)
        if not places < around or not (yield from inside.passes(failing - around)):
            continue
        # one of the others alone may be a culprit as well: the first and the last hardly are
        for other in (others[0], others[-1]):
            outcome = yield from inside.ask(failing - around | {other})
            if outcome is None or not outcome.is_fail:
                break
            if around != own and outcome.signature != cause.signature:
                break
        else:
            return replace(cause, members=(Member(around, failing, failing - around),))
    return cause
