"""What is said of the network, of tokens and of calls depends on every probe of the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdoctor.diagnose.facts import facts
from rtdoctor.domain.exchange import Connection, StageRecord
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.domain.run import Observation
from rtdoctor.domain.secret import TokenUse
from support.probing import setup
from support.service import probe

PASSED = probe(1, setup(), sandbox=False)


def failed(number: int, code: LocalCode, stage: Stage = Stage.ICE) -> Observation:
    outcome = Outcome.failed(Signature(stage, code=code.value))
    return replace(
        PASSED, probe=f"#{number}", outcome=outcome, stages=(), connection=Connection("checking")
    )


@pytest.fixture
def blocked() -> Observation:
    return failed(7, LocalCode.ICE_DEADLINE)


def test_a_failed_ice_alone_makes_the_network_suspect(blocked: Observation) -> None:
    (fact,) = facts([blocked])

    assert (fact.kind, fact.knowledge, fact.probes) == ("network", "NET-FIREWALL", ("#7",))
    assert "UDP may be blocked" in fact.text


@pytest.mark.parametrize("code", [LocalCode.ICE_DEADLINE, LocalCode.ICE_FAILED])
@pytest.mark.parametrize(
    "witness",
    [
        Outcome.passed(Stage.SESSION),
        Outcome.passed(Stage.DTLS),
        Outcome.failed(Signature(Stage.SESSION, code="invalid_model")),
    ],
)
def test_the_network_is_not_blamed_where_another_probe_connected(
    code: LocalCode, witness: Outcome
) -> None:
    connected = replace(PASSED, outcome=witness)

    (fact,) = facts([failed(7, code), connected])

    assert (fact.kind, fact.knowledge, fact.probes) == ("connection", None, ("#7",))
    assert "blocked" not in fact.text
    assert "#1" in fact.text


def test_one_stage_that_ended_well_is_enough_to_clear_the_network(blocked: Observation) -> None:
    later = failed(2, LocalCode.DTLS_FAILED, Stage.DTLS)
    later = replace(later, stages=(StageRecord(Stage.ICE, "ok", 0.0, 1.0),))

    assert {f.kind for f in facts([later, blocked])} == {"connection"}


@pytest.mark.parametrize(
    "code",
    [
        LocalCode.ICE_CREDENTIALS,
        LocalCode.ICE_UNANSWERED,
        LocalCode.NO_REMOTE_CANDIDATES,
        LocalCode.TCP_CANDIDATES_ONLY,
        LocalCode.PRIVATE_CANDIDATES,
        LocalCode.NO_CANDIDATE_PAIR,
    ],
)
def test_a_fault_of_the_answer_is_not_the_network(code: LocalCode) -> None:
    (fact,) = facts([failed(7, code)])

    assert "blocked" not in fact.text
    assert fact.knowledge != "NET-FIREWALL"


def test_addresses_that_fail_beside_others_stand_in_nobodys_way() -> None:
    alone, beside = failed(7, LocalCode.PRIVATE_CANDIDATES), replace(PASSED, probe="#2")
    beside = replace(beside, outcome=Outcome.passed(Stage.SESSION))

    assert [f.kind for f in facts([alone])] == ["network"]
    assert [f.kind for f in facts([alone, beside])] == ["connection"]


@pytest.mark.parametrize(("lifetime_s", "told"), [(0.0, True), (-3.0, True), (9.0, False)])
def test_a_token_without_any_life_is_pointed_out(lifetime_s: float, told: bool) -> None:
    seen = replace(PASSED, token=TokenUse("ek_…#1", 1, lifetime_s=lifetime_s))

    assert [(f.kind, f.probes) for f in facts([seen])] == [("hygiene", ("#1",))] * told


def test_calls_left_open_are_counted_and_named() -> None:
    left = [
        replace(PASSED, probe=id, sessions_opened=n, sessions_hung_up=0, left_open=why)
        for id, n, why in (("#3", 1, "no Location"), ("#7", 2, "no Location"), ("#9", 1, ""))
    ]

    (fact,) = facts([PASSED, *left])

    assert fact.kind == "hygiene"
    assert fact.probes == ("#3", "#7", "#9")
    assert fact.text.startswith(
        "4 calls could not be hung up: #3, #7 (no Location); #9 (no reason recorded)."
    )
