"""A repair applied to a client's own traffic."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.front.passed import Route
from rtdoctor.front.rewriting import Rewriting
from support.fronting import KEY, TARGET, fronted
from support.hostile import Answer, Received, answer, hostile_server


async def echo(received: Received) -> Answer:
    return answer(
        200,
        f"{received.method} {received.path} {received.headers.get('x-own')} "
        f"{received.body.decode()}",
        X_Theirs="1",
    )


async def test_the_target_gets_the_request_that_a_hook_made() -> None:
    def to_ga(request: HttpRequest) -> HttpRequest:
        assert request.method == "POST"
        assert request.body == "grün"
        return replace(
            request,
            url=f"{TARGET}/v1/realtime/calls?model=gpt-realtime",
            headers=(*request.headers, ("X-Own", "1")),
            body="another, and longer",
        )

    async with fronted(echo, Route.NAME, rewriting=Rewriting(request=to_ga)) as (front, client):
        got = await client.post("/v1/realtime?model=old", content="grün".encode())
    (passed,) = front.exchanges
    assert got.text == "POST /v1/realtime/calls?model=gpt-realtime 1 another, and longer"
    assert passed.exchange.request.url == f"{TARGET}/v1/realtime?model=old"
    assert passed.exchange.request.body == "grün"
    assert passed.forwarded is not None
    assert passed.forwarded.url == f"{TARGET}/v1/realtime/calls?model=gpt-realtime"
    assert passed.forwarded.body == "another, and longer"
    assert passed.received is None


async def test_the_client_gets_the_answer_that_a_hook_made() -> None:
    def other_shape(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        assert request.url == f"{TARGET}/v1/realtime/sessions"
        return replace(response, status=201, body='{"client_secret": {"value": "x"}}')

    rewriting = Rewriting(response=other_shape)
    async with fronted(echo, Route.PROXY, rewriting=rewriting) as (front, client):
        got = await client.post("/v1/realtime/sessions")
    (passed,) = front.exchanges
    assert got.status_code == 201
    assert got.json() == {"client_secret": {"value": "x"}}
    assert got.headers["x-theirs"] == "1"
    assert passed.exchange.response is not None
    assert passed.exchange.response.status == 201
    assert passed.received is not None
    assert passed.received.status == 200
    assert passed.received.body.startswith("POST /v1/realtime/sessions")


async def test_a_hook_may_answer_in_the_place_of_the_target() -> None:
    asked: list[Received] = []

    async def service(received: Received) -> Answer:
        asked.append(received)
        return answer(500)

    def refuses(request: HttpRequest) -> HttpResponse:
        return HttpResponse(404, (("Content-Type", "text/plain"),), "no such thing")

    async with fronted(service, rewriting=Rewriting(request=refuses)) as (front, client):
        for _ in range(2):
            got = await client.post("/v1/realtime", content="v=0")
            assert (got.status_code, got.text) == (404, "no such thing")
    assert asked == []
    assert [p.exchange.response and p.exchange.response.status for p in front.exchanges] == [
        404
    ] * 2


async def test_what_a_hook_leaves_alone_passes_byte_for_byte() -> None:
    data = bytes(range(256))
    seen: list[str | None] = []

    async def same_back(received: Received) -> Answer:
        return answer(200, received.body)

    def looks(request: HttpRequest) -> HttpRequest:
        seen.append(request.body)
        return request

    async with fronted(same_back, rewriting=Rewriting(request=looks)) as (front, client):
        assert (await client.post("/v1/a", content=b"text")).content == b"text"
        assert (await client.post("/v1/b", content=data)).content == data  # no text: not shown
        large = b"x" * 1_500_000
        assert (await client.post("/v1/c", content=large)).content == large  # too large: not shown
    assert seen == ["text"]
    assert [passed.forwarded for passed in front.exchanges] == [None, None, None]


async def test_a_hook_sees_the_placeholder_and_the_tokens_but_never_the_key() -> None:
    seen: list[str] = []

    async def tells(received: Received) -> Answer:
        assert received.headers["authorization"] == f"Bearer {KEY}"
        return answer(200, f'{{"key": "{KEY}", "value": "ek_68af296e8e408191a1120ab6"}}')

    def looks(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        seen.append(repr((request, response)))
        return response

    async with fronted(tells, rewriting=Rewriting(response=looks)) as (front, client):
        await client.post(
            "/v1/realtime/client_secrets", headers={"Authorization": f"Bearer {front.placeholder}"}
        )
    assert KEY not in seen[0]
    assert front.placeholder in seen[0]
    assert "ek_68af296e8e408191a1120ab6" in seen[0]
    assert "ek_68af296e8e408191a1120ab6" not in repr(front.exchanges)


async def test_hooks_can_be_set_anew_between_two_runs() -> None:
    def marks(request: HttpRequest) -> HttpRequest:
        return replace(request, headers=(*request.headers, ("X-Own", "yes")))

    async with fronted(echo) as (front, client):
        assert (await client.get("/v1/a")).text.split()[2] == "None"
        front.rewriting = Rewriting(request=marks)
        assert (await client.get("/v1/a")).text.split()[2] == "yes"
        front.rewriting = Rewriting()
        assert (await client.get("/v1/a")).text.split()[2] == "None"


async def test_a_hook_that_leads_elsewhere_is_a_bug_and_nothing_is_sent() -> None:
    asked: list[Received] = []

    async def elsewhere(received: Received) -> Answer:
        asked.append(received)
        return answer(200)

    async def run(rewriting: Rewriting) -> None:
        async with fronted(echo, rewriting=rewriting) as (_, client):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post("/v1/realtime")

    async with hostile_server(elsewhere) as evil:
        with pytest.raises(ValueError, match="must stay at the target"):
            await run(Rewriting(request=lambda request: replace(request, url=f"{evil}/x")))
    assert asked == []
