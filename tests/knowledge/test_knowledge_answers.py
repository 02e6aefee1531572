"""What the knowledge says of a probe: which entry explains it, what to probe, what contradicts."""

from __future__ import annotations

import pytest

from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue

KNOWN = knowledge_base.load()
CATALOGUE = catalogue.read()

EMPTY = Signature(Stage.EXCHANGE, 400, "", "", "", "")
GONE = Signature(
    Stage.MINT, 404, "invalid_request_error", None, None, "Invalid URL (POST /v1/realtime/sessions)"
)


def names(**levels: str) -> dict[str, str]:
    return CATALOGUE.setup(levels).as_sent().names


FOUNDING = names(
    token_endpoint="transcription_sessions",
    token_body="founding",
    call_endpoint="realtime",
    call_query="model_transcribe",
)
GA = names()


def refused(stage: Stage, status: int, code: str | None, message: str | None) -> Signature:
    return Signature(stage, status, "invalid_request_error", code, None, message)


def test_the_empty_error_is_explained_by_the_setup_that_met_it() -> None:
    assert KNOWN.explain_signature(EMPTY, FOUNDING, "beta") == ("SDP-EMPTY-400-BETA",)
    assert KNOWN.explain_signature(EMPTY, GA, "coexist")[0] == "SDP-EMPTY-400-GA"


@pytest.mark.parametrize(
    ("signature", "best"),
    [
        (GONE, "TOK-BETA-404"),
        (
            refused(
                Stage.EXCHANGE,
                401,
                "invalid_api_key",
                "Incorrect API key provided: undefined. You can find your API key at "
                "https://platform.openai.com/account/api-keys.",
            ),
            "AUTH-BEARER-UNDEFINED",
        ),
        (
            refused(
                Stage.EXCHANGE, 401, "invalid_api_key", "Incorrect API key provided: sk_…. You can"
            ),
            "AUTH-INCORRECT-KEY",
        ),
        (
            refused(
                Stage.EXCHANGE,
                400,
                "beta_api_shape_disabled",
                "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA "
                "API.",
            ),
            "SDP-BETA-DISABLED",
        ),
        (refused(Stage.SESSION, 0, "beta_api_shape_disabled", None), "EVT-BETA-4000"),
        (
            refused(Stage.MINT, 400, "unknown_parameter", "Unknown parameter: 'session.voice'."),
            "TOK-UNKNOWN-SESSION-PARAM",
        ),
        (Signature(Stage.EXCHANGE, 429, "insufficient_quota", "insufficient_quota"), "AUTH-QUOTA"),
        (
            Signature(Stage.MINT, 403, "request_forbidden", "unsupported_country_region_territory"),
            "AUTH-REGION",
        ),
        (Signature(Stage.ICE, code=LocalCode.ICE_DEADLINE), "NET-FIREWALL"),
        (Signature(Stage.OFFER, code=LocalCode.NO_CHANNEL), "NET-OFFER-REQUIREMENTS"),
        (Signature(Stage.MINT, 200, code=LocalCode.NO_TOKEN), "AUTH-BEARER-UNDEFINED"),
    ],
)
def test_an_answer_is_explained(signature: Signature, best: str) -> None:
    assert KNOWN.explain_signature(signature, {}, None)[0] == best


@pytest.mark.parametrize(
    ("minted", "called", "said", "best"),
    [
        ("client_secrets", "realtime", "beta session with a GA", "BETA-SESSION-GA-SECRET"),
        ("sessions", "calls", "GA session with a beta", "GA-SESSION-BETA-SECRET"),
    ],
)
def test_the_two_version_mismatches_are_told_apart(
    minted: str, called: str, said: str, best: str
) -> None:
    body = "ga_realtime" if minted == "client_secrets" else "realtime_with_model"
    setup = names(token_endpoint=minted, token_body=body, call_endpoint=called)
    message = f"API version mismatch. You cannot start a Realtime {said} client secret."
    signature = refused(Stage.EXCHANGE, 400, "api_version_mismatch", message)
    assert KNOWN.explain_signature(signature, setup, "coexist")[0] == f"SDP-VERSION-{best}"


def test_what_no_answer_is_on_record_for_is_explained_by_the_setup() -> None:
    unheard = refused(Stage.EXCHANGE, 400, None, "something nobody has seen")
    assert KNOWN.explain_signature(unheard, names(call_encoding="json"), None) == (
        "SDP-BAD-CONTENT-TYPE",
    )
    assert KNOWN.explain_signature(unheard, GA, None) == ()


def test_an_entry_of_another_era_does_not_explain_a_known_era() -> None:
    assert KNOWN.explain_signature(GONE, FOUNDING, "beta") == ()


def test_hints_name_the_factors_worth_probing_first() -> None:
    assert KNOWN.hints(EMPTY)[:2] == ("token_endpoint", "call_query")
    assert "offer" in KNOWN.hints(refused(Stage.EXCHANGE, 400, "invalid_offer", None))
    assert KNOWN.hints(Signature(Stage.EXCHANGE, 418, "teapot", "teapot")) == ()


def test_a_pass_where_a_refusal_is_known_is_drift() -> None:
    drift = KNOWN.contradictions(FOUNDING, Outcome.passed(Stage.SESSION), "beta")
    assert [entry_id for entry_id, _ in drift] == ["SDP-EMPTY-400-BETA"]
    assert "passed up to session" in drift[0][1]


def test_a_refusal_of_a_known_good_way_is_drift() -> None:
    other = Outcome.failed(refused(Stage.EXCHANGE, 400, "brand_new_code", "Never seen."))
    ids = [entry_id for entry_id, _ in KNOWN.contradictions(GA, other, None)]
    assert ids == ["SDP-GA-OK"]


def test_another_error_than_the_recorded_one_is_drift() -> None:
    other = Outcome.failed(refused(Stage.EXCHANGE, 400, "invalid_model", "Model x is unknown."))
    drift = KNOWN.contradictions(FOUNDING, other, "beta")
    assert [entry_id for entry_id, _ in drift] == ["SDP-EMPTY-400-BETA"]
    assert "expects another failure" in drift[0][1]


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.failed(EMPTY),
        Outcome.transient(Signature(Stage.EXCHANGE, 429, code="rate_limit_exceeded")),
        Outcome.skipped("not planned"),
        Outcome.failed(Signature(Stage.MINT, 429, "insufficient_quota", "insufficient_quota")),
        Outcome.failed(Signature(Stage.ICE, code=LocalCode.ICE_DEADLINE)),
    ],
)
def test_the_expected_answer_and_facts_of_key_or_network_are_no_drift(outcome: Outcome) -> None:
    assert KNOWN.contradictions(FOUNDING, outcome, "beta") == ()


def test_what_the_facts_leave_open_cannot_be_contradicted() -> None:
    passed = Outcome.passed(Stage.SESSION)
    assert KNOWN.contradictions(names(call_query="model_realtime"), passed, None) == ()
    assert KNOWN.contradictions(names(call_encoding="json"), passed, None) == ()
