"""A repair applied to requests of a page: what changes, and what stays the page's own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.browser.page_run import OwnExchange, PageRecord, PageRun, Reached
from rtdoctor.check.backend_answer import in_shape_of
from rtdoctor.check.page_events import migrated_events
from rtdoctor.check.page_faults import is_passed_on_refusal, own_fault, token_route
from rtdoctor.check.page_key import PageKey
from rtdoctor.check.page_repair import PagePart, PageRepair, TokenShape, reshaped
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.domain.setup import Factor
from rtdoctor.plan import catalogue
from support.levels import CALLS, CLIENT_SECRETS, FOUNDING, GA_TRANSCRIPTION, MULTIPART, NO_QUERY
from support.sandbox_http import OFFER

API = "https://api.openai.com"
TOKEN = "ek_0123456789abcdef"
MINT = HttpRequest(
    "POST",
    f"{API}/v1/realtime/transcription_sessions",
    (("Authorization", "Bearer sk-mine"), ("Content-Length", "2"), ("X-Own", "kept")),
    "{}",
)
CALL = HttpRequest(
    "POST",
    f"{API}/v1/realtime?model=gpt-4o-transcribe",
    (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/sdp")),
    OFFER,
)
WORKS = (
    FOUNDING.with_level(Factor.TOKEN_ENDPOINT, CLIENT_SECRETS)
    .with_level(Factor.TOKEN_BODY, GA_TRANSCRIPTION)
    .with_level(Factor.CALL_ENDPOINT, CALLS)
    .with_level(Factor.CALL_QUERY, NO_QUERY)
)
REPAIR = PageRepair(page=FOUNDING, works=WORKS)
BOTH = (PagePart.MINT, PagePart.CALL)


def sent(request: HttpRequest, *parts: PagePart, repair: PageRepair = REPAIR) -> HttpRequest:
    result = repair.rewriting(parts).request(request)
    assert isinstance(result, HttpRequest)
    return result


def test_the_parts_are_those_in_which_the_setups_differ() -> None:
    assert REPAIR.parts == BOTH


def test_the_mint_is_changed_and_keeps_the_credential() -> None:
    changed = sent(MINT, PagePart.MINT)

    assert changed.url == f"{API}/v1/realtime/client_secrets"
    assert changed.body == GA_TRANSCRIPTION.value.text
    assert ("Authorization", "Bearer sk-mine") in changed.headers
    assert ("X-Own", "kept") in changed.headers
    assert "content-length" not in {name.lower() for name, _ in changed.headers}


def test_the_call_is_changed_and_keeps_its_offer_and_token() -> None:
    changed = sent(CALL, PagePart.CALL)

    assert changed.url == f"{API}/v1/realtime/calls"
    assert changed.body == OFFER
    assert ("Authorization", f"Bearer {TOKEN}") in changed.headers


def test_the_call_is_packed_as_the_repair_says() -> None:
    works = WORKS.with_level(Factor.CALL_ENCODING, MULTIPART)
    changed = sent(CALL, PagePart.CALL, repair=PageRepair(page=FOUNDING, works=works))

    assert changed.body is not None
    assert OFFER in changed.body
    assert 'name="session"' in changed.body
    assert dict(changed.headers)["Content-Type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize("request_", [MINT, CALL], ids=["mint", "call"])
def test_a_part_that_is_not_chosen_stays_as_it_is(request_: HttpRequest) -> None:
    other = PagePart.CALL if request_ is MINT else PagePart.MINT

    assert sent(request_, other) == request_


def test_preflights_go_where_their_requests_go() -> None:
    mint = HttpRequest("OPTIONS", MINT.url)
    call = HttpRequest("OPTIONS", CALL.url)

    assert sent(mint, *BOTH).url == f"{API}/v1/realtime/client_secrets"
    assert sent(call, *BOTH).url == f"{API}/v1/realtime/calls"
    assert sent(mint) == mint


def test_the_answer_to_a_changed_mint_is_one_that_the_page_can_read() -> None:
    answer = HttpResponse(200, body=json.dumps({"value": TOKEN, "expires_at": 5, "session": {}}))
    got = REPAIR.rewriting(BOTH).response(MINT, answer)

    data = json.loads(got.body)
    assert data["value"] == TOKEN
    assert data["client_secret"] == {"value": TOKEN, "expires_at": 5}
    assert json.loads(reshaped(answer, TokenShape.STRING).body)["client_secret"] == TOKEN
    assert REPAIR.rewriting(()).response(MINT, answer) == answer


@given(st.text())
def test_an_answer_without_a_token_stays(body: str) -> None:
    answer = HttpResponse(200, body=body)

    assert reshaped(answer, TokenShape.OBJECT) == answer


def test_a_backend_answers_in_its_own_words() -> None:
    minted = json.dumps({"value": TOKEN, "session": {}})
    own = json.dumps({"data": {"ephemeralToken": "ek_old", "room": 7}})

    said = json.loads(in_shape_of(own, minted, TokenShape.OBJECT))
    assert said == {"data": {"ephemeralToken": TOKEN, "room": 7}}
    assert in_shape_of("ek_old", minted, TokenShape.OBJECT) == TOKEN


def test_updates_are_migrated_with_what_they_mean() -> None:
    text = '{"type":"session.update","session":{"voice":"verse","instructions":"Be brief."}}'
    run = PageRun(records=(PageRecord(kind="event out", at=0, text=text),))

    (new,) = migrated_events(run, catalogue.read().setup({})).values()
    session = json.loads(new)["session"]
    assert session["instructions"] == "Be brief."
    assert session["audio"] == {"output": {"voice": "verse"}}
    assert session["type"]


def test_a_request_for_a_response_is_migrated_like_a_session() -> None:
    asked = {"modalities": ["text", "audio"], "voice": "verse", "conversation": "none"}
    text = json.dumps({"type": "response.create", "response": asked})
    run = PageRun(records=(PageRecord(kind="event out", at=0, text=text),))

    (new,) = migrated_events(run, catalogue.read().setup({})).values()
    assert json.loads(new)["response"] == {
        "output_modalities": ["audio"],
        "audio": {"output": {"voice": "verse"}},
        "conversation": "none",
    }


def test_the_placeholder_stands_where_a_key_opens_nothing() -> None:
    shown = HttpRequest("POST", MINT.url, (("Authorization", "Bearer YOUR_API_KEY"),))

    def put(request: HttpRequest, *, in_sandbox: bool) -> str:
        return dict(PageKey("sk-place", in_sandbox).put_into(request).headers)["Authorization"]

    assert put(shown, in_sandbox=False) == "Bearer sk-place"
    assert put(MINT, in_sandbox=True) == "Bearer sk-place"
    assert put(MINT, in_sandbox=False) == "Bearer sk-mine"  # the user's own
    assert put(CALL, in_sandbox=True) == f"Bearer {TOKEN}"


def own(status: int, body: str, url: str = "http://localhost:3000/api/token") -> OwnExchange:
    return OwnExchange(0.0, HttpRequest("GET", url), HttpResponse(status, body=body))


def test_a_refusal_of_the_service_is_told_from_a_fault_of_the_backend() -> None:
    refused = own(200, '{"error":{"message":"no","type":"invalid_request_error","code":null}}')
    failed = own(500, "OPENAI_API_KEY is not set")

    assert is_passed_on_refusal(refused)
    assert not is_passed_on_refusal(failed)
    assert own_fault(PageRun(own_exchanges=(refused,), reached=Reached.ASKED)) is None
    fault = own_fault(PageRun(own_exchanges=(failed,), reached=Reached.ASKED))
    assert fault is not None
    assert "GET /api/token with 500" in fault.text


def test_a_route_that_gave_a_token_is_no_fault() -> None:
    assert token_route(PageRun(own_exchanges=(own(200, f'{{"value":"{TOKEN}"}}'),))) is None
