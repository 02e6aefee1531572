"""The last step before anything is said: every claim against everything the run saw.

A cause stands only when each of its pairs was repeated, no setup of the run was answered in two
ways, and no probe that contains its levels ever passed. What falls here is called unresolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rtdoctor.diagnose.candidates import comparable
from rtdoctor.diagnose.causes import Explained
from rtdoctor.diagnose.inside import Inside, PlacesAtFault
from rtdoctor.diagnose.inside_claims import blamed_places, not_narrowed, standing
from rtdoctor.diagnose.mixing import keeps_body
from rtdoctor.diagnose.mixtures import Mixtures, in_order
from rtdoctor.diagnose.observed import Observed
from rtdoctor.domain.finding import (
    Blamed,
    Cause,
    Fact,
    Repair,
    RuledOut,
    Suspicion,
    Unresolved,
    Witness,
)
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.wording.answers import request_line, said
from rtdoctor.wording.diagnosis import (
    wire_text,
)

SEEN_ONCE = "it seems to matter, but the probes ended before that could be repeated"
IN_TWO_WAYS = "the service answered one setup of this run in two ways"
REFUTED = "it seems to matter, but a setup with the same level passed"
WITH_THE_OTHER_CREDENTIAL = (
    "it matters when the call carries the passing setup's credential; with yours it is not known"
)
_BREAKDOWN = 500


@dataclass(frozen=True, slots=True)
class Claims:
    """What a comparison found, and what of it may be said."""

    main: Mixtures
    found: Sequence[Explained]
    undecided: dict[Factor, str]
    repairs: tuple[Repair, ...]
    observed: Observed
    inside: tuple[Inside, ...] = ()

    @property
    def standing(self) -> list[Explained]:
        """The causes that may be claimed, in the order in which the user meets them: the one
        behind the subject's own answer first."""
        kept = [cause for cause in self.found if not self.objection(cause)]
        return sorted(kept, key=lambda c: (not self.is_own(c), self._hiders(c, kept)))

    def objection(self, cause: Explained) -> str:
        """Why a cause may not be claimed; empty when it may."""
        observed = self.observed
        setups = {s for p in cause.pairs for s in (p.failing.as_sent(), p.passing.as_sent())}
        if observed.contradicted():
            # every claim rests on a service that answers one request in one way
            return IN_TWO_WAYS
        if any(observed.outcomes(s) and not observed.failed(s) for s in self._holding(cause)):
            return REFUTED
        if not cause.pairs or not all(map(observed.is_steady, setups)):
            return SEEN_ONCE
        seen_with_yours = self._shows(self.main.subject, cause.signature)
        other = Factor.AUTH.value in cause.only_repaired and self._compares_credentials
        if other and not seen_with_yours:
            # what the key may not do says nothing about what a token may do
            return WITH_THE_OTHER_CREDENTIAL
        return ""

    @property
    def _compares_credentials(self) -> bool:
        """Whether subject and control call with credentials of different kinds."""
        control, subject = self.main.control.auth.value.kind, self.main.subject.auth.value.kind
        return control.needs_token is not subject.needs_token

    def _holding(self, cause: Explained) -> list[Setup]:
        return [s for s in self.observed.setups() if cause.within(s)]

    def is_own(self, cause: Explained) -> bool:
        """Whether this cause explains the answer that the subject itself got: it fails with the
        same error, or changing only what the cause names made the subject pass."""
        same = self._shows(self.main.subject, cause.signature)
        return same or self._is_cured_by(set(cause.levels))

    def _shows(self, setup: Setup, signature: Signature) -> bool:
        """Whether a setup fails with this error every time."""
        failure = self.observed.failed(setup)
        return failure is not None and failure.signature == signature

    def _is_cured_by(self, factors: set[Factor]) -> bool:
        """Whether a change of only these factors made the subject pass."""
        passing = self.observed.passing()
        return any(self._apart(self.main.subject, setup) <= factors for setup in passing)

    @property
    def explains_the_subject(self) -> bool:
        """Whether the causes account for the answer of the subject, alone or together."""
        together = {factor for cause in self.proved for factor in cause.levels}
        return any(map(self.is_own, self.proved)) or self._is_cured_by(together)

    @property
    def proved(self) -> list[Explained]:
        """The standing causes without those that are likely only."""
        return [cause for cause in self.standing if not self.is_likely_only(cause)]

    def _apart(self, failing: Setup, passing: Setup) -> set[Factor]:
        """In what two setups differ, a body that is only carried over left out."""
        ours = comparable(failing, passing)
        differing = set(ours.differs_from(passing))
        if keeps_body(ours, passing):
            # The same content in the dialect of the other endpoint is no change of what the user
            # says.
            differing.discard(Factor.TOKEN_BODY)
        return differing

    def _hiders(self, cause: Explained, causes: Sequence[Explained]) -> int:
        return sum(self._hides(other, cause) for other in causes)

    def _hides(self, front: Explained, behind: Explained) -> bool:
        """Whether every failure with both shows the front's error and never the other's."""
        if front is behind or front.signature == behind.signature:
            return False
        both = [s for s in self._holding(front) if behind.within(s)]
        seen = {f.signature for s in both if (f := self.observed.failed(s)) is not None}
        if not seen:  # the one behind was seen only where the front is repaired
            return self.is_own(front) and not self.is_own(behind)
        return front.signature in seen and behind.signature not in seen

    def causes(self) -> list[tuple[Cause, Setup]]:
        """The proved causes, each with the setup that shows it alone."""
        proved = self.proved
        return [(self._cause(c, proved), c.isolating) for c in proved]

    def is_likely_only(self, cause: Explained) -> bool:
        signature = cause.signature
        broken = signature.status is None or signature.status >= _BREAKDOWN
        return self.observed.breakdowns_count and broken

    def _cause(self, cause: Explained, proved: Sequence[Explained]) -> Cause:
        observed = self.observed
        tried = [s for s in self._holding(cause) if observed.outcomes(s)]
        failing = [s for s in tried if observed.failed(s) is not None]
        return Cause(
            levels=_blamed(cause),
            signature=cause.signature,
            witnesses=tuple(self._witnesses(cause)),
            failing_probes=tuple(observed.probe(s) for s in failing),
            contexts_tried=len(tried),
            contexts_failed=len(failing),
            # A cause that was widened lies in a larger space than the one it was found in, so what
            # was tried may exceed it.
            contexts_possible=max(cause.possible, len(tried)),
            hidden_behind=tuple(i for i, other in enumerate(proved) if self._hides(other, cause)),
            inside=tuple(blamed_places(f, observed) for f in self.narrowed(cause)),
            not_narrowed=tuple(not_narrowed(self._inside(cause), observed)),
        )

    def _inside(self, cause: Explained) -> list[Inside]:
        """What was found inside the factors of a cause; of its own levels only, since a cause that
        was widened later is another one."""
        return [i for i in self.inside if i.cause.levels.items() <= cause.levels.items()]

    def narrowed(self, cause: Explained) -> list[PlacesAtFault]:
        """The places inside a cause that may be claimed, those of its own error first."""
        found = [f for i in self._inside(cause) for f in standing(i, self.observed)]
        return sorted(found, key=lambda f: f.signature != cause.signature)

    def _witnesses(self, cause: Explained) -> Iterator[Witness]:
        shown: set[str] = set()
        for pair in cause.pairs:
            differing = pair.failing.as_sent().differs_from(pair.passing.as_sent())
            names = in_order({f.value for f in differing})
            # A pair that shows no further factor would only repeat what an earlier one proves.
            if not {f.value for f in pair.factors} <= shown:
                shown |= {f.value for f in pair.factors}
                yield Witness(
                    names,
                    self.observed.probe(pair.failing),
                    self.observed.probe(pair.passing),
                    self.observed.is_steady(pair.failing) and self.observed.is_steady(pair.passing),
                )

    def suspicions(self) -> tuple[Suspicion, ...]:
        """Where the service breaks down every time: the levels that seem to do it."""
        return tuple(
            Suspicion(
                _blamed(cause),
                self._breakdowns(cause, pair.failing),
                self.observed.probes(pair.failing),
                self.observed.probes(pair.passing),
            )
            for cause in self.standing
            if self.is_likely_only(cause)
            for pair in cause.pairs[:1]
        )

    def _breakdowns(self, cause: Explained, failing: Setup) -> str:
        """Each answer that a probe with these levels got, with the request that ``failing`` sends:
        one breakdown is like another, but their texts often differ."""
        seen = [o.outcome for s in self._holding(cause) for o in self.observed.evidence(s)]
        texts = dict.fromkeys(said(o.signature) for o in seen if o.signature is not None)
        return f"{request_line(failing, cause.signature.stage)}: {' or '.join(texts)}"

    def ruled_out(self) -> tuple[RuledOut, ...]:
        """The factors that do not matter, each with probes at the subject's level and another."""
        if not self.causes():
            return ()
        main = self.main
        # What cured a failure anywhere in the run may matter, even if this comparison does not need
        # it.
        silent = self._spoken_of() | {f.value for f in self._cures()}
        return tuple(
            RuledOut(
                r.factor,
                tuple(self.observed.probe(main.mix(p)) for p in r.points),
                r.why,
            )
            for r in main.found.ruled_out
            if r.factor not in silent
        )

    def _cures(self) -> set[Factor]:
        """The factors that alone turned some failure of the run into a pass."""
        setups = self.observed.setups()
        failing = [s for s in setups if self.observed.failed(s) is not None]
        cures = set()
        for passing in self.observed.passing():
            for other in failing:
                differing = self._apart(other, passing)
                if len(differing) == 1:
                    cures |= differing
        return cures

    def unresolved(self) -> tuple[Unresolved, ...]:
        """The factors that may matter and could neither be blamed nor ruled out."""
        blamed = {b.factor for cause, _ in self.causes() for b in cause.levels}
        blamed |= {b.factor for s in self.suspicions() for b in s.levels}
        why = {u.factor: u.why for u in self.main.found.unresolved}
        why.update({factor.value: text for factor, text in self.undecided.items()})
        for cause in self.found:
            if objection := self.objection(cause):
                why.update({factor.value: objection for factor in cause.levels})
        return tuple(Unresolved(f, why[f]) for f in in_order(set(why) - blamed))

    def _spoken_of(self) -> set[str]:
        blamed = {factor.value for cause in self.found for factor in cause.levels}
        return blamed | {factor.value for factor in self.undecided}

    def traps(self) -> tuple[Fact, ...]:
        """Half-way repairs that fail for a reason of their own."""
        main, found = self.main, []
        for trap in main.found.traps:
            if trap.proved:
                inside, outside = Factor(trap.inside), Factor(trap.outside)
                text = (
                    f"{wire_text(inside, main.subject)} does not go with "
                    f"{wire_text(outside, main.control)} either: {said(trap.signature)}"
                )
                probes = tuple(self.observed.probe(main.mix(p)) for p in trap.failing)
                found.append(Fact("trap", text, probes))
        return tuple(found)

    @property
    def is_open(self) -> bool:
        """Whether something that was asked for stayed unanswered."""
        return self.observed.unanswered or self.main.found.budget_ended


def _blamed(cause: Explained) -> tuple[Blamed, ...]:
    return tuple(Blamed(f.value, cause.isolating[f].name) for f in factors_of(cause))


def factors_of(cause: Explained) -> list[Factor]:
    return [f for f in Factor if f in cause.levels]
