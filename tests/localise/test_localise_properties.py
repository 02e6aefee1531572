"""What the localiser must never do, over random services."""

from __future__ import annotations

import random
from collections import deque

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planted_rules import EMPTY, PASSED, PlantedRule, PlantedService, drive, found

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.localise.space import Axis, Point, Space

pytestmark = pytest.mark.thorough

LATE = Stage.EXCHANGE

check = settings(max_examples=80, deadline=None, derandomize=True, database=None)


@st.composite
def services(draw: st.DrawFn, *, largest: int = 6, traps: int = 0) -> PlantedService:
    """Two stages, up to three causes, some traps; the subject fails and the control passes."""
    names = [f"f{i}" for i in range(draw(st.integers(1, largest)))]
    stage = {n: draw(st.sampled_from((Stage.MINT, LATE))) for n in names}
    axes = tuple(Axis(n, stage[n], draw(st.integers(1, 3))) for n in names)
    shared = draw(st.booleans())

    def rule(number: int, inside: Point, outside: Point = frozenset()) -> PlantedRule:
        at = max((stage[n] for n in inside | outside), key=lambda s: s.order)
        said = EMPTY[at] if shared else Signature(at, 400, code=f"rule_{number}")
        return PlantedRule(inside, said, outside)

    subsets = st.frozensets(st.sampled_from(names), min_size=1, max_size=3)
    rules = [rule(i, p) for i, p in enumerate(draw(st.lists(subsets, min_size=1, max_size=3)))]
    if len(names) > 1:
        for i in range(draw(st.integers(0, traps))):
            pair = draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))
            rules.append(rule(9 + i, frozenset(pair[:1]), frozenset(pair[1:])))
    return PlantedService(axes, tuple(draw(st.permutations(rules))))


@check
@given(services(traps=2), st.integers(2, 60), st.booleans(), st.integers(1, 5))
def test_every_claim_rests_on_probes_and_none_is_contradicted(
    service: PlantedService, budget: int, confirm: bool, batch: int
) -> None:
    run = drive(service.space, service, budget=budget, confirm=confirm, batch=batch)
    heard = run.by_point
    assert run.result.probes == len(run.asked) <= budget
    for cause in run.result.causes:
        assert not any(cause.factors <= passed for passed in run.passes)
        assert cause.contexts_failed == cause.contexts_tried <= cause.contexts_possible
        assert service(cause.isolating) == Outcome.failed(cause.signature)
        necessary: set[str] = set()
        for pair in cause.witnesses:
            assert cause.factors <= pair.failing
            assert pair.failing ^ pair.passing == pair.factors
            assert len(pair.factors) == 1
            assert all(o.is_fail for o in heard[pair.failing])
            assert all(o.is_pass for o in heard[pair.passing])
            times = min(len(heard[pair.failing]), len(heard[pair.passing]))
            assert pair.repeated == (times > 1)
            necessary |= pair.factors
        assert necessary == cause.factors


@check
@given(services(traps=1), st.integers(2, 60))
def test_every_repair_was_probed_and_passes_again(service: PlantedService, budget: int) -> None:
    result = drive(service.space, service, budget=budget).result
    cost = {a.name: a.cost for a in service.axes}
    for repair in result.repairs:
        assert service(repair.point) == PASSED
        assert repair.edits == service.names - repair.point
        assert repair.cost == sum(cost[n] for n in repair.edits)
        if repair.minimal:
            cheaper = [
                p for p in service.points() if sum(cost[n] for n in service.names - p) < repair.cost
            ]
            assert not any(service(p).is_pass for p in cheaper)
    edits = [repair.edits for repair in result.repairs]
    assert len(edits) <= 3
    assert not any(one < other for one in edits for other in edits)


@check
@given(services())
def test_without_traps_the_causes_are_exactly_the_planted_ones(service: PlantedService) -> None:
    planted = {rule.inside for rule in service.rules}
    smallest = {p for p in planted if not any(q < p for q in planted)}
    result = drive(service.space, service, budget=300).result
    assert found(result) == smallest
    assert result.repairs[0].minimal
    only_words = frozenset().union(*planted) - frozenset().union(*smallest)
    unresolved = {u.factor for u in result.unresolved}
    assert unresolved <= only_words  # a masked larger rule: another error, no other verdict
    ruled_out = {r.factor for r in result.ruled_out}
    assert ruled_out == service.names.difference(*smallest) - unresolved


@check
@given(services(largest=4, traps=1))
def test_small_spaces_are_answered_whole_and_exactly(service: PlantedService) -> None:
    assume(service(frozenset()).is_pass)
    run = drive(service.space, service, budget=300)
    assert run.result.exhaustive
    exact = service.minimal_failing_sets()
    assert found(run.result) <= exact
    for rule in service.rules:
        alone = [
            p
            for p in service.points()
            if rule.matches(p) and not any(r.matches(p) for r in service.rules if r != rule)
        ]
        if alone and not rule.outside:
            assert any(cause <= rule.inside for cause in found(run.result))


@check
@given(services(traps=2), st.randoms(use_true_random=False))
def test_the_order_of_the_factors_does_not_matter(
    service: PlantedService, rng: random.Random
) -> None:
    shuffled = list(service.axes)
    rng.shuffle(shuffled)
    assert drive(Space(shuffled), service).result == drive(service.space, service).result


@check
@given(services())
def test_causes_of_different_stages_are_never_merged(service: PlantedService) -> None:
    result = drive(service.space, service, budget=300).result
    for cause in result.causes:
        own = {r.signature.stage for r in service.rules if r.inside == cause.factors}
        assert cause.signature.stage in own
        sent = {a.name for a in service.axes if a.first_sent.order <= cause.signature.stage.order}
        assert cause.factors <= sent


@check
@given(services(), st.integers(0, 10**6), st.sampled_from((0.1, 0.5)))
def test_what_changes_its_answer_proves_nothing(
    service: PlantedService, seed: int, rate: float
) -> None:
    rng = random.Random(seed)

    def flaky(point: Point) -> Outcome:
        outcome = service(point)
        return PASSED if outcome.is_fail and rng.random() < rate else outcome

    run = drive(service.space, flaky, budget=300)
    changed = {p for p, heard in run.by_point.items() if len(set(heard)) > 1}
    assert set(run.result.flaky) == changed
    assert run.result.inconclusive == bool(changed)
    assert not (changed and run.result.causes)
    for cause in run.result.causes:
        assert all(pair.repeated for pair in cause.witnesses)
        assert len(run.by_point[cause.isolating]) > 1
        assert not any(cause.factors <= p for p in run.passes)


@check
@given(services(), st.integers(2, 8))
def test_asking_several_at_once_finds_the_same(service: PlantedService, batch: int) -> None:
    one = drive(service.space, service, budget=300)
    many = drive(service.space, service, budget=300, batch=batch)
    assert found(many.result) == found(one.result)
    assert many.result.repairs[0].cost == one.result.repairs[0].cost
    assert many.rounds <= one.rounds
    assert all(len(heard) <= 3 for heard in many.by_point.values())


@check
@given(services(traps=1), st.integers(1, 4), st.integers(5, 60))
def test_a_replay_gives_the_same_result(service: PlantedService, batch: int, budget: int) -> None:
    options = {"batch": batch, "budget": budget}
    live = drive(service.space, service, **options)
    tape = {p: deque(heard) for p, heard in live.by_point.items()}
    replay = drive(service.space, lambda p: tape[p].popleft(), **options)
    assert replay.result == live.result

    known = [(ask.point, outcome) for ask, outcome in live.asked if outcome is not None]
    silent = drive(service.space, lambda p: None, known=known, **options)
    assert set(silent.result.causes) >= set(live.result.causes)
    assert silent.result.repairs == live.result.repairs
    assert silent.result.probes == 0


@check
@given(services(), st.integers(0, 10**6))
def test_gaps_in_a_recording_never_make_a_claim(service: PlantedService, seed: int) -> None:
    rng = random.Random(seed)
    lost = {p for p in service.points() if rng.random() < 0.3} - {service.names, frozenset()}
    run = drive(service.space, lambda p: None if p in lost else service(p), budget=300)
    assert found(run.result) <= service.minimal_failing_sets()
    assert all(repair.point not in lost for repair in run.result.repairs)


@check
@given(services(), st.sampled_from(("transient", "skipped")), st.integers(0, 10**6))
def test_what_is_no_evidence_changes_no_claim(
    service: PlantedService, kind: str, seed: int
) -> None:
    rng = random.Random(seed)
    hit: set[Point] = set()

    def shaky(point: Point) -> Outcome:
        if kind == "transient" and point not in hit and rng.random() < 0.5:
            hit.add(point)  # the second try gets through
            return Outcome.transient(Signature(Stage.MINT, 429))
        return service(point)

    assert found(drive(service.space, shaky, budget=300).result) == found(
        drive(service.space, service, budget=300).result
    )


@check
@given(services(), st.integers(0, 10**6))
def test_wrong_hints_change_no_claim(service: PlantedService, seed: int) -> None:
    rng = random.Random(seed)
    names = [*sorted(service.names), "no_such_factor"]
    hinted = drive(
        service.space,
        service,
        budget=300,
        hint=lambda signature: rng.sample(names, min(2, len(names))),
    )
    assert found(hinted.result) == found(drive(service.space, service, budget=300).result)


@check
@given(services(traps=1))
def test_covering_leaves_no_pair_untested(service: PlantedService) -> None:
    assume(service(frozenset()).is_pass)
    run = drive(service.space, service, budget=300, cover=True)
    plain = drive(service.space, service, budget=300)
    assert run.result.pending <= plain.result.pending
    if not run.result.traps and not any(r.outside for r in service.rules):
        assert run.result.pending == 0


@pytest.mark.parametrize("requests", [1, 4, 6])
def test_no_request_is_asked_twice_but_to_confirm(requests: int) -> None:
    names = [f"f{i}" for i in range(requests)]
    service = PlantedService(
        tuple(Axis(n, LATE) for n in names), (PlantedRule(frozenset(names[:2]), EMPTY[LATE]),)
    )
    run = drive(service.space, service, confirm=False, budget=300)
    assert all(len(heard) == 1 for heard in run.by_point.values())
