"""The audit finds the claims that a run refutes, and no others."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hidden_rules.audit import audit
from rtdoctor.domain.finding import (
    Blamed,
    Cause,
    Change,
    Diagnosis,
    Drift,
    Fact,
    Repair,
    RuledOut,
    Verdict,
    Witness,
)
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import (
    DATA_FORMAT,
    Environment,
    Observation,
    Purpose,
    Run,
    RunHeader,
    TargetInfo,
)
from rtdoctor.domain.setup import Setup
from rtdoctor.plan.catalogue import read

CATALOGUE = read()
REFUSED = Signature(Stage.EXCHANGE, 400, code="planted")
PASS = Outcome.passed(Stage.SESSION)
FAIL = Outcome.failed(REFUSED)
SUBJECT = CATALOGUE.setup({"call_query": "model_realtime", "call_encoding": "multipart"})
NO_QUERY = CATALOGUE.setup({"call_encoding": "multipart"})
RAW = CATALOGUE.setup({"call_query": "model_realtime"})
PLAIN = CATALOGUE.setup({})


def run_of(*seen: tuple[Setup, Outcome], target: str = "openai") -> Run:
    """A run whose subject is ``SUBJECT``, and whose probes #1, #2, … saw this."""
    observations = tuple(
        Observation(f"#{i}", setup, Purpose.MIX, outcome, "2026-06-10T00:00:00Z", 1.0)
        for i, (setup, outcome) in enumerate(seen, 1)
    )
    header = RunHeader(
        data_format=DATA_FORMAT,
        run_id="0",
        target=TargetInfo(target, "http://127.0.0.1:1"),
        environment=Environment("0", "3.11", "Linux"),
        mode="subject",
        command="",
        started_at="2026-06-10T00:00:00Z",
        subject=SUBJECT,
    )
    return Run(header, observations)


def cause(*levels: tuple[str, str], witnesses: tuple[Witness, ...] = ()) -> Cause:
    blamed = tuple(Blamed(*level) for level in levels)
    return Cause(blamed, REFUSED, witnesses, ("#1",), 1, 1, 1)


def explained(*causes: Cause, sentence: str = "The call is refused (400 planted).") -> Diagnosis:
    return Diagnosis(Verdict.EXPLAINED, sentence, causes=causes)


def kinds(run: Run, diagnosis: Diagnosis) -> list[str]:
    return [refuted.kind for refuted in audit(run, diagnosis)]


QUERY = ("call_query", "model_realtime")
MULTIPART = ("call_encoding", "multipart")


def test_a_sound_diagnosis_is_not_refuted() -> None:
    run = run_of((SUBJECT, FAIL), (SUBJECT, FAIL), (NO_QUERY, PASS), (NO_QUERY, PASS))
    pair = Witness(("call_query",), "#1", "#3", repeated=True)
    assert audit(run, explained(cause(QUERY, witnesses=(pair,)))) == ()


def test_a_pass_that_contains_the_levels_of_a_cause_refutes_it() -> None:
    run = run_of((SUBJECT, FAIL), (RAW, PASS))
    (refuted,) = audit(run, explained(cause(QUERY)))
    assert (refuted.kind, refuted.probes) == ("cause", ("#2",))


def test_halves_of_a_pair_are_not_two_causes() -> None:
    run = run_of((SUBJECT, FAIL), (RAW, PASS), (NO_QUERY, PASS))
    assert kinds(run, explained(cause(QUERY), cause(MULTIPART))) == ["halves", "halves"]
    assert kinds(run, explained(cause(QUERY, MULTIPART))) == []


@pytest.mark.parametrize(
    ("witness", "seen"),
    [
        (Witness(("call_query",), "#1", "#2"), [(SUBJECT, FAIL), (PLAIN, PASS)]),
        (Witness(("call_query",), "#1", "#2"), [(SUBJECT, PASS), (NO_QUERY, PASS)]),
        (Witness(("call_query",), "#1", "#2"), [(SUBJECT, FAIL), (NO_QUERY, FAIL)]),
        (Witness(("offer",), "#1", "#2"), [(SUBJECT, FAIL), (NO_QUERY, PASS)]),
        (Witness(("call_query",), "#1", "#2", repeated=True), [(SUBJECT, FAIL), (NO_QUERY, PASS)]),
        (Witness(("call_query",), "#1", "#9"), [(SUBJECT, FAIL), (NO_QUERY, PASS)]),
    ],
    ids=["differs in more", "did not fail", "did not pass", "another factor", "once", "not run"],
)
def test_a_witness_pair_must_be_one(witness: Witness, seen: list[tuple[Setup, Outcome]]) -> None:
    both = cause(QUERY, MULTIPART, witnesses=(witness,))
    assert "witness" in kinds(run_of(*seen), explained(both))


def test_a_body_may_be_migrated_together_with_its_endpoint() -> None:
    old = CATALOGUE.setup({"token_endpoint": "sessions", "token_body": "realtime_with_model"})
    run = replace(run_of((old, FAIL), (PLAIN, PASS)))
    witness = Witness(("token_endpoint",), "#1", "#2")
    endpoint = cause(("token_endpoint", "sessions"), witnesses=(witness,))
    assert audit(run, explained(endpoint)) == ()


def test_what_cures_alone_is_not_ruled_out() -> None:
    run = run_of((SUBJECT, FAIL), (NO_QUERY, PASS))
    diagnosis = replace(explained(), ruled_out=(RuledOut("call_query", ("#2",), ""),))
    assert kinds(run, diagnosis) == ["ruled out"]


def test_a_repair_must_pass_every_time() -> None:
    repair = Repair(NO_QUERY, (Change("call_query", "model_realtime", "none"),), ("#2",), 1)
    once = run_of((SUBJECT, FAIL), (NO_QUERY, PASS), (NO_QUERY, FAIL))
    assert kinds(once, replace(explained(), repairs=(repair,))) == ["repair"]
    never = run_of((SUBJECT, FAIL))
    assert kinds(never, replace(explained(), repairs=(repair,))) == ["repair"]


def test_determinism_is_not_claimed_beside_two_different_answers() -> None:
    said = replace(explained(), assumptions=("The service answers the same request alike.",))
    assert kinds(run_of((SUBJECT, FAIL), (SUBJECT, FAIL)), said) == []
    assert kinds(run_of((SUBJECT, FAIL), (RAW, PASS), (RAW, FAIL)), said) == ["determinism"]


def test_the_headline_states_what_the_subject_got() -> None:
    run = run_of((SUBJECT, FAIL), (NO_QUERY, Outcome.failed(Signature(Stage.MINT, 404))))
    assert kinds(run, explained(sentence="The token request is refused (404).")) == ["headline"]
    no_call = run_of((SUBJECT, Outcome.failed(Signature(Stage.MINT, 400))))
    assert kinds(no_call, explained()) == ["headline"]


def test_udp_is_not_blamed_where_a_probe_connected() -> None:
    run = run_of((SUBJECT, FAIL), (RAW, PASS))
    blamed = replace(explained(), facts=(Fact("network", "UDP may be blocked.", ("#1",)),))
    assert kinds(run, blamed) == ["network"]


def test_knowledge_is_for_its_own_target() -> None:
    drift = replace(explained(), drift=(Drift("SDP-GA-OK", "#1", "stale"),))
    assert kinds(run_of((SUBJECT, FAIL), target="127.0.0.1:1"), drift) == ["knowledge"]
    assert kinds(run_of((SUBJECT, FAIL), target="sandbox"), drift) == []


SPACE = [
    CATALOGUE.setup({"call_query": query, "call_encoding": encoding, "offer": offer})
    for query, encoding, offer in product(
        ("none", "model_realtime"), ("raw", "multipart"), ("audio_channel", "other_label")
    )
]


@given(
    st.lists(st.tuples(st.sampled_from(SPACE), st.sampled_from([PASS, FAIL])), max_size=12),
    st.sampled_from(SPACE),
    st.sets(st.sampled_from(["call_query", "call_encoding", "offer"]), min_size=1),
)
def test_a_cause_stands_exactly_as_long_as_no_pass_contains_it(
    seen: list[tuple[Setup, Outcome]], named: Setup, factors: set[str]
) -> None:
    # the first probe names the levels, so that each name stands for a value of the run
    run = run_of((named, FAIL), *seen)
    levels = [(factor, named.names[factor]) for factor in sorted(factors)]
    contained = any(
        outcome.is_pass and all(setup.names[f] == name for f, name in levels)
        for setup, outcome in seen
    )
    found = kinds(run, explained(cause(*levels)))
    assert ("cause" in found) == contained
