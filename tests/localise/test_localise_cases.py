"""The localiser on small stories a user would recognise."""

from __future__ import annotations

import pytest
from planted_rules import EMPTY, PlantedService, axes, drive, fails, found

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.localise.result import Localisation
from rtdoctor.localise.space import Axis, Point, Space

LATE = Stage.EXCHANGE
CALL = {"call": LATE, "query": LATE, "encoding": LATE, "offer": LATE}
ALL = axes("token body call query encoding offer", **CALL)


def edits(result: Localisation) -> set[Point]:
    return {repair.edits for repair in result.repairs}


def test_a_pair_behind_an_empty_error_is_blamed_together_and_alone() -> None:
    service = PlantedService(ALL, (fails("token query"),))
    result = drive(service.space, service).result

    (cause,) = result.causes
    assert cause.factors == {"token", "query"}
    assert cause.signature == EMPTY[LATE]
    assert cause.isolating == {"token", "query"}
    assert {f for pair in cause.witnesses for f in pair.factors} == {"token", "query"}
    assert all(pair.repeated for pair in cause.witnesses)
    assert edits(result) == {frozenset({"token"}), frozenset({"query"})}
    assert all(r.minimal and r.repeated for r in result.repairs)
    assert {r.factor for r in result.ruled_out} == {"body", "call", "encoding", "offer"}
    assert not result.inconclusive
    assert not result.budget_ended


def test_neither_half_of_two_alternatives_hides_the_other() -> None:
    service = PlantedService(ALL, (fails("query"), fails("offer encoding")))  # the same empty error
    result = drive(service.space, service).result
    assert found(result) == {frozenset({"query"}), frozenset({"offer", "encoding"})}
    assert edits(result) == {frozenset({"encoding", "query"}), frozenset({"offer", "query"})}


def test_what_is_met_after_the_first_repair_is_found_behind_it() -> None:
    gone = fails("token", "not_found", at=Stage.MINT)
    beta = fails("call", "beta_api_shape_disabled")
    service = PlantedService(ALL, (gone, beta))
    result = drive(service.space, service).result

    first, behind = sorted(result.causes, key=lambda c: c.signature.stage.order)
    assert (first.factors, first.signature) == ({"token"}, gone.signature)
    assert (behind.factors, behind.signature) == ({"call"}, beta.signature)
    assert first.hidden_behind == ()
    assert behind.hidden_behind == (result.causes.index(first),)
    assert behind.only_repaired == {"token"}
    assert edits(result) == {frozenset({"token", "call"})}


def test_a_failure_before_a_cause_is_sent_is_not_put_down_to_its_repair() -> None:
    gone = fails("token", "not_found", at=Stage.MINT)
    beta = fails("call", "beta_api_shape_disabled")
    query = fails("query", "invalid_model")
    service = PlantedService(ALL, (gone, beta, query))
    result = drive(service.space, service).result

    only = {c.factors: c.only_repaired for c in result.causes}
    assert only == {
        frozenset({"token"}): frozenset(),  # the mint fails whatever the call is
        frozenset({"call"}): {"token", "query"},
        frozenset({"query"}): {"token", "call"},
    }
    assert result.unresolved == ()


def test_a_mint_failure_rules_out_what_is_sent_later_without_probing_it() -> None:
    service = PlantedService(ALL, (fails("body", "invalid_body", at=Stage.MINT),))
    run = drive(service.space, service, confirm=False)
    assert found(run.result) == {frozenset({"body"})}
    later = {r.factor: r.why for r in run.result.ruled_out}
    assert later["offer"] == "it is sent only after the stage that fails"
    assert later["token"] == "the same failure with it at either level"
    assert run.result.probes <= 8


def test_a_clash_with_the_control_is_a_trap_and_no_cause() -> None:
    clash = fails("token", "api_version_mismatch", unless="call")
    service = PlantedService(ALL, (fails("query body"), clash))
    walked_into = frozenset({"token"})
    known = [(walked_into, service(walked_into))]
    result = drive(service.space, service, known=known).result
    assert found(result) == {frozenset({"query", "body"})}
    (trap,) = result.traps
    assert (trap.inside, trap.outside, trap.signature) == ("token", "call", clash.signature)
    assert trap.proved
    assert all(service(p) == Outcome.failed(clash.signature) for p in trap.failing)
    assert all(service(p).is_pass for p in trap.passing)


def test_a_repair_does_not_walk_into_a_trap() -> None:
    service = PlantedService(
        axes("token call query"), (fails("call"), fails("token", unless="call"))
    )
    result = drive(service.space, service).result
    assert edits(result) == {frozenset({"call", "token"})}
    assert result.repairs[0].minimal


def test_nothing_is_claimed_when_the_subject_passes() -> None:
    run = drive(Space(ALL), lambda point: Outcome.passed(Stage.SESSION))
    assert not run.result.reproduced
    assert run.result.controlled
    assert run.result.causes == ()
    assert run.result.probes == 2


def test_nothing_is_claimed_when_the_control_fails() -> None:
    quota = Outcome.failed(Signature(Stage.MINT, 403, code="unsupported_country"))
    run = drive(Space(ALL), lambda point: quota)
    assert run.result.reproduced
    assert not run.result.controlled
    assert run.result.causes == run.result.repairs == ()
    assert run.result.probes == 2


@pytest.mark.parametrize("batch", [1, 4])
def test_a_subject_that_fails_every_other_time_ends_the_search(batch: int) -> None:
    service = PlantedService(ALL, (fails("token"),))
    turns = iter(range(99))

    def every_other(point: Point) -> Outcome:
        fresh = point and next(turns) % 2
        return Outcome.passed(Stage.SESSION) if fresh else service(point)

    result = drive(service.space, every_other, batch=batch).result
    assert result.inconclusive
    assert result.flaky == (service.names,)
    assert result.causes == ()


def test_a_subject_without_an_answer_is_inconclusive() -> None:
    service = PlantedService(ALL, (fails("token"),))
    limited = Outcome.transient(Signature(Stage.MINT, 429), retry_after_s=1.0)
    run = drive(service.space, lambda p: limited if p == service.names else service(p), retries=2)
    assert run.result.inconclusive
    assert not run.result.reproduced
    assert [a.why for a, o in run.asked if o is limited] == [Purpose.SUBJECT] * 3


def test_a_spent_budget_leaves_factors_unresolved_not_blamed() -> None:
    service = PlantedService(ALL, (fails("token query"),))
    result = drive(service.space, service, budget=5).result
    assert result.probes == 5
    assert result.budget_ended
    assert result.causes == ()
    assert {"token", "query"} <= {u.factor for u in result.unresolved}
    assert result.pending > 0


def test_the_end_of_the_budget_is_kept_for_repeats() -> None:
    service = PlantedService(ALL, (fails("query"), fails("offer encoding")))
    whole = drive(service.space, service, confirm=False)
    run = drive(service.space, service, budget=whole.result.probes + 3)
    assert {a.why for a, _ in run.asked[-3:]} == {Purpose.CONFIRM}
    assert run.result.budget_ended
    said = [pair.repeated for cause in run.result.causes for pair in cause.witnesses]
    assert not all(said)  # what was not repeated is marked as such


def test_factors_that_only_move_together_share_a_witness() -> None:
    service = PlantedService(axes("token body call"), (fails("body"),))
    together = Space(service.axes, valid=lambda p: ("token" in p) == ("body" in p))
    run = drive(together, service)
    (cause,) = run.result.causes
    assert cause.factors == {"token", "body"}
    assert [pair.factors for pair in cause.witnesses] == [{"token", "body"}]
    assert all(("token" in a.point) == ("body" in a.point) for a, _ in run.asked)


def test_a_factor_that_needs_another_is_blamed_alone_when_a_probe_shows_it() -> None:
    service = PlantedService(axes("token body call"), (fails("body"),))
    needs = Space(service.axes, valid=lambda p: "body" not in p or "token" in p)
    (cause,) = drive(needs, service).result.causes
    assert cause.factors == {"body"}
    assert [pair.factors for pair in cause.witnesses] == [{"body"}]


def test_points_that_are_the_same_request_are_probed_once() -> None:
    service = PlantedService(axes("auth token body query"), (fails("auth token"),))

    def request(point: Point) -> Point:  # without the ephemeral token nothing is minted
        return point if "auth" in point else point - {"token", "body"}

    run = drive(Space(service.axes, key=request), service, confirm=False)
    sent = [request(ask.point) for ask, _ in run.asked]
    assert len(sent) == len(set(sent)) == 10
    assert run.result.exhaustive
    assert found(run.result) == {frozenset({"auth", "token"})}
    assert edits(run.result) == {frozenset({"auth"}), frozenset({"token"})}


def test_one_mixture_that_never_answers_does_not_block_a_cause() -> None:
    service = PlantedService(ALL, (fails("query"),))
    silent = frozenset({"query", "offer"})
    down = Outcome.transient(Signature(LATE, 503))
    run = drive(service.space, lambda p: down if p == silent else service(p))
    assert found(run.result) == {frozenset({"query"})}


def test_a_right_hint_saves_probes_and_a_wrong_one_costs_few() -> None:
    eight = axes("a b c d e f g h", **dict.fromkeys("efgh", LATE))
    service = PlantedService(eight, (fails("c f"),))

    def probes(*names: str) -> int:
        hint = (lambda signature: names) if names else None
        return drive(service.space, service, hint=hint, confirm=False).result.probes

    assert probes("c", "f") < probes()
    assert probes("a", "h") <= probes() + 3


def test_likely_questions_are_asked_ahead() -> None:
    service = PlantedService(ALL, (fails("token query"), fails("offer")))
    one = drive(service.space, service)
    many = drive(service.space, service, batch=6)
    assert many.rounds < one.rounds * 0.6
    assert many.result.probes <= one.result.probes + 6
    assert [a.why for a, _ in many.asked[:3]] == [
        Purpose.SUBJECT,
        Purpose.CONTROL,
        Purpose.CONFIRM,
    ]


def test_known_answers_are_not_asked_for_again() -> None:
    service = PlantedService(ALL, (fails("token"),))
    ends = [service.names, service.names, frozenset[str]()]
    known = [(point, service(point)) for point in ends]
    run = drive(service.space, service, known=known)
    assert run.asked[0][0].why is Purpose.MIX
    assert found(run.result) == {frozenset({"token"})}


def test_subject_and_control_that_do_not_differ_explain_nothing() -> None:
    run = drive(Space(()), lambda point: Outcome.passed(Stage.SESSION))
    assert not run.result.reproduced
    assert run.result.causes == ()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Space([Axis("a"), Axis("a")]), "the same name"),
        (lambda: Space([Axis("a", cost=-1)]), "must not be negative"),
        (lambda: Space([Axis(f"f{i}") for i in range(13)]), "13 factors differ; at most 12"),
        (lambda: Space([Axis("a")], valid=lambda p: not p), "must be valid points"),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=message):
        build()
