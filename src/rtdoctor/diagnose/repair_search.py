"""Looking for smaller repairs: passing setups are shrunk, and single edits are tried.

Nothing is returned: what passes is among what was observed, and ``repairs`` chooses from that.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rtdoctor.diagnose.candidates import COST, Candidates, cost
from rtdoctor.diagnose.causes import Explained
from rtdoctor.diagnose.edits import ADDED_TO, edited_factor, named_factors, single_edits
from rtdoctor.diagnose.meaning import (
    with_the_users_body,
    with_the_users_values,
    without_the_place,
)
from rtdoctor.diagnose.mixing import mixed, sendable
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk
from rtdoctor.diagnose.place import wanted
from rtdoctor.diagnose.repairs import rank
from rtdoctor.domain.kind import session_kind
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import AuthKind, Factor, Setup

_SHRUNK = 2
"""How many of the nearest passing setups are shrunk."""
_EDITS, _SWAPS = 20, 6
"""The most single edits to try, of the subject and of each setup near the best repair."""
_PLACES = 5
"""The most places of the user's body that are given up, one after the other."""


@dataclass(frozen=True, slots=True)
class RepairSearch:
    """What the search for repairs knows when it begins."""

    subject: Setup
    control: Setup
    failure: Signature
    causes: tuple[Explained, ...]
    observed: Observed
    candidates: Candidates
    mended: tuple[tuple[Factor, Setup], ...] = ()
    """Factors of which the places at fault are known, with a setup that has the factor without
    them."""

    def run(self) -> Generator[Questions, Answers, None]:
        """Probe what could be a smaller repair; what passes is among what was observed."""
        yield from self._shrink()
        yield from self._edit()
        yield from self._swap()
        yield from self._try_key()

    def _shrink(self) -> Generator[Questions, Answers, None]:
        """Leave each edit of the nearest passing setups out once, the dearest first.

        Greedy is safe: what is left is a repair in which every edit is needed, each seen to be.
        """
        for setup in self._nearest()[:_SHRUNK]:
            repair = setup
            edits = sorted(
                self.subject.differs_from(setup),
                key=lambda f: -cost(self.subject, self.subject.take(setup, frozenset({f}))),
            )
            for factor in edits:
                smaller = mixed(repair, self.subject, [factor])
                if not sendable(smaller) or self._hopeless(smaller):
                    continue
                (outcome,) = yield from self.observed.ask([SetupAsk(smaller, Purpose.REPAIR)])
                if outcome is not None and outcome.is_pass:
                    repair = smaller
            repair = yield from self._give_back_places(repair)
            yield from self._give_back_the_body(repair)

    def _give_back_places(self, repair: Setup) -> Generator[Questions, Answers, Setup]:
        """The repair with the user's own level less the places at fault, for each factor of which
        they are known."""
        for factor, mended in self.mended:
            setup = mixed(repair, mended, [factor])
            if factor not in self.subject.differs_from(repair) or self._hopeless(setup):
                continue
            (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.REPAIR)])
            if outcome is not None and outcome.is_pass:
                repair = setup
        return repair

    def _give_back_the_body(self, repair: Setup) -> Generator[Questions, Answers, None]:
        """The repair with the user's own token body, less the places that the errors name; where
        they name none, with what the repair's body leaves unsaid."""
        # the whole body may be what fails; only the answer to it tells which place to give up first
        setup = with_the_users_body(self.subject, repair)
        for _ in range(_PLACES):
            if setup is None:
                break
            (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.REPAIR)])
            if outcome is None or outcome.is_pass:
                return
            named = wanted(outcome.signature, setup) if outcome.signature is not None else ()
            places = [n.name for n in named if n.where == "body" and n.present]
            smaller = (without_the_place(setup, place, repair) for place in places)
            setup = next((s for s in smaller if s is not None), None)
        fuller = with_the_users_values(self.subject, repair)
        if fuller is not None and not self._hopeless(fuller):
            yield from self.observed.ask([SetupAsk(fuller, Purpose.REPAIR)])

    def _edit(self) -> Generator[Questions, Answers, None]:
        """Single edits that would be better than the best repair there is, or test the cause."""
        best = self._best()
        edits = single_edits(self.subject, self.control, self.failure, self.causes, self.candidates)
        worth = [s for s in edits if sendable(s) and self._is_worth_a_probe(s, best)]
        yield from self._try(worth, _EDITS)

    def _is_worth_a_probe(self, edit: Setup, best: tuple[int, int, int]) -> bool:
        """Cheaper than the best repair; or of its cost, and either a better change of a place that
        is blamed or named by the error, or an addition: if that cures, the one cause there is
        lacks a level."""
        factor = edited_factor(self.subject, edit)
        spent, limit = cost(self.subject, edit), best[0]
        if spent != limit:
            return spent < limit
        # every probe mints a token, so equals are tried only where they can teach something
        blamed = {f for cause in self.causes for f in cause.levels}
        if factor in blamed | named_factors(self.failure, self.subject):
            return self._rank(edit) < best
        return factor in ADDED_TO and len(self.causes) == 1

    def _swap(self) -> Generator[Questions, Answers, None]:
        """One dear edit of the best repair given up for a cheap one of another factor."""
        best = self._best()
        repair = next(iter(self._safe()), None)
        if repair is None or len(self.subject.differs_from(repair)) < 2:
            return
        for factor in sorted(self.subject.differs_from(repair), key=lambda f: -COST[f]):
            # shrinking showed that this edit is needed beside the others, not that none else does
            near = mixed(repair, self.subject, [factor])
            failure = self.observed.failed(near)
            if failure is None or failure.signature is None:
                continue
            edits = single_edits(near, self.control, failure.signature, (), self.candidates)
            better = [s for s in edits if sendable(s) and self._rank(s) < best]
            yield from self._try([s for s in better if not self._hopeless(s)], _SWAPS)

    def _try(self, setups: Sequence[Setup], most: int) -> Generator[Questions, Answers, None]:
        # The other half is for repeating what the claims rest on.
        room = min(most, self.observed.left // 2)
        yield from self.observed.ask([SetupAsk(s, Purpose.REPAIR) for s in setups[:room]])

    def _best(self) -> tuple[int, int, int]:
        return min(map(self._rank, self._safe()), default=(99, 0, 0))

    def _rank(self, setup: Setup) -> tuple[int, int, int]:
        return rank(self.subject, setup)[:3]

    def _try_key(self) -> Generator[Questions, Answers, None]:
        """The same setup with the API key: what people fall back to, so it must be named."""
        if self.candidates.leaks_key(self.subject):
            return
        references = [r.setup for r in self.candidates.references]
        keyed = [s for s in references if s.auth.value.kind is AuthKind.API_KEY]
        setups = [self.subject.with_level(Factor.AUTH, s.auth) for s in keyed[:1]] + keyed
        for setup in dict.fromkeys(s.as_sent() for s in setups):
            (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.REPAIR)])
            if outcome is not None and outcome.is_pass:
                return

    def _safe(self) -> list[Setup]:
        """The passing setups that do not expose the key, cheapest first, the user's kind first."""
        kind = session_kind(self.subject)
        leaks = self.candidates.leaks_key
        safe = [s for s in self.observed.passing() if leaks(self.subject) or not leaks(s)]
        return sorted(safe, key=lambda s: (session_kind(s) is not kind, *rank(self.subject, s)))

    def _nearest(self) -> list[Setup]:
        """The safe ones of the user's kind of session, where there are any."""
        kind = session_kind(self.subject)
        safe = self._safe()
        return [s for s in safe if session_kind(s) is kind] or safe

    def _hopeless(self, setup: Setup) -> bool:
        """Whether a cause is in it that was seen beside the subject's own levels alone."""
        return any(c.within(setup) and not c.only_repaired for c in self.causes)
