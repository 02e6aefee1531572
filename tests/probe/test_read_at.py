"""A token is read where the client reads it: what comes of a wrong place is what a page gets."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.setup import Auth, Factor, Level, Setup
from rtdoctor.domain.token_place import CannotRead, read_as_page, token_place
from support.hostile import Answer, Received, answer, hostile_server
from support.probing import PATIENT, probe, setup
from support.sandbox_process import rtdoctor_sandbox

GA = {"value": "ek_1", "expires_at": 1, "session": {"id": "s"}}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("value", "ek_1"),
        ("token", "undefined"),
        ("client_secret?.value", "undefined"),
        ("session", "[object Object]"),
        ("expires_at", "1"),
        ("value.value", "undefined"),
        ("session.id", "s"),
    ],
)
def test_a_place_is_read_as_javascript_reads_it(place: str, text: str) -> None:
    assert read_as_page(GA, place) == text


@pytest.mark.parametrize("data", [GA, {"client_secret": None}, None])
def test_a_member_of_nothing_cannot_be_read(data: object) -> None:
    with pytest.raises(CannotRead):
        read_as_page(data, "client_secret.value")


def test_a_list_is_read_by_its_index() -> None:
    assert read_as_page({"data": [{"token": "ek_2"}]}, "data[0].token") == "ek_2"


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (GA, "value"),
        ({"client_secret": {"value": "ek_1"}}, "client_secret.value"),
        ({"client_secret": "ek_1"}, "client_secret"),
        ({"token": "ek_1"}, None),
        ([], None),
    ],
)
def test_the_usual_places_of_a_token_are_known(answer: object, place: str | None) -> None:
    assert token_place(json.dumps(answer)) == place


@given(st.text(), st.text(max_size=20))
def test_any_place_of_any_answer_is_a_text_or_cannot_be_read(body: str, place: str) -> None:
    token_place(body)
    with suppress(CannotRead):
        assert isinstance(read_as_page({"a": [body]}, place), str)


async def test_a_page_that_reads_a_place_that_is_not_there_sends_undefined() -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, reading("token"), PATIENT)

    call = next(e for e in seen.exchanges if e.purpose == "call")
    assert "Bearer undefined" in dict(call.request.headers).values()
    assert seen.outcome.stage is Stage.EXCHANGE
    assert seen.outcome.is_fail


async def test_a_page_that_reads_inside_of_nothing_sends_no_call() -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, reading("client_secret.value"), PATIENT)

    assert [e.purpose for e in seen.exchanges] == ["mint"]
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.TOKEN_NOT_READ
    assert "client_secret is undefined" in (seen.outcome.signature.message or "")
    assert seen.tokens_minted == 1


async def test_a_token_is_read_where_only_the_client_knows_it_is() -> None:
    async def backend(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            return answer(200, '{"data": {"token": "ek_of_a_backend_0123456789"}}')
        return answer(401, json.dumps({"error": received.headers["authorization"]}))

    async with hostile_server(backend) as url:
        seen = await probe(url, reading("data.token"))

    assert seen.token is not None
    assert seen.token.alias == "ek_…#1"
    assert "Bearer ek_of_a_backend" in str(seen.exchanges[1].response)


def reading(place: str) -> Setup:
    return setup().with_level(Factor.AUTH, Level("mine", Auth(read_at=place)))
