"""What ends on a day is told before it, suspected from then on, and never held against a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.retiring import suspicions, warnings
from rtdoctor.diagnose.verdict import diagnose
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose, Run, TargetInfo
from rtdoctor.domain.setup import Setup
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue
from rtdoctor.subjects.setup_file import read_setup
from support.runs import header

CATALOGUE = catalogue.read()
KNOWLEDGE = knowledge_base.load()
OPENAI = TargetInfo("openai", "https://api.openai.com")
AZURE = TargetInfo("r.openai.azure.com", "https://r.openai.azure.com")
SANDBOX = TargetInfo("sandbox", "http://127.0.0.1:1", "single-use")
LAST_DAY = date(2027, 1, 19)
THE_DAY = date(2027, 1, 20)


def setup(text: str) -> Setup:
    return read_setup(text, "setup.yaml", CATALOGUE)


OLD = setup("token_body: {json: {session: {type: realtime, model: gpt-realtime}}}")
PROMPT = setup("token_body: {json: {session: {type: realtime, prompt: {id: pmpt_1}}}}")
NEW = CATALOGUE.setup({})


def seen(probe: str, subject: Setup, outcome: Outcome) -> Observation:
    return Observation(probe, subject, Purpose.SUBJECT, outcome, "", 1.0)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 29), "ends on 2027-01-20, in 52 days. Its successor is gpt-realtime-2.1."),
        (LAST_DAY, "ends on 2027-01-20, tomorrow."),
    ],
)
def test_before_its_day_a_model_is_told_with_its_successor(day: date, said: str) -> None:
    (fact,) = warnings([OLD], [], day)

    assert fact.text.startswith("The model gpt-realtime (session.model) ends on")
    assert said in fact.text
    assert fact.knowledge == "MODEL-RETIRED-2027"
    assert suspicions(OLD, [], day) == ()


def test_from_its_day_on_it_is_what_a_failure_is_suspected_of() -> None:
    (lint,) = suspicions(OLD, [], THE_DAY)

    assert lint.factor == "token_body"
    assert "ended on 2027-01-20; its successor is gpt-realtime-2.1" in lint.text
    assert warnings([OLD], [], THE_DAY) == ()


def test_a_pass_after_the_day_refutes_the_suspicion_and_is_told() -> None:
    (fact,) = warnings([OLD], [OLD], THE_DAY)

    assert "was to end on 2027-01-20 and still works here" in fact.text
    assert suspicions(OLD, [OLD], THE_DAY) == ()


def test_a_prompt_object_ends_on_its_own_day() -> None:
    (fact,) = warnings([PROMPT], [], date(2026, 11, 29))

    assert fact.text == (
        "session.prompt.id ends on 2026-11-30, tomorrow. Its successor is session.instructions."
    )
    assert fact.knowledge == "TOK-PROMPT-OBJECT-RETIRED"


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("call_query: {params: {model: gpt-4o-realtime-preview}}", "call_query"),
        ("auth: api_key\ncall_encoding: {kind: multipart, session: {model: gpt-realtime}}",
         "call_encoding"),
        ("token_body: {json: {session: {type: transcription, audio: {input: {transcription: "
         "{model: whisper-1}}}}}}", "token_body"),
        ("token_endpoint: sessions\ntoken_body: {json: {input_audio_transcription: "
         "{model: gpt-4o-mini-transcribe}}}", "token_body"),
    ],
)  # fmt: skip
def test_it_is_found_wherever_a_model_is_named(text: str, factor: str) -> None:
    assert [lint.factor for lint in suspicions(setup(text), [], date(2027, 3, 1))] == [factor]


def test_what_rtdoctor_itself_sends_today_has_no_end_in_the_table() -> None:
    recipes = [r.setup for r in CATALOGUE.recipes if "single-use" in r.eras]

    assert warnings(recipes, [], date(2026, 11, 29)) == ()


def diagnosed_on(day: str, target: TargetInfo, outcome: Outcome) -> tuple[list[str], list[str]]:
    """The retirements that a diagnosis of OLD tells: as facts, and as suspicions."""
    head = replace(header(target, "subject", OLD), started_at=f"{day}T08:00:00+00:00")
    probes = tuple(seen(f"#{n}", OLD, outcome) for n in range(1, 4))
    found = diagnose(Run(head, probes), candidates_of(CATALOGUE), KNOWLEDGE)
    ended = [lint.knowledge or "" for lint in found.likely if "ended on" in lint.text]
    return [f.text for f in found.facts if f.kind == "retirement"], ended


def test_the_day_is_that_of_the_run() -> None:
    works = Outcome.passed(Stage.SESSION)
    fails = Outcome.failed(Signature(Stage.MINT, 404, None, "gone", None, "no such model"))

    assert diagnosed_on("2026-11-29", OPENAI, works)[0][0].endswith("is gpt-realtime-2.1.")
    assert diagnosed_on("2027-01-21", OPENAI, fails) == ([], ["MODEL-RETIRED-2027"])


@pytest.mark.parametrize("target", [SANDBOX, AZURE])
def test_models_of_the_sandbox_and_of_other_services_have_no_day(target: TargetInfo) -> None:
    assert diagnosed_on("2026-11-29", target, Outcome.passed(Stage.SESSION)) == ([], [])


def test_a_survey_tells_of_what_works_and_will_end() -> None:
    run = Run(header(OPENAI, "survey"), (seen("#1", OLD, Outcome.passed(Stage.SESSION)),))
    day = replace(run.header, started_at="2026-11-29T08:00:00+00:00")
    found = diagnose(replace(run, header=day), candidates_of(CATALOGUE), KNOWLEDGE)

    assert [fact.kind for fact in found.facts] == ["retirement"]


def test_without_a_day_nothing_is_said() -> None:
    known = KnownHere(KNOWLEDGE, OPENAI)

    assert known.endings([OLD], []) == ()
    assert known.ended(OLD, []) == ()
