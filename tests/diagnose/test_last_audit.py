"""The last step before anything is said: each claim against everything that was observed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from rtdoctor.diagnose.causes import Explained, Pair
from rtdoctor.diagnose.claims import IN_TWO_WAYS, REFUTED, SEEN_ONCE, Claims
from rtdoctor.diagnose.inside import Inside, PlaceAtFault, PlacesAtFault
from rtdoctor.diagnose.inside_claims import not_narrowed, standing
from rtdoctor.diagnose.mixtures import Mixtures
from rtdoctor.diagnose.observed import Observed, SetupAsk
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.localise.result import Localisation
from support.conversing import SESSION, subject

REFUSAL = Signature(Stage.EXCHANGE, 400, "error", "no_trace", None, "No trace here.")
FAILED = Outcome.failed(REFUSAL)
FAILING = subject("call_query: {params: {trace: '1', page: shop}}")
PASSING = subject("call_query: {params: {page: shop}}")
PAIR = Pair((Factor.CALL_QUERY,), FAILING, PASSING)
TRACED = {Factor.CALL_QUERY: FAILING.call_query}
CAUSE = Explained(TRACED, REFUSAL, (PAIR,), FAILING)
TWICE = [(FAILING, FAILED), (PASSING, SESSION)] * 2


def observed(answers: Sequence[tuple[Setup, Outcome]]) -> Observed:
    seen = Observed(Stage.SESSION, budget=40)
    asking = seen.ask([SetupAsk(setup, Purpose.CONFIRM) for setup, _ in answers])
    asks = next(asking)
    observations = [
        Observation(f"#{number}", ask.setup, ask.purpose, outcome, "", 1.0)
        for number, (ask, (_, outcome)) in enumerate(zip(asks, answers, strict=True), 1)
    ]
    with suppress(StopIteration):
        asking.send(observations)
    return seen


def claims(*more: tuple[Setup, Outcome], seen: Sequence[tuple[Setup, Outcome]] = TWICE) -> Claims:
    main = Mixtures(FAILING, PASSING, Localisation(True, True, False))
    return Claims(main, [CAUSE], {}, (), observed([*seen, *more]))


def test_a_repeated_pair_that_nothing_refutes_is_claimed() -> None:
    assert claims().objection(CAUSE) == ""
    assert [c.levels for c in claims().standing] == [TRACED]


def test_a_pass_with_its_levels_anywhere_in_the_run_takes_a_cause_back() -> None:
    elsewhere = FAILING.with_level(
        Factor.CALL_ENDPOINT, subject("call_endpoint: realtime").call_endpoint
    )

    refuted = claims((elsewhere, SESSION))

    assert refuted.objection(CAUSE) == REFUTED
    assert refuted.causes() == []
    assert [(u.factor, u.why) for u in refuted.unresolved()] == [("call_query", REFUTED)]


def test_an_answer_in_two_ways_anywhere_in_the_run_takes_every_cause_back() -> None:
    other = subject("{}")

    assert claims((other, SESSION), (other, FAILED)).objection(CAUSE) == IN_TWO_WAYS


def test_a_pair_that_was_seen_once_is_not_claimed() -> None:
    assert claims(seen=TWICE[:3]).objection(CAUSE) == SEEN_ONCE


def finer() -> Inside:
    place = PlaceAtFault(("call.query.trace",), ("trace", "1"), None, PAIR)
    found = PlacesAtFault(Factor.CALL_QUERY, (place,), REFUSAL, FAILING)
    return Inside(CAUSE, Factor.CALL_QUERY, (found,))


def test_a_pass_with_the_same_parameter_takes_a_finer_claim_back() -> None:
    traced_too = subject("call_query: {params: {trace: '1'}}")

    assert standing(finer(), observed(TWICE)) == list(finer().found)
    refuted = observed([*TWICE, (traced_too, SESSION)])
    assert standing(finer(), refuted) == []
    (open_,) = not_narrowed([finer()], refuted)
    assert "passed" in open_.why


def test_the_same_parameter_at_another_endpoint_refutes_nothing() -> None:
    elsewhere = FAILING.with_level(
        Factor.CALL_ENDPOINT, subject("call_endpoint: realtime").call_endpoint
    )

    assert standing(finer(), observed([*TWICE, (elsewhere, SESSION)])) == list(finer().found)


def test_a_finer_pair_that_was_seen_once_is_not_claimed() -> None:
    assert standing(finer(), observed(TWICE[:3])) == []
