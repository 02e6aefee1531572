"""However a probe ends, nothing it opened stays open."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, replace

import pytest

from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Offer
from rtdoctor.ice.host_addresses import LOOPBACK
from rtdoctor.probe.http import HttpxPort
from rtdoctor.probe.peers.aiortc import AiortcPeer, peer_factory
from rtdoctor.probe.runner import Prober
from rtdoctor.targets.target import Target
from support.hostile import (
    LOCATION,
    TOKEN,
    Answer,
    Received,
    always,
    answer,
    hostile_server,
    realtime,
)
from support.probing import KEY, PATIENT, probe, setup
from support.sandbox_process import rtdoctor_sandbox

ANSWER = "v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n"


@dataclass(frozen=True)
class Ended:
    """What became of a call: whether it counts as hung up, why not, and what was asked."""

    counted: bool
    left_open: str
    asked: list[str]


async def located_at(location: str) -> tuple[bool | None, list[str]]:
    """Whether a call at this Location counts as hung up, and what was asked after the call."""
    paths: list[str] = []
    called = always(answer(201, "not sdp", "application/sdp", Location=location))
    async with hostile_server(realtime(called, asked=paths)) as url:
        seen = await probe(url, setup(), PATIENT)
    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.sessions_opened == 1
    return seen.hung_up, paths[2:]


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "http://127.0.0.1:99999/v1/realtime/calls/rtc_1",
        "http://127.0.0.1:x/",
        "https://elsewhere.invalid/v1/realtime/calls/rtc_1",
        "//elsewhere.invalid/rtc_1",
        "javascript:alert(1)",
        "/v1/" + "x" * 70_000,
        "/v1/\x7f",
    ],
    ids=["no URL", "no port", "port x", "other host", "no scheme", "script", "endless", "control"],
)
async def test_a_location_that_cannot_be_asked_leaves_the_call_on_the_bill(location: str) -> None:
    assert await located_at(location) == (False, [])


async def test_a_relative_location_is_hung_up_at_the_target() -> None:
    assert await located_at("/v1/realtime/calls/rtc_7") == (
        True,
        ["/v1/realtime/calls/rtc_7/hangup"],
    )


async def ended(hang_up: bytes, delete: bytes = b"", location: str = LOCATION) -> Ended:
    """How a call ends at a service that answers so to hanging up and to DELETE."""
    asked: list[str] = []

    async def handler(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            return answer(200, TOKEN)
        if received.path.startswith(LOCATION):
            asked.append(f"{received.method} {received.path.removeprefix(LOCATION)}".strip())
            return delete if received.method == "DELETE" else hang_up
        where = {"Location": location} if location else {}
        return answer(201, ANSWER, "application/sdp", **where)

    async with hostile_server(handler) as url:
        seen = await probe(url, setup(), PATIENT, ice_s=0.1)
    assert seen.sessions_opened == 1
    return Ended(seen.sessions_hung_up == 1, seen.left_open, asked)


GONE = answer(404, '{"error": {"message": "No session", "code": "call_id_not_found"}}')
NO_ROUTE = answer(404, '{"detail": "Not Found"}')


@pytest.mark.parametrize("status", [404, 400])
async def test_a_call_that_is_gone_already_has_ended(status: int) -> None:
    gone = GONE.replace(b"404", str(status).encode(), 1)

    assert await ended(gone) == Ended(True, "", ["POST /hangup"])


@pytest.mark.parametrize("refusal", [NO_ROUTE, answer(405, '{"detail": "Method Not Allowed"}')])
@pytest.mark.parametrize("deleted", [answer(204), answer(200, "{}"), GONE])
async def test_delete_is_tried_where_there_is_no_hang_up(refusal: bytes, deleted: bytes) -> None:
    assert await ended(refusal, deleted) == Ended(True, "", ["POST /hangup", "DELETE"])


async def test_a_refused_hang_up_is_not_followed_by_delete() -> None:
    seen = await ended(answer(403, '{"error": "no"}'))

    assert seen == Ended(False, "the hang-up was answered 403", ["POST /hangup"])


async def test_a_call_that_can_be_ended_in_neither_way_says_so() -> None:
    seen = await ended(NO_ROUTE, answer(405))

    assert (seen.counted, seen.asked) == (False, ["POST /hangup", "DELETE"])
    assert seen.left_open == "the hang-up was answered 404, and DELETE 405"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "no Location"),
        ("http://[::1", "the Location cannot be used"),
        ("https://elsewhere.invalid/rtc_1", "the Location is not at the target"),
    ],
)
async def test_a_call_that_nobody_can_name_is_left_open(location: str, reason: str) -> None:
    assert await ended(answer(200), location=location) == Ended(False, reason, [])


async def test_one_hangup_that_never_ends_does_not_keep_the_other_from_being_sent() -> None:
    hung_up: list[str] = []

    async def handler(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            return answer(200, TOKEN)
        if received.path.endswith("/hangup"):
            hung_up.append(received.path)
            return None if len(hung_up) == 1 else answer(200)
        place = f"/v1/realtime/calls/rtc_{len(places)}"
        places.append(place)
        return answer(201, ANSWER, Location=place)

    places: list[str] = []
    async with hostile_server(handler) as url:
        seen = await probe(url, setup(auth="used"), PATIENT, cleanup_s=4.0)

    assert sorted(hung_up) == [f"{place}/hangup" for place in places]
    assert (seen.sessions_opened, seen.sessions_hung_up, seen.hung_up) == (2, 1, False)


@pytest.mark.parametrize("auth", ["ephemeral", "used", "api_key"])
async def test_no_call_no_task_and_no_socket_is_left(auth: str) -> None:
    with rtdoctor_sandbox("ga-only") as sandbox:
        what = setup(auth=auth)
        if auth == "api_key":
            what = setup(
                auth=auth, token_endpoint="none", token_body="none", call_encoding="multipart"
            )
        seen = await probe(sandbox.url, what, PATIENT)
        calls = sandbox.state()["calls"]
        await asyncio.sleep(0)  # transports tell their protocols in the next round of the loop
        left = asyncio.all_tasks() - {asyncio.current_task()}

    assert seen.outcome.is_pass
    assert (calls["opened"], calls["open"], calls["hung_up"]) == (
        seen.sessions_opened,
        0,
        seen.sessions_hung_up,
    )
    assert left == set()
    gc.collect()  # an open socket would warn here, and warnings are errors


def test_an_offer_interrupted_at_any_step_leaves_no_socket() -> None:
    async def interrupted_after(steps: int) -> bool:
        """Whether the offer was done before its interruption."""
        peer = AiortcPeer(PATIENT, [LOOPBACK, "127.0.0.2"])
        making = asyncio.create_task(peer.make_offer(Offer()))
        for _ in range(steps):
            await asyncio.sleep(0)
        was_done = making.done()
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        await peer.close()
        await asyncio.sleep(0)
        return was_done

    steps = 0
    while not asyncio.run(interrupted_after(steps)):
        gc.collect()  # the loop held its sockets; what is open now would warn
        steps += 1
    assert steps > 5


@pytest.mark.parametrize("moment", ["call", "ice", "session"])
async def test_an_interrupted_probe_leaves_no_call_open(moment: str) -> None:
    silent = "rules: [{id: silent, when: {endpoint: channel}, answer: {}}]"
    with rtdoctor_sandbox(rules=silent if moment == "session" else None) as sandbox:
        probing = asyncio.create_task(probe(sandbox.url, setup(), PATIENT))
        wanted = {"call": "opened", "ice": "connected", "session": "channel"}[moment]
        async with asyncio.timeout(20):
            while not _reached(await asyncio.to_thread(sandbox.state), wanted):
                await asyncio.sleep(0.005)
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        calls = sandbox.state()["calls"]

    assert (calls["opened"], calls["open"]) == (1, 0)


def _reached(state: dict[str, object], wanted: str) -> bool:
    calls = state["calls"]
    assert isinstance(calls, dict)
    listed = calls["list"]
    return bool(listed) and (wanted == "opened" or bool(listed[0][wanted]))


async def test_a_hang_up_does_not_wait_behind_slow_requests() -> None:
    asked, queued, hung_up = asyncio.Event(), asyncio.Event(), asyncio.Event()
    mints: list[str] = []

    async def handler(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            mints.append(received.path)
            if len(mints) == 2:
                await hung_up.wait()
            return answer(200, TOKEN)
        if received.path.endswith("/hangup"):
            hung_up.set()
            return answer(200)
        asked.set()
        await queued.wait()
        return answer(201, "OK", Location=LOCATION)

    limits = replace(PATIENT, http_in_flight=1, cleanup_s=10.0)
    async with hostile_server(handler) as url:
        target = Target("test", url, Secret(KEY, "<api-key>"))
        async with HttpxPort(limits=limits, on_loopback=True, https=False) as http:
            peers = peer_factory(limits, on_loopback=True)
            prober = Prober(target, http, peers, lambda secret: None, limits)
            first = asyncio.create_task(prober.probe("#1", setup(), Purpose.SURVEY))
            await asked.wait()
            second = asyncio.create_task(prober.probe("#2", setup(), Purpose.SURVEY))
            await asyncio.sleep(0)  # now its mint stands in the queue, before the first's hang-up
            queued.set()
            seen = await first
            await second

    assert (seen.sessions_opened, seen.sessions_hung_up) == (1, 1)
