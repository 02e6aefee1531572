"""The library API: a survey in one event loop, refused mints shared, unreachable services left."""

from __future__ import annotations

import asyncio

from rtdoctor.check.check import open_check, run_header
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Run
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.plan.catalogue import read
from rtdoctor.plan.survey import survey
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import Target
from support.hostile import Answer, Received, answer, hostile_server
from support.probing import KEY, QUICK, setup

CATALOGUE = read()


async def surveyed(url: str, setups: tuple[Setup, ...] | None = None) -> Run:
    target = Target("test", url, Secret(KEY, "<api-key>"))
    header = run_header(target, "test", plan=setups or survey(CATALOGUE).setups)
    async with open_check(target, header, Redactor(), limits=QUICK) as check:
        await check.survey()
        return check.end()


async def test_a_refused_mint_is_sent_once_and_implies_the_rest() -> None:
    mints: list[bytes] = []

    async def handler(received: Received) -> Answer:
        path = received.path.partition("?")[0]
        if not path.endswith(("/calls", "/realtime")):
            mints.append(received.body)
        return answer(404, '{"error": {"message": "gone"}}')

    async with hostile_server(handler) as url:
        run = await surveyed(url)

    plan = survey(CATALOGUE)
    implied = [o for o in run.observations if o.outcome.because_of is not None]
    assert len(mints) == plan.mints
    assert len(run.observations) == len(plan.setups)
    assert implied
    assert all(run.probe(o.outcome.because_of or "").outcome.is_fail for o in implied)


async def test_setups_that_mint_alike_do_not_wait_for_the_first_ones_call() -> None:
    minted: list[bytes] = []
    all_minted = asyncio.Event()

    async def handler(received: Received) -> Answer:
        if received.path.endswith("client_secrets"):
            minted.append(received.body)
            if len(minted) == 2:
                all_minted.set()
            return answer(200, '{"value": "ek_test_1234567890abcdef"}')
        await all_minted.wait()
        return answer(400, "{}")

    alike = (setup(), setup(call_query="model_realtime"))
    async with hostile_server(handler) as url:
        run = await surveyed(url, alike)

    assert [o.outcome.kind for o in run.observations] == [OutcomeKind.FAIL, OutcomeKind.FAIL]


async def test_the_key_is_masked_where_the_server_echoes_it() -> None:
    async def handler(received: Received) -> Answer:
        shown = received.headers.get("authorization", "")
        return answer(401, f'{{"error": {{"message": "Incorrect API key provided: {shown}"}}}}')

    async with hostile_server(handler) as url:
        run = await surveyed(url)

    assert KEY not in repr(run)
    assert "Incorrect API key provided" in repr(run)


async def test_a_service_out_of_reach_is_asked_once_a_mint_at_most() -> None:
    run = await surveyed("http://127.0.0.1:9")
    plan = survey(CATALOGUE)
    without_token = sum(s.mint_prefix() is None for s in plan.setups)

    kinds = [o.outcome.kind for o in run.observations]
    assert set(kinds) == {OutcomeKind.TRANSIENT, OutcomeKind.SKIPPED}
    assert kinds.count(OutcomeKind.TRANSIENT) <= plan.mints + without_token


async def test_nothing_is_left_running() -> None:
    async def handler(received: Received) -> Answer:
        return answer(400, "{}")

    async with hostile_server(handler) as url:
        before = asyncio.all_tasks()
        await surveyed(url)
        await asyncio.sleep(0)
        left = {t for t in asyncio.all_tasks() - before if "tcp_server" not in repr(t.get_coro())}

    assert left == set()
