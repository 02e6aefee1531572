"""What a diagnosis may try besides the subject: known recipes, listed levels, costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rtdoctor.diagnose.mixing import keeps_body
from rtdoctor.domain.finding import Change
from rtdoctor.domain.kind import session_kind
from rtdoctor.domain.setup import Factor, Level, Setup
from rtdoctor.plan.catalogue import Catalogue

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
CARRIED_BODY = 1
"""What it costs to write the same token body in another dialect."""
READ_ELSEWHERE, READ_ANYWHERE = 1, 2
"""What it costs to read the token at another place of the answer; a place that is named is nearer
to code than "wherever it is", which only a recipe says."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A recipe as a candidate control. ``eras`` are those in which it is known to work."""

    name: str
    setup: Setup
    eras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """The recipes, the listed levels of each factor, and which setups expose the key."""

    references: tuple[Reference, ...]
    levels: Mapping[Factor, tuple[Level[Any], ...]]
    leaks_key: Callable[[Setup], bool]

    def nearest(self, subject: Setup) -> tuple[Reference, ...]:
        """The references a control may be, nearest first: same purpose before other purposes.

        One that exposes the key is not among them: a diagnosis that ends in "use the key" helps
        nobody as long as something else works.
        """
        leaks = self.leaks_key(subject)
        usable = [r for r in self.references if leaks or not self.leaks_key(r.setup)]
        # The name decides between equals, so that a replay asks for the same probes as the run.
        return tuple(sorted(usable, key=lambda r: (distance(subject, r.setup), r.name)))


def candidates_of(catalogue: Catalogue) -> Candidates:
    """Recipes, listed levels and key leaks of a catalogue."""
    references = tuple(Reference(r.name, r.setup, r.eras) for r in catalogue.recipes)
    levels = {
        factor: tuple(entry.level for entry in entries.values())
        for factor, entries in catalogue.entries.items()
    }
    return Candidates(references, levels, catalogue.leaks_key)


def distance(subject: Setup, other: Setup) -> int:
    """The edit cost from one setup to another, another kind of session weighing most. What is not
    sent makes no difference."""
    changed = sum(COST[f] for f in subject.as_sent().differs_from(other.as_sent()))
    return changed + 5 * (session_kind(subject) is not session_kind(other))


def cost(subject: Setup, other: Setup) -> int:
    """The edit cost of moving to ``other``; what is not sent need not be edited."""
    ours = comparable(subject, other)
    carried = keeps_body(ours, other)
    return sum(
        CARRIED_BODY
        if factor is Factor.TOKEN_BODY and carried
        else _cost_of_reading(other)
        if factor is Factor.AUTH and _is_same_credential(ours, other)
        else COST[factor]
        for factor in ours.differs_from(other)
    )


def _cost_of_reading(other: Setup) -> int:
    return READ_ANYWHERE if other.auth.value.read_at is None else READ_ELSEWHERE


def _is_same_credential(ours: Setup, other: Setup) -> bool:
    """Whether both call with the same credential, read at another place at most."""
    return replace(ours.auth.value, read_at=None) == replace(other.auth.value, read_at=None)


def comparable(subject: Setup, other: Setup) -> Setup:
    """The subject as seen from ``other``: where that mints nothing, the mint needs no edit."""
    if other.auth.value.kind.needs_token:
        return subject
    # A neighbour without a mint is reached by deleting code, and what is deleted need not be edited
    # first.
    unsent = {Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY}
    if subject.beta_header.value.call == other.beta_header.value.call:
        unsent.add(Factor.BETA_HEADER)
    return subject.take(other, frozenset(unsent))


def changes(subject: Setup, other: Setup) -> tuple[Change, ...]:
    """The edits that lead from one setup to another."""
    return tuple(
        Change(f.value, subject[f].name, other[f].name) for f in subject.differs_from(other)
    )
