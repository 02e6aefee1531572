"""Knowledge is about one service and era: elsewhere it neither explains nor alarms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.verdict import diagnose
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose, Run, TargetInfo
from rtdoctor.domain.setup import Setup
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue
from support.runs import header

CATALOGUE = catalogue.read()
TERRAIN = candidates_of(CATALOGUE)
KNOWLEDGE = knowledge_base.load()

OPENAI = TargetInfo("openai", "https://api.openai.com")
REGIONAL = TargetInfo("eu.api.openai.com", "https://eu.api.openai.com")
AZURE = TargetInfo("r.openai.azure.com", "https://r.openai.azure.com")
GATEWAY = TargetInfo("gateway.example:8443", "https://gateway.example:8443")
LOOPBACK = TargetInfo("127.0.0.1:4000", "http://127.0.0.1:4000")
LOOKALIKE = TargetInfo("api.openai.com.example", "https://api.openai.com.example")
NO_URL = TargetInfo("[", "http://[")
ELSEWHERE = [GATEWAY, LOOPBACK, LOOKALIKE, NO_URL]

EMPTY = Signature(Stage.EXCHANGE, 400, "", "", "", "")
UNHEARD = Signature(Stage.EXCHANGE, 418, None, "teapot", None, "never seen before")
QUOTA = Signature(Stage.MINT, 429, "insufficient_quota", "insufficient_quota")


def sandbox(era: str) -> TargetInfo:
    return TargetInfo("sandbox", "http://127.0.0.1:1", era)


def known(target: TargetInfo) -> KnownHere:
    return KnownHere(KNOWLEDGE, target)


def seen(number: int, setup: Setup, outcome: Outcome) -> Observation:
    return Observation(f"#{number}", setup, Purpose.SURVEY, outcome, "", 1.0)


def survey(target: TargetInfo, *observations: Observation) -> Diagnosis:
    return diagnose(Run(header(target, "survey"), observations), TERRAIN, KNOWLEDGE)


GA = CATALOGUE.setup({})
BETA_URL = CATALOGUE.setup({"call_endpoint": "realtime"})
REFUSED = seen(1, GA, Outcome.failed(UNHEARD))
PASSED = seen(2, BETA_URL, Outcome.passed(Stage.SESSION))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_another_service_contradicts_and_explains_nothing(target: TargetInfo) -> None:
    here = known(target)

    assert here.drift([REFUSED, PASSED]) == ()
    assert here.lints(BETA_URL, TERRAIN.references, ()) == ()
    assert here.explain(EMPTY, GA.names) == ()
    assert here.hints(EMPTY) == known(OPENAI).hints(EMPTY) != ()


@pytest.mark.parametrize("target", [OPENAI, REGIONAL, sandbox("single-use")])
def test_openai_its_regions_and_the_sandbox_are_judged(target: TargetInfo) -> None:
    here = known(target)

    assert {d.knowledge for d in here.drift([REFUSED, PASSED])} == {
        "SDP-GA-OK",
        "SDP-BETA-DISABLED",
    }
    assert "SDP-BETA-DISABLED" in [
        lint.knowledge for lint in here.lints(BETA_URL, TERRAIN.references, ())
    ]


def test_an_entry_of_a_provider_explains_that_provider_only() -> None:
    said = "Realtime session ephemeral token is required."
    signature = Signature(Stage.EXCHANGE, 401, message=said)

    assert known(AZURE).explain(signature, {})[0] == "PRV-AZURE-EPHEMERAL-REQUIRED"
    assert "PRV-AZURE-EPHEMERAL-REQUIRED" not in known(OPENAI).explain(signature, {})
    assert known(AZURE).drift([REFUSED, PASSED]) == ()


@pytest.mark.parametrize("target", [OPENAI, GATEWAY])
def test_facts_of_the_key_keep_their_words_and_lose_their_entry_elsewhere(
    target: TargetInfo,
) -> None:
    (fact,) = survey(target, seen(1, GA, Outcome.transient(QUOTA))).facts

    assert fact.text == "The quota of this key is used up."
    assert fact.knowledge == ("AUTH-QUOTA" if target is OPENAI else None)


def test_a_survey_of_another_service_has_patterns_without_knowledge() -> None:
    probes = (seen(1, GA, Outcome.failed(EMPTY)), PASSED)

    assert survey(sandbox("coexist"), *probes).patterns[0].knowledge != ()
    assert survey(GATEWAY, *probes).patterns[0].knowledge == ()
    assert survey(GATEWAY, *probes).drift == ()


@pytest.mark.parametrize("era", ["beta", "coexist", "ga-only", "single-use"])
def test_what_a_recipe_of_the_era_does_is_no_fault(era: str) -> None:
    for recipe in CATALOGUE.recipes:
        if era in recipe.eras:
            assert known(sandbox(era)).lints(recipe.setup, TERRAIN.references, ()) == ()


def test_an_entry_of_an_era_that_is_over_is_no_lint_today() -> None:
    wrong = CATALOGUE.setup({"call_query": "model_realtime"})
    found = [lint.knowledge for lint in known(OPENAI).lints(wrong, TERRAIN.references, ())]

    assert found == ["SDP-MODEL-QUERY-ON-CALLS"]


def test_what_passed_in_this_run_is_no_fault() -> None:
    subject = CATALOGUE.setup({"call_query": "model_realtime", "offer": "no_audio"})
    passed = CATALOGUE.setup({"call_query": "model_realtime"})
    here = known(OPENAI)

    assert "SDP-MODEL-QUERY-ON-CALLS" in [
        lint.knowledge for lint in here.lints(subject, TERRAIN.references, ())
    ]
    assert "SDP-MODEL-QUERY-ON-CALLS" not in [
        lint.knowledge for lint in here.lints(subject, TERRAIN.references, (passed,))
    ]


def test_a_setup_that_works_has_no_lint() -> None:
    probes = tuple(replace(PASSED, probe=f"#{n}") for n in (1, 2))
    run = Run(header(sandbox("single-use"), "subject", BETA_URL), probes)

    diagnosis = diagnose(run, TERRAIN, KNOWLEDGE)

    assert diagnosis.verdict is Verdict.WORKS
    assert diagnosis.likely == ()


@pytest.mark.parametrize(
    "obstacle",
    [
        Outcome.transient(QUOTA),
        Outcome.failed(Signature(Stage.MINT, 401, code="invalid_api_key")),
        Outcome.failed(Signature(Stage.ICE, code="rtdoctor.ice_deadline")),
        Outcome.transient(Signature(Stage.MINT, code="rtdoctor.dns_failure")),
    ],
)
def test_there_is_no_drift_where_key_or_network_stand_in_the_way(obstacle: Outcome) -> None:
    assert known(OPENAI).drift([REFUSED]) != ()
    assert known(OPENAI).drift([REFUSED, seen(3, BETA_URL, obstacle)]) == ()


def test_a_setup_that_changes_its_answer_contradicts_nothing() -> None:
    again = seen(3, GA, Outcome.passed(Stage.SESSION))

    assert known(OPENAI).drift([REFUSED, again]) == ()


def test_transient_answers_contradict_nothing() -> None:
    busy = Outcome.transient(Signature(Stage.EXCHANGE, 500, message="Internal Server Error"))

    assert known(OPENAI).drift([seen(1, GA, busy)]) == ()
