"""What a diagnosis may try besides the subject: known recipes, constraints, costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtdoctor.domain.finding import Change
from rtdoctor.domain.kind import session_kind
from rtdoctor.domain.setup import Factor, Setup

# What it costs a user to change a factor: a query is one edit on one line, an endpoint means
# other code around it, and another kind of credential another architecture.
COST = {
    Factor.CALL_QUERY: 1,
    Factor.BETA_HEADER: 1,
    Factor.CALL_ENCODING: 1,
    Factor.OFFER: 1,
    Factor.CALL_ENDPOINT: 2,
    Factor.TOKEN_BODY: 2,
    Factor.TOKEN_ENDPOINT: 3,
    Factor.AUTH: 4,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A recipe as a candidate control, with the names of the eras it is known to work in."""

    name: str
    setup: Setup
    eras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terrain:
    """``is_valid`` knows which levels go together, ``leaks_key`` which setups expose the key."""

    references: tuple[Reference, ...]
    is_valid: Callable[[Setup], bool]
    leaks_key: Callable[[Setup], bool]

    def nearest(self, subject: Setup) -> tuple[Reference, ...]:
        """The references a control may be, nearest first: same purpose before other purposes.

        One that exposes the key is none: a diagnosis that ends in "use the key" helps nobody.
        """
        leaks = self.leaks_key(subject)
        usable = [r for r in self.references if leaks or not self.leaks_key(r.setup)]
        return tuple(sorted(usable, key=lambda r: (distance(subject, r.setup), r.name)))


def distance(subject: Setup, other: Setup) -> int:
    """The edit cost from one setup to another, another kind of session weighing most."""
    changed = sum(COST[f] for f in subject.differs_from(other))
    return changed + 5 * (session_kind(subject) is not session_kind(other))


def changes(subject: Setup, other: Setup) -> tuple[Change, ...]:
    """The edits that lead from one setup to another."""
    return tuple(
        Change(f.value, subject[f].name, other[f].name) for f in subject.differs_from(other)
    )
