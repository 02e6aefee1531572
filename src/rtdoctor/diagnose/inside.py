"""From a blamed factor to the places inside it: one field of a body, one header, one parameter.

The localiser has blamed a level as a whole. Its pair, a failing and a passing setup that differ in
this factor alone, is mixed place by place here, so each finer claim has a pair of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rtdoctor.diagnose.causes import Explained, Pair
from rtdoctor.diagnose.differing import inseparable, named_by_error, objects_in, place_of_all
from rtdoctor.diagnose.mixing import mixed, sendable
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk
from rtdoctor.diagnose.smaller import simple_forms
from rtdoctor.domain.outcome import Outcome, Signature
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import Factor, Level, Setup
from rtdoctor.localise.inner_cause import Choice, InnerCause, Member, Narrowed
from rtdoctor.localise.inner_search import narrow
from rtdoctor.migration.dialect import dialect_at, fits
from rtdoctor.places.parts import is_rewritten, level_name, parts, value_of
from rtdoctor.places.tree import ABSENT, Difference, Path, differences, mixture, value_at

_QUESTIONS = 40
"""The most questions about one factor; half of what is left of the budget where that is less."""


@dataclass(frozen=True, slots=True)
class PlaceAtFault:
    """A place, what stands there in the failing and in the passing setup, and such a pair."""

    path: Path
    failing: Any
    passing: Any
    pair: Pair


@dataclass(frozen=True, slots=True)
class PlacesAtFault:
    """Places of one factor that fail together, each needed.

    ``context`` is a failing setup with them. ``repaired`` are the places that had to be as in the
    passing setup for this to be seen.
    """

    factor: Factor
    places: tuple[PlaceAtFault, ...]
    signature: Signature
    context: Setup
    repaired: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """What was found inside a factor of a cause; ``open`` says what could not be told apart.

    ``mended`` is the failing setup with as little of the factor changed as it takes to pass.
    """

    cause: Explained
    factor: Factor
    found: tuple[PlacesAtFault, ...]
    open: str = ""
    mended: Setup | None = None

    @property
    def setups(self) -> list[Setup]:
        """The setups on which the finer claims rest."""
        pairs = [place.pair for found in self.found for place in found.places]
        return [setup for pair in pairs for setup in (pair.failing, pair.passing)]


def go_inside(
    subject: Setup,
    control: Setup,
    causes: Sequence[Explained],
    observed: Observed,
) -> Generator[Questions, Answers, tuple[Inside, ...]]:
    """Narrow each factor of each cause to its places, as far as finer mixtures tell them apart.

    What stays unanswered here leaves the coarse cause as it is. A breakdown proves nothing, so
    there is nothing to narrow.
    """
    unanswered = observed.unanswered
    found: list[Inside] = []
    if observed.breakdowns_count:
        return ()
    for cause in causes:
        for factor in cause.levels:
            pair = _pair(subject, control, cause, factor, observed)
            if pair is not None:
                level = _Level(factor, pair, observed)
                found.append((yield from level.narrowed(cause)))
    # A question about places that got no answer leaves the coarse cause proved, so the run does not
    # count as cut short for it.
    observed.unanswered = unanswered
    return tuple(found)


def _pair(
    subject: Setup, control: Setup, cause: Explained, factor: Factor, observed: Observed
) -> Pair | None:
    """A failing and a passing setup that differ in this factor alone; the subject where it is
    one, since a finer pair is then a repair as well."""
    repaired = mixed(subject, control, [factor])
    own = observed.failed(subject)
    candidates = [Pair((factor,), subject, repaired)] if own is not None else []
    for pair in (*candidates, *cause.pairs):
        failure = observed.failed(pair.failing)
        if (
            pair.failing.differs_from(pair.passing) == (factor,)
            and observed.passed(pair.passing)
            and failure is not None
            and failure.signature == cause.signature
        ):
            return pair
    return None


@dataclass(frozen=True, slots=True)
class _Level:
    """A blamed factor and the pair in whose other factors its places are varied."""

    factor: Factor
    pair: Pair
    observed: Observed

    def narrowed(self, cause: Explained) -> Generator[Questions, Answers, Inside]:
        """The factor of this cause narrowed to its places."""
        if not self._is_in_its_dialect():
            why = "it is written for another endpoint, so it is compared as a whole"
            return Inside(cause, self.factor, (), why)
        failing, passing = self.pair.failing[self.factor], self.pair.passing[self.factor]
        forms = list(simple_forms(self.factor, failing.value, passing.value))
        # A level that passes in its simplest form differs in fewer places, and fewer probes tell
        # them apart.
        for form in forms:
            setup = self._with(form)
            (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.MIX)])
            if outcome is not None and outcome.is_pass:
                pair = Pair((self.factor,), self.pair.failing, setup)
                return (yield from replace(self, pair=pair)._mixed(cause))
        if forms:
            return Inside(cause, self.factor, (), "its simplest form does not pass either")
        return (yield from self._mixed(cause))

    def _is_in_its_dialect(self) -> bool:
        """Whether a token body is written for its endpoint: if not, almost every field is amiss."""
        failing = self.pair.failing
        dialect = dialect_at(failing.token_endpoint.value.path)
        if self.factor is not Factor.TOKEN_BODY or dialect is None:
            return True
        return fits(failing.token_body.value.text, dialect)

    def _mixed(self, cause: Explained) -> Generator[Questions, Answers, Inside]:
        places = self.differences()
        # The pair that is there already is the proof: it differs in this one place.
        if len(places) == 1:
            whole = Member(frozenset((0,)), frozenset((0,)), frozenset())
            alone = InnerCause((whole,), cause.signature)
            return self._inside(cause, Narrowed((alone,), frozenset()), places)
        if not (yield from self._keeps_failing(cause.signature)):
            why = "it fails only as it is written: the same JSON, spaced anew, does not"
            return Inside(cause, self.factor, (), why)
        search = narrow(
            len(places),
            cause.signature,
            named=list(named_by_error(self.pair.failing, cause.signature, places)),
            objects=objects_in([p for p in places if p.passing is ABSENT], places),
            missing=objects_in([p for p in places if p.failing is ABSENT], places),
            budget=min(_QUESTIONS, self.observed.left // 2),
        )
        try:
            choice = next(search)
            while True:
                choice = search.send((yield from self._asked(choice, places)))
        except StopIteration as end:
            narrowed: Narrowed = end.value
            return self._inside(cause, narrowed, places)

    def differences(self) -> list[Difference]:
        failing, passing = self._trees()
        return differences(failing, passing)

    def _trees(self) -> tuple[dict[str, Any], dict[str, Any]]:
        failing, passing = self.pair.failing[self.factor], self.pair.passing[self.factor]
        return parts(self.factor, failing.value), parts(self.factor, passing.value)

    def _keeps_failing(self, signature: Signature) -> Generator[Questions, Answers, bool]:
        """Whether the failing level fails as well when its JSON is written anew."""
        value = self.pair.failing[self.factor].value
        text = getattr(value, "text" if self.factor is Factor.TOKEN_BODY else "session", None)
        if not is_rewritten(text):
            return True
        failing, _ = self._trees()
        setup = self._with(value_of(self.factor, failing, value))
        (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.MIX)])
        return outcome is not None and outcome.is_fail and outcome.signature == signature

    def _asked(
        self, choice: Choice, places: list[Difference]
    ) -> Generator[Questions, Answers, Outcome | None]:
        setup = self._setup(choice, places)
        # No probe can be made of it, so the search gets no answer and goes round it.
        if not sendable(setup):
            return None
        (outcome,) = yield from self.observed.ask([SetupAsk(setup, Purpose.MIX)])
        return outcome

    def _setup(self, choice: Choice, places: list[Difference]) -> Setup:
        # The setups themselves, not mixtures of their trees: these were probed, and a mixture may
        # be spelled otherwise.
        if len(choice) == len(places):
            return self.pair.failing
        if not choice:
            return self.pair.passing
        tree = mixture(*self._trees(), [places[i].path for i in choice])
        return self._with(value_of(self.factor, tree, self.pair.failing[self.factor].value))

    def _with(self, value: Any) -> Setup:
        level = Level(level_name(self.factor, value), value)
        return self.pair.failing.with_level(self.factor, level)

    def _inside(self, cause: Explained, narrowed: Narrowed, places: list[Difference]) -> Inside:
        found, why = [], narrowed.open
        for inner in narrowed.causes:
            paths = [place_of_all(member.places, places) for member in inner.members]
            if any(path is None for path in paths):
                why = why or inseparable(inner, places)
                continue
            found.append(self._at_fault(inner, [p for p in paths if p is not None], places))
        mended = None if narrowed.mended is None else self._setup(narrowed.mended, places)
        return Inside(cause, self.factor, tuple(found), why, mended)

    def _at_fault(
        self, inner: InnerCause, paths: list[Path], places: list[Difference]
    ) -> PlacesAtFault:
        failing, passing = self._trees()
        members = tuple(
            PlaceAtFault(
                path,
                value_at(failing, path),
                value_at(passing, path),
                Pair(
                    (self.factor,),
                    self._setup(member.failing, places),
                    self._setup(member.passing, places),
                ),
            )
            for path, member in zip(paths, inner.members, strict=True)
        )
        repaired = tuple(places[i].path for i in sorted(inner.given_back))
        return PlacesAtFault(
            self.factor, members, inner.signature, members[0].pair.failing, repaired
        )
