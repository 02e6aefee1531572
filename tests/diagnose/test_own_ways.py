"""A gateway wants what only the subject sends: its headers, its credential, its token route."""

from __future__ import annotations

from rtdoctor.diagnose.particulars import beside_own_headers, with_particulars
from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.setup import EncodingKind, Factor, Setup
from support.conversing import CATALOGUE, levels, refused, service, subject

TENANT = "beta_header: {mint_others: {X-Tenant: acme}, call_others: {X-Tenant: acme}}\n"
TWO_FAULTS = (
    "token_body: {json: {session: {type: realtime, model: gpt-realtime, instructions: Hi.}}}\n"
    "call_query: {params: {trace: '1'}}\n"
)


def two_faults(setup: Setup) -> Outcome | None:
    if "instructions" in (setup.token_body.value.text or ""):
        return refused(Stage.MINT, 400, "no_instructions")
    if "trace" in dict(setup.call_query.value.params):
        return refused(Stage.EXCHANGE, 400, "no_trace")
    return None


def test_a_header_that_a_gateway_wants_goes_into_the_control() -> None:
    def gateway(setup: Setup) -> Outcome | None:
        headers = setup.beta_header.value
        if setup.auth.value.kind.needs_token and ("X-Tenant", "acme") not in headers.mint_others:
            return refused(Stage.MINT, 403, "unknown_tenant")
        if ("X-Tenant", "acme") not in headers.call_others:
            return refused(Stage.EXCHANGE, 403, "unknown_tenant")
        return two_faults(setup)

    diagnosis = service(gateway).diagnose(subject(TENANT + TWO_FAULTS))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert [{f for f, _ in cause} for cause in levels(diagnosis)] == [
        {"token_body"},
        {"call_query"},
    ]
    assert diagnosis.repairs[0].setup.beta_header == subject(TENANT).beta_header
    assert not diagnosis.repairs[0].leaks_key


def test_a_credential_in_a_header_of_its_own_goes_into_the_control_with_the_other_headers() -> None:
    def gateway(setup: Setup) -> Outcome | None:
        if ("X-Tenant", "acme") not in setup.beta_header.value.call_others:
            return refused(Stage.EXCHANGE, 403, "unknown_tenant")
        if setup.auth.value.header != "X-Session-Token":
            return refused(Stage.EXCHANGE, 401, "no_session_token")
        return two_faults(setup)

    text = TENANT + TWO_FAULTS + 'auth: {kind: ephemeral, header: X-Session-Token, scheme: ""}'
    diagnosis = service(gateway).diagnose(subject(text))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert diagnosis.repairs[0].setup.auth.value.header == "X-Session-Token"
    assert "auth" not in {b.factor for cause in diagnosis.causes for b in cause.levels}


def test_a_token_route_that_is_asked_by_get_is_asked_so_in_the_control() -> None:
    def gateway(setup: Setup) -> Outcome | None:
        mint = setup.token_endpoint.value
        if not setup.auth.value.kind.needs_token:
            return refused(Stage.EXCHANGE, 401, "tokens_only")
        if (mint.method, mint.path) != ("GET", "/api/token"):
            return refused(Stage.MINT, 404, None, "Not Found")
        if setup.call_encoding.value.kind is EncodingKind.MULTIPART:
            return refused(Stage.EXCHANGE, 415, "offer_alone")
        return two_faults(setup)

    text = "token_endpoint: {path: /api/token, method: GET}\ntoken_body: none\n"
    text += "call_query: {params: {trace: '1'}}\ncall_encoding: multipart"
    diagnosis = service(gateway).diagnose(subject(text))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert {f for cause in levels(diagnosis) for f, _ in cause} == {"call_query", "call_encoding"}


def test_a_missing_header_is_put_in_beside_the_users_own() -> None:
    def gateway(setup: Setup) -> Outcome | None:
        headers = setup.beta_header.value
        if ("X-Tenant", "acme") not in headers.call_others:
            return refused(Stage.EXCHANGE, 403, "unknown_tenant")
        if headers.call is None:
            return refused(Stage.EXCHANGE, 400, "beta_only")
        return None

    diagnosis = service(gateway).diagnose(subject(TENANT))

    ((place,),) = [f.places for cause in diagnosis.causes for f in cause.inside]
    assert (place.place, place.value) == ("call.header.openai-beta", None)
    repaired = diagnosis.repairs[0].setup.beta_header.value
    assert repaired.call == "realtime=v1"
    assert ("X-Tenant", "acme") in repaired.call_others


def test_a_plain_subject_changes_no_recipe_and_own_headers_keep_their_name() -> None:
    recipes = [recipe.setup for recipe in CATALOGUE.recipes]

    assert all(with_particulars(subject("{}"), recipe) == recipe for recipe in recipes)
    own = subject(TENANT)
    none = CATALOGUE.entry(Factor.BETA_HEADER, "none").level
    assert beside_own_headers(own, none) == own.beta_header


def test_one_factor_that_only_the_subject_has_right_is_put_into_the_control() -> None:
    def json_only(setup: Setup) -> Outcome | None:
        if ("X-Tenant", "acme") not in setup.beta_header.value.call_others:
            return refused(Stage.EXCHANGE, 403, "unknown_tenant")
        if setup.call_encoding.value.kind is not EncodingKind.JSON:
            return refused(Stage.EXCHANGE, 415, "json_only")
        return two_faults(setup)

    text = TENANT + TWO_FAULTS + "call_encoding: {kind: json, content_type: application/json}"
    diagnosis = service(json_only).diagnose(subject(text))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert {f for cause in levels(diagnosis) for f, _ in cause} == {"token_body", "call_query"}
    assert diagnosis.repairs[0].setup.call_encoding.value.kind is EncodingKind.JSON
