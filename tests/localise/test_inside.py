"""Planted faults among many places: they are found with few questions, and nothing else is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.localise.inner_cause import Choice, Narrowed
from rtdoctor.localise.inner_search import narrow

EMPTY = Signature(Stage.MINT, 400, "", "", "", "")
PASS = Outcome.passed(Stage.SESSION)


def places(*numbers: int) -> Choice:
    return frozenset(numbers)


@dataclass(frozen=True)
class PlantedFault:
    """A choice with all of ``inside`` and none of ``outside`` fails so."""

    inside: Choice
    outside: Choice = frozenset()
    signature: Signature = EMPTY


@dataclass
class PlantedForm:
    """A level with planted faults; the first that applies is told."""

    count: int
    faults: list[PlantedFault]
    silent: bool = False
    asked: list[tuple[Choice, Outcome]] = field(default_factory=list)

    def answer(self, choice: Choice) -> Outcome:
        for fault in self.faults:
            if fault.inside <= choice and not fault.outside & choice:
                return Outcome.failed(fault.signature)
        return PASS

    def narrowed(self, **options: object) -> Narrowed:
        failure = self.answer(frozenset(range(self.count))).signature
        assert failure is not None
        search = narrow(self.count, failure, **options)  # type: ignore[arg-type]
        try:
            choice = next(search)
            while True:
                self.asked.append((choice, self.answer(choice)))
                choice = search.send(None if self.silent else self.asked[-1][1])
        except StopIteration as end:
            found: Narrowed = end.value
            return found


def blamed(found: Narrowed) -> set[Choice]:
    return {frozenset().union(*(m.places for m in c.members)) for c in found.causes}


@st.composite
def forms(draw: st.DrawFn, faults: int) -> tuple[int, list[int]]:
    count = draw(st.integers(max(2, faults), 40))
    numbers = st.integers(0, count - 1)
    return count, draw(st.lists(numbers, min_size=faults, max_size=faults, unique=True))


@given(forms(1))
def test_one_refused_place_is_found_within_the_bound(form: tuple[int, list[int]]) -> None:
    count, (culprit,) = form
    service = PlantedForm(count, [PlantedFault(places(culprit))])

    found = service.narrowed()

    assert blamed(found) == {places(culprit)}
    assert not found.open
    # two more repeat what is claimed
    assert len(service.asked) + 2 <= 2 * math.log2(count) + 8


@given(forms(2), st.booleans())
def test_two_refused_places_are_both_found(form: tuple[int, list[int]], alike: bool) -> None:
    count, culprits = form
    said = [EMPTY, EMPTY if alike else Signature(Stage.MINT, 400, code="other")]
    faults = [PlantedFault(places(c), signature=s) for c, s in zip(culprits, said, strict=True)]

    found = PlantedForm(count, faults).narrowed()

    assert blamed(found) == {places(c) for c in culprits}
    assert found.mended == frozenset(range(count)) - set(culprits)


@given(forms(2))
def test_two_places_that_fail_only_together_are_one_cause(form: tuple[int, list[int]]) -> None:
    count, culprits = form

    found = PlantedForm(count, [PlantedFault(places(*culprits))]).narrowed()

    assert blamed(found) == {places(*culprits)}
    assert len(found.causes[0].members) == 2


@given(forms(3), st.booleans())
def test_a_mixture_that_fails_for_a_reason_of_its_own_is_blamed_on_nothing(
    form: tuple[int, list[int]], alike: bool
) -> None:
    count, (culprit, there, missing) = form
    said = EMPTY if alike else Signature(Stage.MINT, 400, code="required")
    clash = PlantedFault(places(there), places(missing), said)

    found = PlantedForm(count, [clash, PlantedFault(places(culprit))]).narrowed()

    assert blamed(found) <= {places(culprit)}


@settings(max_examples=300)
@given(forms(3))
def test_a_half_of_a_pair_is_not_blamed_alone_where_it_clashes(form: tuple[int, list[int]]) -> None:
    count, (first, second, missing) = form
    clash = PlantedFault(
        places(first), places(missing), Signature(Stage.MINT, 400, code="required")
    )

    found = PlantedForm(count, [clash, PlantedFault(places(first, second))]).narrowed()

    assert blamed(found) <= {places(first, second)}


def test_a_pair_is_found_although_one_of_its_places_needs_a_third() -> None:
    clash = PlantedFault(places(3), places(5), Signature(Stage.MINT, 400, code="required"))

    found = PlantedForm(8, [clash, PlantedFault(places(3, 6))]).narrowed()

    assert blamed(found) == {places(3, 6)}
    assert not found.open


@pytest.mark.thorough
@settings(max_examples=300)
@given(st.data())
def test_every_claim_has_its_pair_and_no_pass_speaks_against_it(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 14))
    numbers = st.frozensets(st.integers(0, count - 1), min_size=1, max_size=3)
    signatures = st.sampled_from([EMPTY, Signature(Stage.MINT, 400, code="other")])
    faults = [
        PlantedFault(
            data.draw(numbers),
            data.draw(st.just(places()) | numbers),
            data.draw(signatures),
        )
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    form = PlantedForm(count, faults)
    if form.answer(frozenset(range(count))).is_pass or form.answer(frozenset()).is_fail:
        return

    found = form.narrowed(budget=data.draw(st.integers(0, 40)))

    answers = dict(form.asked)
    answers[frozenset(range(count))] = form.answer(frozenset(range(count)))
    answers[frozenset()] = PASS
    passes = [choice for choice, outcome in answers.items() if outcome.is_pass]
    for cause in found.causes:
        for member in cause.members:
            assert answers[member.failing].signature == cause.signature
            assert answers[member.passing].is_pass
            assert member.failing - member.passing == member.places
        everything = frozenset().union(*(m.places for m in cause.members))
        assert not any(everything <= choice for choice in passes)


def test_the_place_that_the_error_names_is_asked_about_first() -> None:
    service = PlantedForm(40, [PlantedFault(places(17))])

    found = service.narrowed(named=[places(17)])

    assert blamed(found) == {places(17)}
    assert service.asked[0][0] == frozenset(range(40)) - {17}
    assert len(service.asked) == 2


def test_a_wrong_name_in_the_error_costs_one_question() -> None:
    found = PlantedForm(40, [PlantedFault(places(17))]).narrowed(named=[places(3)])

    assert blamed(found) == {places(17)}


def test_an_object_that_is_refused_whatever_is_in_it_is_blamed_as_a_whole() -> None:
    inside = places(4, 5, 6, 7)
    faults = [PlantedFault(places(number)) for number in sorted(inside)]

    found = PlantedForm(12, faults).narrowed(objects=[inside])

    assert blamed(found) == {inside}


def test_an_object_whose_rest_is_refused_without_its_culprit_is_blamed_as_a_whole() -> None:
    inside = places(4, 5, 6, 7)
    rest = [
        PlantedFault(places(other), places(4), Signature(Stage.MINT, 400, code=f"other {other}"))
        for other in (5, 6, 7)
    ]

    found = PlantedForm(12, [PlantedFault(places(4)), *rest]).narrowed(objects=[inside])

    assert blamed(found) == {inside}
    assert not found.open


def test_a_second_culprit_in_an_object_is_blamed_beside_the_first() -> None:
    other = Signature(Stage.MINT, 400, code="other")
    faults = [PlantedFault(places(4)), PlantedFault(places(6), signature=other)]

    found = PlantedForm(12, faults).narrowed(objects=[places(4, 5, 6, 7)])

    assert blamed(found) == {places(4), places(6)}


def test_culprits_in_two_inner_objects_do_not_make_the_outer_one_a_culprit() -> None:
    other = Signature(Stage.MINT, 400, code="other")
    faults = [PlantedFault(places(4)), PlantedFault(places(6), signature=other)]
    objects = [places(4, 6), places(4), places(6)]

    found = PlantedForm(12, faults).narrowed(objects=objects)

    assert blamed(found) == {places(4), places(6)}


def test_a_missing_object_is_blamed_as_a_whole() -> None:
    inside = places(4, 5, 6, 7)

    found = PlantedForm(12, [PlantedFault(inside)]).narrowed(missing=[inside])

    assert blamed(found) == {inside}
    assert len(found.causes[0].members) == 1


@pytest.mark.parametrize("budget", range(7))
def test_without_the_questions_it_takes_nothing_is_claimed(budget: int) -> None:
    found = PlantedForm(40, [PlantedFault(places(17))]).narrowed(budget=budget)

    assert not found.causes
    assert found.open


def test_silence_claims_nothing() -> None:
    assert PlantedForm(8, [PlantedFault(places(3))], silent=True).narrowed().causes == ()
