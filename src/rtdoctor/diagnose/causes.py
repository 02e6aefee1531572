"""From localisations to causes that nothing in the run refutes.

A localisation blames levels relative to one control: what subject and control share is not
varied, so of a pair that clashes it sees one half. Here each cause is confronted with everything
that passes. A pass that contains all its levels refutes it; the localiser then looks between the
failure and that pass, and what it finds there belongs to the cause as well.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rtdoctor.diagnose.mixing import carried, mixed, sendable
from rtdoctor.diagnose.mixtures import Mixtures, localise_between
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk
from rtdoctor.domain.kind import SessionKind, session_kind
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import Factor, Level, Setup
from rtdoctor.localise.next_question import Hint
from rtdoctor.localise.result import FoundCause

Levels = dict[Factor, Level[Any]]
_LARGEST_GROUP = 3
"""Factors that may be blamed together although no probe tells them apart."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A failing and a passing setup that differ in these factors."""

    factors: tuple[Factor, ...]
    failing: Setup
    passing: Setup


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause while it is being worked on.

    ``isolating`` is the setup in which its failure was seen alone. ``only_repaired`` are factors
    that had to be at the control's level for it to be seen at all.
    """

    levels: Levels
    signature: Signature
    pairs: tuple[Pair, ...]
    isolating: Setup
    possible: int = 0
    only_repaired: frozenset[str] = frozenset()

    def within(self, setup: Setup) -> bool:
        """Whether what is sent by ``setup`` contains all the levels of this cause."""
        return holds(self.levels, setup)

    def is_same(self, other: Explained) -> bool:
        return self.levels == other.levels and self.signature == other.signature


def holds(levels: Levels, setup: Setup) -> bool:
    """Whether what is sent by ``setup`` contains all these levels."""
    sent = setup.as_sent()
    return all(sent[factor] == level for factor, level in levels.items())


@dataclass(slots=True)
class Causes:
    """Causes that stand, and the factors of those that could not be made to stand."""

    standing: list[Explained] = field(default_factory=list)
    undecided: dict[Factor, str] = field(default_factory=dict)

    def give_up(self, cause: Explained, why: str) -> None:
        for factor in cause.levels:
            self.undecided.setdefault(factor, why)


@dataclass(frozen=True, slots=True)
class Widening:
    """What widening a cause needs: where it was found, what else passes, and how to ask."""

    main: Mixtures
    others: tuple[Setup, ...]
    observed: Observed
    hint: Hint

    def explain(self) -> Generator[Questions, Answers, Causes]:
        """The causes of the main localisation, each widened until nothing refutes it."""
        return (yield from self.stand([self._first(found) for found in self.main.found.causes]))

    def stand_again(self, found: Causes) -> Generator[Questions, Answers, Causes]:
        """The same causes against what has passed since."""
        again = yield from self.stand(found.standing)
        again.undecided.update(found.undecided)
        return again

    def stand(self, causes: Iterable[Explained]) -> Generator[Questions, Answers, Causes]:
        """Widen these causes by every pass that refutes them."""
        # each round adds at least one level to a cause, and a setup has eight: it ends
        done = Causes()
        todo = list(causes)
        while todo:
            cause = todo.pop(0)
            refuting = yield from self._refuting(cause)
            if refuting is None:
                if not any(cause.is_same(other) for other in done.standing):
                    done.standing.append(cause)
                continue
            grown = yield from self._grown(cause, refuting)
            if not grown:
                done.give_up(cause, "a setup with the same level passed, and why is not known")
            todo = [*grown, *todo]
        return done

    def _first(self, found: FoundCause) -> Explained:
        isolating = self.main.mix(found.isolating)
        factors = [f for f in Factor if f.value in found.factors]
        return Explained(
            levels={f: isolating.as_sent()[f] for f in factors},
            signature=found.signature,
            pairs=_pairs(self.main, found),
            isolating=isolating,
            possible=found.contexts_possible,
            only_repaired=found.only_repaired,
        )

    def _refuting(self, cause: Explained) -> Generator[Questions, Answers, Setup | None]:
        """The nearest setup that passed although it contains the cause.

        Two more are probed for each other control: the failing setup with what it shares with
        the main control at that control's levels, and that control with the cause put in.
        """
        known = self._nearest_refuting(cause)
        if known is not None:
            return known
        for control in self._comparable_others():
            for failing in self._failing(cause):
                apart = frozenset(failing.differs_from(control)) - set(cause.levels)
                # First what the main comparison could not vary, since subject and control share it;
                # then everything.
                for moved in dict.fromkeys((apart - self.main.factors, apart)):
                    passing = mixed(failing, control, moved)
                    if moved and sendable(passing) and cause.within(passing):
                        (outcome,) = yield from self.observed.ask([SetupAsk(passing, Purpose.MIX)])
                        if outcome is not None and outcome.is_pass:
                            return self._nearest_refuting(cause)
        return None

    def _comparable_others(self) -> list[Setup]:
        """The other controls without those that open a translation where the subject does not:
        that is a service of its own, with other checks."""
        kind = session_kind(self.main.subject)
        strange = SessionKind.TRANSLATION
        return [s for s in self.others if session_kind(s) is not strange or kind is strange]

    def _nearest_refuting(self, cause: Explained) -> Setup | None:
        passing = [s for s in self.observed.passing() if cause.within(s)]
        return min(passing, key=lambda s: len(cause.isolating.differs_from(s)), default=None)

    def _failing(self, cause: Explained) -> list[Setup]:
        """The setups that show this cause: the subject, then where it was seen alone."""
        return [
            setup
            for setup in dict.fromkeys((self.main.subject, cause.isolating))
            if cause.within(setup) and _fails_with(setup, cause.signature, self.observed)
        ]

    def _grown(
        self, cause: Explained, refuting: Setup
    ) -> Generator[Questions, Answers, list[Explained]]:
        """The cause with what the failing setup has and ``refuting`` has not, as far as it
        matters; several where several things do."""
        for failing in self._failing(cause):
            near = yield from localise_between(failing, refuting, self.observed, self.hint)
            # Without the budget for a full search here, the cause is given up instead of being
            # claimed too narrowly.
            if near.found.inconclusive:
                continue
            same = [c for c in near.found.causes if c.signature == cause.signature]
            grown = []
            for found in same:
                wider = yield from self._joined(cause, near, found)
                grown += [wider] if wider is not None else []
            if grown:
                return grown
            if not same:
                wider = yield from self._with_a_group(cause, failing, refuting)
                if wider is not None:
                    return [wider]
        return []

    def _with_a_group(
        self, cause: Explained, failing: Setup, refuting: Setup
    ) -> Generator[Questions, Answers, Explained | None]:
        """The cause with what cannot be told apart: whichever of it moves alone fails for a reason
        of its own. What can move without changing the failure is left out."""
        for factor in failing.differs_from(refuting):
            moved = mixed(failing, refuting, [factor])
            if len(failing.differs_from(refuting)) > 1 and sendable(moved):
                yield from self.observed.ask([SetupAsk(moved, Purpose.MIX)])
                if _fails_with(moved, cause.signature, self.observed):
                    # Greedy is safe: the failure was seen again with this factor moved, so it can
                    # do without it.
                    failing = moved
        group = failing.differs_from(refuting)
        levels = {**cause.levels, **{f: failing.as_sent()[f] for f in group}}
        if len(group) > _LARGEST_GROUP or not self._are_the_subjects(levels):
            return None
        pair = Pair(group, failing, refuting)
        wider = replace(cause, levels=levels, isolating=failing, pairs=(*cause.pairs, pair))
        # A pair whose failing setup lacks a level of the wider cause would prove another cause.
        return wider if all(wider.within(p.failing) for p in wider.pairs) else None

    def _joined(
        self, cause: Explained, near: Mixtures, found: FoundCause
    ) -> Generator[Questions, Answers, Explained | None]:
        """The cause and what was found beside it, where one failing setup shows both.

        A pair of the narrower cause counts only where its failing setup contains the wider one;
        otherwise it is looked for again in the new isolating setup.
        """
        isolating = near.mix(found.isolating)
        more = {f: isolating.as_sent()[f] for f in Factor if f.value in found.factors}
        if not self._are_the_subjects(more):
            return None
        wider = replace(
            cause,
            levels={**cause.levels, **more},
            isolating=isolating,
            only_repaired=cause.only_repaired | found.only_repaired,
        )
        pairs = list(_pairs(near, found))
        for pair in cause.pairs:
            if not wider.within(pair.failing):
                passing = mixed(isolating, pair.passing, pair.factors)
                (outcome,) = yield from self.observed.ask([SetupAsk(passing, Purpose.MIX)])
                if outcome is None or not outcome.is_pass:
                    return None
                pair = Pair(pair.factors, isolating, passing)
            pairs.append(pair)
        return replace(wider, pairs=tuple(pairs))

    def _are_the_subjects(self, levels: Levels) -> bool:
        """Whether the subject has these levels: what a neighbour has is no cause of its failure."""
        sent = self.main.subject.as_sent()
        return all(
            sent[factor] == level or (factor is Factor.TOKEN_BODY and self._is_carried(level))
            for factor, level in levels.items()
        )

    def _is_carried(self, body: Level[Any]) -> bool:
        """Whether this is the subject's token body in the dialect of another endpoint."""
        subject = self.main.subject
        source = subject.token_endpoint.value.path
        targets = {s.token_endpoint.value.path for s in self.observed.setups()}
        return any(carried(subject.token_body, source, target) == body for target in targets)


def _pairs(between: Mixtures, found: FoundCause) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            tuple(f for f in Factor if f.value in pair.factors),
            between.mix(pair.failing),
            between.mix(pair.passing),
        )
        for pair in found.witnesses
    )


def _fails_with(setup: Setup, signature: Signature, observed: Observed) -> bool:
    outcomes = observed.outcomes(setup)
    return bool(outcomes) and all(o.signature == signature for o in outcomes)


def minimal(causes: Sequence[Explained]) -> list[Explained]:
    """The causes without those that contain another one with the same error."""
    return [
        cause
        for cause in causes
        if not any(
            other is not cause
            and other.signature == cause.signature
            and other.levels.items() < cause.levels.items()
            for other in causes
        )
    ]
