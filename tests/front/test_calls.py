"""Every call that was opened through the front is counted, and hung up in the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from rtdoctor.front.front import Front
from rtdoctor.front.front_limits import FrontLimits
from rtdoctor.front.passed import Route
from support.fronting import KEY, client_of, front_before, fronted
from support.hostile import Answer, Received, answer, hostile_server
from support.sandbox_http import OFFER

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
LOCATION = "/v1/realtime/calls/rtc_1"


@dataclass
class Service:
    """Opens calls, and remembers who asked to end them."""

    status: int = 201
    location: str | None = LOCATION
    body: str = SDP
    hangup: Answer = field(default_factory=lambda: answer(200))
    delete: Answer = field(default_factory=lambda: answer(405))
    ended: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def __call__(self, received: Received) -> Answer:
        if received.path.endswith("/hangup") or received.method == "DELETE":
            credential = received.headers.get("authorization")
            self.ended.append((received.method, received.path, credential))
            return self.delete if received.method == "DELETE" else self.hangup
        if received.path.endswith("client_secrets"):
            return answer(200, '{"value": "ek_68af296e8e408191a1120ab6"}')
        headers = {} if self.location is None else {"Location": self.location}
        return answer(self.status, self.body, "application/sdp", **headers)


async def open_call(service: Service, route: Route = Route.BASE_URL, **options: object) -> Front:
    async with fronted(service, route, **options) as (front, client):
        await client.post(
            "/v1/realtime/calls",
            content=OFFER,
            headers={"Authorization": "Bearer ek_68af296e8e408191a1120ab6"},
        )
        assert service.ended == []
    return front


@pytest.mark.parametrize("route", list(Route))
async def test_a_call_is_hung_up_with_the_key_at_the_end(route: Route) -> None:
    service = Service()
    front = await open_call(service, route)
    assert service.ended == [("POST", f"{LOCATION}/hangup", f"Bearer {KEY}")]
    assert (front.calls_opened, front.calls_ended, front.calls_left_open) == (1, 1, ())


@pytest.mark.parametrize(
    "service",
    [
        Service(status=200),
        Service(location="https://api.openai.com" + LOCATION + "?x=1"),
        Service(body='{"sdp": "v=0\\r\\n"}'),
        Service(location="calls/rtc_1"),
    ],
    ids=["200", "absolute Location", "SDP in JSON", "relative Location"],
)
async def test_what_counts_as_a_call(service: Service) -> None:
    assert (await open_call(service)).calls_ended == 1
    assert [path for _, path, _ in service.ended] == [f"{LOCATION}/hangup"]


@pytest.mark.parametrize(
    "service",
    [
        Service(status=400),
        Service(status=307),
        Service(location=None),
        Service(location="https://else.test/v1/realtime/calls/rtc_1"),
        Service(body='{"error": {}}'),
        Service(location="http://[::1"),
    ],
    ids=["400", "307", "no Location", "Location elsewhere", "no SDP", "no URL"],
)
async def test_what_is_no_call(service: Service) -> None:
    front = await open_call(service)
    assert (front.calls_opened, service.ended) == (0, [])


async def test_a_call_that_the_client_ends_is_not_ended_twice() -> None:
    service = Service()
    async with fronted(service) as (front, client):
        await client.post("/v1/realtime/calls", content=OFFER)
        await client.post(f"{LOCATION}/hangup")
    assert len(service.ended) == 1
    assert (front.calls_opened, front.calls_ended) == (1, 1)


async def test_where_no_hangup_can_be_posted_the_call_is_deleted() -> None:
    service = Service(hangup=answer(404, '{"error": {}}'), delete=answer(204))
    front = await open_call(service)
    assert [(method, path) for method, path, _ in service.ended] == [
        ("POST", f"{LOCATION}/hangup"),
        ("DELETE", LOCATION),
    ]
    assert front.calls_ended == 1


async def test_a_call_that_has_gone_counts_as_ended() -> None:
    service = Service(hangup=answer(404, '{"error": {"code": "call_id_not_found"}}'))
    assert (await open_call(service)).calls_ended == 1


async def test_why_a_call_is_left_open_is_said() -> None:
    front = await open_call(Service(hangup=answer(403)))
    assert front.calls_left_open == ("rtc_1: the hang-up was answered 403",)
    front = await open_call(Service(hangup=None), limits=FrontLimits(hang_up_s=0.2))
    assert front.calls_left_open == ("rtc_1: no answer to the hang-up in time",)
    assert front.calls_ended == 0


async def test_without_a_key_of_ours_a_call_is_ended_with_the_clients_own() -> None:
    service = Service()
    async with fronted(service, key=None) as (front, client):
        own = {"Authorization": f"Bearer {KEY}"}
        await client.post("/v1/realtime/client_secrets", headers=own)
        token = {"Authorization": "Bearer ek_68af296e8e408191a1120ab6"}
        await client.post("/v1/realtime/calls", content=OFFER, headers=token)
    assert service.ended == [("POST", f"{LOCATION}/hangup", f"Bearer {KEY}")]
    assert KEY not in repr(front.exchanges)


async def test_calls_can_be_ended_between_two_runs_of_a_page() -> None:
    service = Service()
    async with fronted(service) as (front, client):
        await client.post("/v1/realtime/calls", content=OFFER)
        await front.hang_up()
        assert front.calls_ended == 1
    assert len(service.ended) == 1


async def test_a_call_is_ended_also_when_its_client_went_before_the_answer() -> None:
    service, answering = Service(), asyncio.Event()

    async def slow(received: Received) -> Answer:
        if received.path == "/v1/realtime/calls":
            answering.set()
            await asyncio.sleep(0.2)  # the client is gone by then
        return await service(received)

    async with fronted(slow) as (front, client):
        posting = asyncio.create_task(client.post("/v1/realtime/calls", content=OFFER))
        await answering.wait()
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
    assert (front.calls_opened, front.calls_ended) == (1, 1)
    assert len(service.ended) == 1


async def test_a_call_is_ended_also_when_the_run_is_cancelled() -> None:
    service, is_open = Service(), asyncio.Event()
    fronts: list[Front] = []

    async def run(url: str) -> None:
        async with front_before(url) as front, client_of(front, Route.NAME) as client:
            fronts.append(front)
            await client.post("/v1/realtime/calls", content=OFFER)
            is_open.set()
            await asyncio.Event().wait()

    async with hostile_server(service) as url:
        running = asyncio.create_task(run(url))
        await is_open.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert (fronts[0].calls_opened, fronts[0].calls_ended) == (1, 1)


async def test_an_answer_that_opens_a_call_is_waited_for_at_the_end() -> None:
    service, asked = Service(), asyncio.Event()

    async def slow(received: Received) -> Answer:
        if received.path == "/v1/realtime/calls":
            asked.set()
            await asyncio.sleep(0.2)  # the block has ended by then
        return await service(received)

    async with hostile_server(slow) as url, httpx.AsyncClient(trust_env=False) as client:
        async with front_before(url) as front:
            there = f"{front.base_url}/v1/realtime/calls"
            opening = asyncio.create_task(client.post(there, content=OFFER))
            await asked.wait()
        assert (front.calls_opened, front.calls_ended) == (1, 1)
        assert (await opening).status_code == 201
