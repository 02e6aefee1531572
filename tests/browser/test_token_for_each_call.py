"""A page that shows one token twice gets another for its second call."""

from __future__ import annotations

from rtdoctor.check.token_for_each_call import TokenForEachCall
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.front.rewriting import Rewriting
from support.sandbox_http import OFFER

URL = "https://api.openai.com/v1/realtime/calls"


def call(token: str) -> HttpRequest:
    return HttpRequest("POST", URL, (("Authorization", f"Bearer {token}"), ("X", "1")), OFFER)


def test_the_second_use_of_a_token_is_replaced_and_nothing_else() -> None:
    rewriting = TokenForEachCall(["ek_spare"]).before(Rewriting())
    mint = HttpRequest("POST", f"{URL}/client_secrets", (("Authorization", "Bearer ek_one"),), "{}")

    assert rewriting.request(call("ek_one")) == call("ek_one")
    assert rewriting.request(mint) == mint
    changed = rewriting.request(call("ek_one"))
    assert isinstance(changed, HttpRequest)
    assert dict(changed.headers) == {"Authorization": "Bearer ek_spare", "X": "1"}
    assert changed.body == OFFER
    assert rewriting.request(call("ek_two")) == call("ek_two")


def test_without_a_spare_token_the_call_stays_as_it_is() -> None:
    rewriting = TokenForEachCall([]).before(Rewriting())

    assert rewriting.request(call("ek_one")) == call("ek_one")
    assert rewriting.request(call("ek_one")) == call("ek_one")
