"""What is claimed of the subject is what it got, and nothing in the run speaks against it."""

from __future__ import annotations

import json

import pytest

from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.setup import AuthKind, EncodingKind, Setup
from support.conversing import PaperService, broken, levels, refused, service, subject

OLD_PAGE = """
token_endpoint: /v1/realtime/sessions
token_body: {json: {model: gpt-realtime, voice: verse, instructions: Be brief.}}
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-realtime}}
"""


def mint_path(setup: Setup) -> str:
    return setup.token_endpoint.value.path or ""


def call_path(setup: Setup) -> str:
    path: str = setup.call_endpoint.value.path
    return path


def body(setup: Setup) -> dict[str, object]:
    data = json.loads(setup.token_body.value.text or "{}")
    assert isinstance(data, dict)
    return data


def ga_only(setup: Setup) -> Outcome | None:
    if mint_path(setup).endswith("sessions"):
        return refused(Stage.MINT, 404, None, f"Invalid URL (POST {mint_path(setup)})")
    if mint_path(setup) and (unknown := sorted(set(body(setup)) - {"session"})):
        return refused(Stage.MINT, 400, "unknown_parameter", f"Unknown parameter: '{unknown[0]}'.")
    if call_path(setup) == "/v1/realtime":
        return refused(Stage.EXCHANGE, 400, "beta_api_shape_disabled", "No longer supported.")
    return None


def test_the_endpoint_of_an_old_page_is_blamed_for_the_answer_of_the_endpoint() -> None:
    diagnosis = service(ga_only).diagnose(subject(OLD_PAGE))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis)[0] == {("token_endpoint", "sessions")}
    assert diagnosis.causes[0].signature.status == 404
    assert "unknown_parameter" not in diagnosis.sentence
    assert "404" in diagnosis.sentence
    assert "/v1/realtime/sessions" in diagnosis.sentence
    assert diagnosis.answers[0].text.startswith("POST /v1/realtime/sessions: 404")
    assert {"token_body"} not in [{b.factor for b in c.levels} for c in diagnosis.causes]


def test_the_repair_of_an_old_page_keeps_what_its_body_says() -> None:
    diagnosis = service(ga_only).diagnose(subject(OLD_PAGE))

    session = body(diagnosis.repairs[0].setup)["session"]
    assert isinstance(session, dict)
    assert session["instructions"] == "Be brief."
    assert session["audio"]["output"]["voice"] == "verse"
    assert session["model"] == "gpt-realtime"


def test_a_failed_mint_is_not_told_as_a_refused_call() -> None:
    text = "token_endpoint: transcription_sessions\ntoken_body: none\ncall_endpoint: realtime\n"

    diagnosis = service(ga_only).diagnose(subject(text))

    assert diagnosis.sentence.startswith("The token request is refused (404")


def test_both_halves_of_a_pair_are_named_although_they_share_the_recipe() -> None:
    def pair(setup: Setup) -> Outcome | None:
        is_transcription = "transcription" in (setup.token_body.value.text or "")
        asks_for_it = ("intent", "transcription") in setup.call_query.value.params
        if is_transcription and asks_for_it:
            return refused(Stage.EXCHANGE, 400, "not_together")
        return None

    setup = subject("token_body: ga_transcription\ncall_query: intent_transcription")
    diagnosis = service(pair).diagnose(setup)

    assert levels(diagnosis) == [
        {("token_body", "ga_transcription"), ("call_query", "intent_transcription")}
    ]


@pytest.mark.parametrize("first_refused", [0, 1])
def test_a_service_that_refuses_every_second_call_is_not_explained(first_refused: int) -> None:
    def every_second(setup: Setup, so_far: PaperService) -> Outcome:
        if setup.offer.name == "no_audio":
            return refused(Stage.EXCHANGE, 400, "invalid_offer")
        if len(so_far.asked) % 2 == first_refused:
            return refused(Stage.EXCHANGE, 400, "not_now")
        return Outcome.passed(Stage.SESSION)

    diagnosis = PaperService(every_second).diagnose(subject("offer: no_audio"))

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert diagnosis.contradictions
    assert not any("answered alike" in text for text in diagnosis.assumptions)


def test_a_service_that_mends_itself_in_mid_run_is_not_explained() -> None:
    def for_a_while(setup: Setup, so_far: PaperService) -> Outcome:
        if len(so_far.asked) < 12 and setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "not_yet")
        return Outcome.passed(Stage.SESSION)

    diagnosis = PaperService(for_a_while).diagnose(subject("call_query: model_realtime"))

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert diagnosis.causes == ()


def test_a_mint_that_breaks_down_every_time_is_likely_and_not_proved() -> None:
    def breaks(setup: Setup) -> Outcome | None:
        if '"voice"' in (setup.token_body.value.text or ""):
            return broken(Stage.MINT, 500)
        return None

    setup = subject("token_body: {json: {session: {type: realtime, voice: verse}}}")
    diagnosis = service(breaks).diagnose(setup)

    assert diagnosis.verdict is Verdict.REPRODUCED
    assert diagnosis.causes == ()
    assert "500" in diagnosis.sentence
    assert "differed" not in diagnosis.sentence
    (suspicion,) = diagnosis.suspicions
    assert [b.factor for b in suspicion.levels] == ["token_body"]
    assert suspicion.passing


def test_a_service_that_breaks_down_over_everything_is_told_so() -> None:
    diagnosis = service(lambda setup: broken(Stage.MINT, 503)).diagnose(subject("{}"))

    assert diagnosis.verdict is Verdict.CANNOT_TEST
    assert "503" in diagnosis.sentence
    assert "recipe" not in diagnosis.sentence


def test_a_limit_on_the_rate_is_told_as_what_came() -> None:
    diagnosis = service(lambda setup: broken(Stage.MINT, 429)).diagnose(subject("{}"))

    assert diagnosis.verdict is Verdict.CANNOT_TEST
    assert "429" in diagnosis.sentence


def test_a_used_token_whose_first_call_fails_is_diagnosed_by_its_first_call() -> None:
    def used(setup: Setup) -> Outcome | None:
        if setup.auth.value.kind is AuthKind.USED:
            return Outcome.skipped("the first use of the token failed already")
        return ga_only(setup)

    diagnosis = service(used).diagnose(subject("auth: used\ncall_endpoint: /v1/realtime"))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis) == [{("call_endpoint", "realtime")}]
    assert "first call" in diagnosis.sentence


def test_the_recipes_go_where_the_subject_lives() -> None:
    def behind_a_prefix(setup: Setup) -> Outcome | None:
        for path, stage in ((mint_path(setup), Stage.MINT), (call_path(setup), Stage.EXCHANGE)):
            if path and not path.startswith("/openai/v1/"):
                return refused(stage, 404, None, "no such route")
        if setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "no_query")
        return None

    setup = subject(
        "token_endpoint: /openai/v1/realtime/client_secrets\n"
        "call_endpoint: /openai/v1/realtime/calls\ncall_query: {params: {model: gpt-realtime}}"
    )
    diagnosis = service(behind_a_prefix).diagnose(setup)

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis) == [{("call_query", "model_realtime")}]
    assert "moved" in diagnosis.control_found


def test_where_every_token_is_refused_the_key_is_the_control() -> None:
    def key_only(setup: Setup) -> Outcome | None:
        if setup.auth.value.kind is not AuthKind.API_KEY:
            return refused(Stage.EXCHANGE, 401, "no_tokens_here")
        return None

    diagnosis = service(key_only).diagnose(subject("{}"))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis) == [{("auth", "ephemeral")}]
    assert "tried with a token passed, while the API key itself does" in diagnosis.sentence
    assert all(repair.leaks_key for repair in diagnosis.repairs)


def test_a_service_without_a_mint_has_a_control_all_the_same() -> None:
    def no_mint(setup: Setup) -> Outcome | None:
        if setup.auth.value.kind.needs_token:
            return refused(Stage.MINT, 404, None, "Not Found")
        if setup.call_encoding.value.kind is not EncodingKind.MULTIPART:
            return refused(Stage.EXCHANGE, 415, "multipart_only")
        return None

    diagnosis = service(no_mint).diagnose(subject("auth: none\ncall_encoding: raw"))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis) == [{("call_encoding", "raw")}]


def test_a_missing_header_is_found_and_is_the_whole_repair() -> None:
    def wants_header(setup: Setup) -> Outcome | None:
        if call_path(setup) == "/v1/realtime" and setup.beta_header.value.call is None:
            text = "You must provide the OpenAI-Beta header."
            return refused(Stage.EXCHANGE, 400, "missing_beta", text)
        return None

    diagnosis = service(wants_header).diagnose(subject("call_endpoint: realtime"))

    assert [c.factor for c in diagnosis.repairs[0].changes] == ["beta_header"]
    assert levels(diagnosis) == [{("beta_header", "none"), ("call_endpoint", "realtime")}]


def test_a_missing_parameter_is_found_and_is_the_whole_repair() -> None:
    def wants_model(setup: Setup) -> Outcome | None:
        if call_path(setup) == "/v1/realtime" and "model" not in dict(
            setup.call_query.value.params
        ):
            return refused(Stage.EXCHANGE, 400, "missing_model", "Missing parameter: 'model'.")
        return None

    diagnosis = service(wants_model).diagnose(
        subject("call_endpoint: realtime\ncall_query: {params: {region: eu}}")
    )

    (change,) = diagnosis.repairs[0].changes
    assert change.factor == "call_query"
    params = dict(diagnosis.repairs[0].setup.call_query.value.params)
    assert params["region"] == "eu"
    assert "model" in params


def test_a_recipe_is_shrunk_to_the_edits_that_are_needed() -> None:
    def pair(setup: Setup) -> Outcome | None:
        if mint_path(setup).endswith("/client_secrets") and call_path(setup) == "/v1/realtime":
            return refused(Stage.EXCHANGE, 400, "wrong_url")
        if setup.call_query.value.params and call_path(setup) != "/v1/realtime":
            return refused(Stage.EXCHANGE, 400, "no_query_here")
        return None

    setup = subject("call_endpoint: realtime\ncall_query: model_realtime\ncall_encoding: trimmed")
    diagnosis = service(pair).diagnose(setup)

    edits = {c.factor for c in diagnosis.repairs[0].changes}
    assert edits == {"call_endpoint", "call_query"}
    assert diagnosis.tried


@pytest.mark.parametrize(
    "text",
    [
        "auth: api_key",
        "auth: api_key\ntoken_endpoint: none",
        "auth: none\ntoken_endpoint: none",
        "auth: api_key\ntoken_endpoint: none\ntoken_body: none\ncall_endpoint: realtime\n"
        "call_query: model_preview",
        "auth: api_key\ntoken_endpoint: sessions\nbeta_header: both",
        "auth: {text: undefined}\ntoken_endpoint: none",
    ],
)
def test_setups_without_a_token_get_a_diagnosis(text: str) -> None:
    def multipart_only(setup: Setup) -> Outcome | None:
        auth = setup.auth.value.kind
        if auth is not AuthKind.API_KEY and not auth.needs_token:
            return refused(Stage.EXCHANGE, 401, "invalid_api_key", "No key.")
        if auth is AuthKind.API_KEY and setup.call_encoding.value.session is None:
            return refused(Stage.EXCHANGE, 400, "no_session")
        return ga_only(setup)

    diagnosis = service(multipart_only).diagnose(subject(text))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert diagnosis.repairs
