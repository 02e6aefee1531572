"""What is claimed of the subject is what it got, and nothing in the run speaks against it."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import Outcome, Signature, Stage, normalise_message
from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.setup import AuthKind, EncodingKind, Factor, Setup
from support.conversing import SESSION, PaperService, broken, levels, refused, service, subject

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


@pytest.mark.parametrize("seed", range(40))
def test_what_passed_by_chance_is_neither_a_repair_nor_drift(seed: int) -> None:
    chance = random.Random(seed)

    def half_of_all(setup: Setup, so_far: PaperService) -> Outcome:
        if chance.random() < 0.5:
            return refused(Stage.EXCHANGE, 400, "now_and_then")
        return Outcome.passed(Stage.SESSION)

    diagnosis = PaperService(half_of_all).diagnose(subject("token_body: ga_realtime"))

    assert diagnosis.verdict is not Verdict.EXPLAINED
    if diagnosis.contradictions:
        assert diagnosis.repairs == ()
        assert diagnosis.drift == ()


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


def test_a_limit_that_stands_in_the_way_of_the_proof_is_the_reason_that_is_told() -> None:
    def limits(setup: Setup, so_far: PaperService) -> Outcome:
        if setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "no_query")
        passed = sum(o.outcome.is_pass for o in so_far.asked)
        return broken(Stage.EXCHANGE, 429) if passed else SESSION

    diagnosis = PaperService(limits).diagnose(subject("call_query: model_realtime"))

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert diagnosis.causes == ()
    assert "400 no_query" in diagnosis.sentence
    assert "429" in diagnosis.sentence
    assert "the run ended" not in diagnosis.sentence
    assert "--resume" not in diagnosis.next_step


def test_a_breakdown_before_a_proved_cause_is_told_with_its_status() -> None:
    def two(setup: Setup) -> Outcome | None:
        if "verse" in (setup.token_body.value.text or ""):
            return broken(Stage.MINT, 500)
        return refused(Stage.EXCHANGE, 400, "no_query") if setup.call_query.value.params else None

    diagnosis = service(two).diagnose(
        subject(
            "token_body: {json: {session: {type: realtime, voice: verse}}}\n"
            "call_query: model_realtime"
        )
    )

    assert diagnosis.sentence.startswith("The token request fails (500")
    assert [b.factor for s in diagnosis.suspicions for b in s.levels] == ["token_body"]
    assert "500" in diagnosis.suspicions[0].answer


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
        "call_endpoint: /openai/v1/realtime/calls\ncall_query: model_realtime"
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


@pytest.mark.parametrize("said", ["Missing parameter: 'model'.", ""])
def test_a_missing_parameter_is_found_and_is_the_whole_repair(said: str) -> None:
    def wants_model(setup: Setup) -> Outcome | None:
        if call_path(setup) == "/v1/realtime" and "model" not in dict(
            setup.call_query.value.params
        ):
            return refused(Stage.EXCHANGE, 400, "bad_request", said)
        return None

    diagnosis = service(wants_model).diagnose(
        subject("call_endpoint: realtime\ncall_query: {params: {region: eu}}")
    )

    (change,) = diagnosis.repairs[0].changes
    assert change.factor == "call_query"
    params = dict(diagnosis.repairs[0].setup.call_query.value.params)
    assert params["region"] == "eu"
    assert "model" in params


def test_a_parameter_that_the_body_names_too_is_added_with_the_users_own_value() -> None:
    def wants_the_same(setup: Setup) -> Outcome | None:
        if ("model", "mine") not in setup.call_query.value.params:
            signature = Signature(Stage.EXCHANGE, 400, "error", "missing_model", "model", "")
            return Outcome.failed(signature)
        return None

    setup = subject("token_body: {json: {session: {type: realtime, model: mine}}}")
    diagnosis = service(wants_the_same).diagnose(setup)

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert diagnosis.repairs[0].setup.call_query.value.params == (("model", "mine"),)


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


def test_a_repair_is_shrunk_to_what_keeps_most_of_the_subject() -> None:
    def not_on_both(setup: Setup) -> Outcome | None:
        if setup.beta_header.name == "both":
            return ga_only(setup) or refused(Stage.EXCHANGE, 400, "not_on_both")
        return ga_only(setup)

    setup = subject(
        "token_endpoint: transcription_sessions\ntoken_body: founding\n"
        "call_endpoint: realtime\ncall_query: model_transcribe\nbeta_header: both"
    )
    diagnosis = service(not_on_both).diagnose(setup)

    best = diagnosis.repairs[0].setup
    assert best.call_query == setup.call_query
    assert best.beta_header.value.mint == "realtime=v1"


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


def test_a_token_endpoint_that_takes_no_body_is_no_reason_to_use_the_key() -> None:
    def bare(setup: Setup) -> Outcome | None:
        if mint_path(setup) == "/v2/token" and setup.token_body.value.text is not None:
            return refused(Stage.MINT, 400, "body_not_allowed", "This endpoint takes no body.")
        if mint_path(setup) not in ("", "/v2/token"):
            return refused(Stage.MINT, 404, None, "Not Found")
        return None

    diagnosis = service(bare).diagnose(subject("token_endpoint: /v2/token"))

    assert levels(diagnosis)[0] == {("token_body", "ga_realtime")}
    assert [c.factor for c in diagnosis.repairs[0].changes] == ["token_body"]
    assert not diagnosis.repairs[0].leaks_key


def test_what_is_blamed_is_what_the_subject_sends() -> None:
    def wants_all(setup: Setup) -> Outcome | None:
        keyed = setup.auth.value.kind is AuthKind.API_KEY
        raw = setup.call_encoding.value.session is None
        if keyed and raw and not setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "no_session")
        return None

    setup = subject("auth: api_key\nbeta_header: both")
    diagnosis = service(wants_all).diagnose(setup)

    sent = setup.as_sent()
    for cause in diagnosis.causes:
        for blamed in cause.levels:
            factor = Factor(blamed.factor)
            assert blamed.level in (setup[factor].name, sent[factor].name)
    assert "no OpenAI-Beta" not in diagnosis.sentence


def test_a_page_with_a_voice_that_also_transcribes_keeps_its_conversation() -> None:
    text = (
        "token_endpoint: sessions\ncall_endpoint: realtime\n"
        "token_body: {json: {model: gpt-realtime, voice: marin, instructions: Bonjour.,"
        " input_audio_transcription: {model: whisper-1, language: fr}}}"
    )

    diagnosis = service(ga_only).diagnose(subject(text))

    session = body(diagnosis.repairs[0].setup)["session"]
    assert isinstance(session, dict)
    assert session["type"] == "realtime"
    assert session["instructions"] == "Bonjour."
    assert session["audio"]["input"]["transcription"]["language"] == "fr"


def test_a_repair_drops_only_the_values_that_errors_name_and_says_so() -> None:
    def two_unknown(setup: Setup) -> Outcome | None:
        session = body(setup).get("session", {}) if mint_path(setup) else {}
        assert isinstance(session, dict)
        for name in ("voice", "temperature"):
            if name in session:
                said = f"Unknown parameter: 'session.{name}'."
                signature = Signature(Stage.MINT, 400, "error", "unknown_parameter", None, said)
                return Outcome.failed(replace(signature, param=f"session.{name}"))
        return None

    setup = subject(
        "token_body: {json: {session: {type: realtime, model: gpt-realtime, voice: marin,"
        " temperature: 0.8, instructions: Be brief.}}}"
    )
    diagnosis = service(two_unknown).diagnose(setup)

    session = body(diagnosis.repairs[0].setup)["session"]
    assert session == {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."}
    (note,) = diagnosis.repairs[0].notes
    assert "session.voice" in note
    assert "session.temperature" in note


def test_breakdowns_with_changing_texts_are_still_likely_and_never_proved() -> None:
    def breaks(setup: Setup, so_far: PaperService) -> Outcome:
        if setup.call_query.value.params:
            signature = Signature(Stage.EXCHANGE, 502 + len(so_far.asked) % 2, message="x" * 3)
            return Outcome.transient(signature)
        return Outcome.passed(Stage.SESSION)

    diagnosis = PaperService(breaks).diagnose(subject("call_query: model_realtime"))

    assert diagnosis.verdict is Verdict.REPRODUCED
    assert diagnosis.causes == ()
    assert [b.factor for s in diagnosis.suspicions for b in s.levels] == ["call_query"]


def test_a_setup_that_breaks_down_once_leaves_no_word_of_determinism() -> None:
    def once(setup: Setup, so_far: PaperService) -> Outcome:
        if len(so_far.asked) == 8:
            return broken(Stage.EXCHANGE, 503)
        if setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "no_query")
        return Outcome.passed(Stage.SESSION)

    service_ = PaperService(once)
    diagnosis = service_.diagnose(subject("call_query: model_realtime"))

    twice = [o for o in service_.asked if o.setup == service_.asked[8].setup]
    assert len(twice) < 2 or not any("answers the same" in t for t in diagnosis.assumptions)


@pytest.mark.parametrize(
    "text",
    ["at 2026-11-28T19:22:01.123Z", "Ray ID: 8f3a9b2c1d4e5f60", "until 19:22:01", "req_abcdef123"],
)
def test_an_error_that_names_a_time_or_an_id_is_one_error(text: str) -> None:
    count = iter(range(100))

    def stamped(setup: Setup) -> Outcome | None:
        if setup.call_query.value.params:
            said = text.replace("19:22:01", f"19:22:{next(count):02}").replace("8f3a", "8f3b")
            message = normalise_message(f"No query here, {said}")
            return Outcome.failed(Signature(Stage.EXCHANGE, 400, "e", "no_query", None, message))
        return None

    diagnosis = service(stamped).diagnose(subject("call_query: model_realtime"))

    assert diagnosis.verdict is Verdict.EXPLAINED


def test_a_works_says_how_often_it_worked() -> None:
    diagnosis = service(lambda setup: None).diagnose(subject("{}"), budget=1)

    assert diagnosis.verdict is Verdict.WORKS
    assert "once" in diagnosis.sentence


def test_what_is_known_of_one_service_explains_nothing_at_another() -> None:
    empty = Outcome.failed(Signature(Stage.EXCHANGE, 400, "", "", "", ""))

    def refuses(setup: Setup) -> Outcome | None:
        is_founding = setup.call_query.value.params and setup.auth.value.kind.needs_token
        return empty if is_founding else None

    text = "token_endpoint: sessions\ncall_endpoint: realtime\ncall_query: model_realtime"
    there, here = (
        service(refuses).diagnose(subject(text), **target)
        for target in ({"target": TargetInfo("openai", "https://api.openai.com")}, {})
    )

    assert there.causes[0].knowledge
    assert not any(cause.knowledge for cause in here.causes)
    assert not any(lint.knowledge for lint in here.likely)
    assert here.drift == ()


def test_a_service_that_blocks_everything_contradicts_no_knowledge() -> None:
    def blocked(setup: Setup) -> Outcome | None:
        return refused(Stage.MINT if mint_path(setup) else Stage.EXCHANGE, 403, "project_blocked")

    diagnosis = service(blocked).diagnose(
        subject("{}"), target=TargetInfo("openai", "https://api.openai.com")
    )

    assert diagnosis.verdict is Verdict.CANNOT_TEST
    assert diagnosis.drift == ()
    assert "project_blocked" in diagnosis.answers[0].text


def test_what_the_subject_shows_without_a_credential_is_told_of_it() -> None:
    def two_checks(setup: Setup) -> Outcome | None:
        if call_path(setup) == "/v1/realtime/calls":
            return refused(Stage.EXCHANGE, 404, None, "Invalid URL")
        if setup.auth.value.kind is AuthKind.NONE:
            return refused(Stage.EXCHANGE, 401, "no_credential")
        return None

    diagnosis = service(two_checks).diagnose(subject("auth: none"))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert levels(diagnosis)[0] == {("call_endpoint", "calls")}
    assert diagnosis.causes[0].signature.status == 404


def test_a_breakdown_is_not_blamed_on_what_is_sent_after_it() -> None:
    def both(setup: Setup) -> Outcome | None:
        if "instructions" in (setup.token_body.value.text or ""):
            return broken(Stage.MINT, 500)
        if setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 400, "no_query")
        return None

    text = (
        "call_query: model_realtime\n"
        "token_body: {json: {session: {type: realtime, model: gpt-realtime, instructions: Hi.}}}"
    )
    diagnosis = service(both).diagnose(subject(text))

    assert diagnosis.verdict is Verdict.REPRODUCED
    assert "broke down) because" not in diagnosis.sentence
    assert [[b.factor for b in s.levels] for s in diagnosis.suspicions] == [["token_body"]]


def test_causes_that_cure_only_together_are_named_together() -> None:
    def masked(setup: Setup) -> Outcome | None:
        query, trimmed = bool(setup.call_query.value.params), setup.call_encoding.value.trim
        code = {(True, True): "both", (True, False): "q", (False, True): "e"}.get((query, trimmed))
        return refused(Stage.EXCHANGE, 400, code) if code else None

    setup = subject("call_query: model_realtime\ncall_encoding: trimmed")
    diagnosis = service(masked).diagnose(setup)

    head = diagnosis.sentence.split(" The smallest")[0]
    assert "?model=" in head
    assert "final line end" in head


def test_another_mint_is_tried_before_the_key_is_believed() -> None:
    def tenant(setup: Setup) -> Outcome | None:
        if mint_path(setup).endswith("sessions"):
            return refused(Stage.MINT, 404, None, "Invalid URL")
        if ("tenant", "x") not in setup.call_query.value.params:
            return refused(Stage.EXCHANGE, 403, "tenant_missing")
        return None

    setup = subject("token_endpoint: sessions\ncall_query: {params: {tenant: x}}")
    diagnosis = service(tenant).diagnose(setup)

    assert levels(diagnosis) == [{("token_endpoint", "sessions")}]
    assert not diagnosis.repairs[0].leaks_key


def test_a_mint_that_always_breaks_down_beside_a_key_that_works_is_told_so() -> None:
    def no_mint(setup: Setup) -> Outcome | None:
        return broken(Stage.MINT, 500) if mint_path(setup) else None

    diagnosis = service(no_mint).diagnose(subject("{}"))

    assert diagnosis.verdict is Verdict.REPRODUCED
    assert diagnosis.causes == ()
    assert [b.factor for s in diagnosis.suspicions for b in s.levels] == ["auth"]


def test_only_the_refused_element_of_a_list_is_given_up() -> None:
    def no_foo(setup: Setup) -> Outcome | None:
        if '"foo"' in (setup.token_body.value.text or ""):
            said = "Unknown parameter: 'session.tools[0].foo'."
            signature = Signature(Stage.MINT, 400, "e", "unknown_parameter", None, said)
            return Outcome.failed(replace(signature, param="session.tools[0].foo"))
        return None

    text = (
        "token_body: {json: {session: {type: realtime, model: gpt-realtime, instructions: Hi.,"
        " tools: [{type: function, name: x, foo: 1}]}}}"
    )
    diagnosis = service(no_foo).diagnose(subject(text))

    session = body(diagnosis.repairs[0].setup)["session"]
    assert isinstance(session, dict)
    assert session["tools"] == [{"type": "function", "name": "x"}]
    assert session["instructions"] == "Hi."
