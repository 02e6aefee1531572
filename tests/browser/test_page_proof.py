"""Which runs of a page prove a repair."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtdoctor.browser.page_run import PageRun, Reached
from rtdoctor.check.page_proof import MOST_RUNS, PageProof, Parts, Trial, prove
from rtdoctor.check.page_repair import PagePart, PageRepair
from rtdoctor.domain.setup import Factor
from rtdoctor.plan import catalogue
from support.levels import REALTIME, SESSIONS

CONNECTED = PageRun(reached=Reached.SESSION, stopped="connected")
FAILED = PageRun(reached=Reached.ASKED)
M, C, E = PagePart.MINT, PagePart.CALL, PagePart.EVENTS


def repair(parts: tuple[PagePart, ...]) -> PageRepair:
    page = catalogue.read().setup({})
    works = page
    if M in parts:
        works = works.with_level(Factor.TOKEN_ENDPOINT, SESSIONS)
    if C in parts:
        works = works.with_level(Factor.CALL_ENDPOINT, REALTIME)
    return PageRepair(page=page, works=works, events={"a": "b"} if E in parts else {})


async def proof_of(
    parts: tuple[PagePart, ...], connects: Callable[[Parts, int], bool]
) -> tuple[PageProof, list[Parts]]:
    ran: list[Parts] = []

    async def run(_: PageRepair, chosen: Parts) -> PageRun:
        ran.append(chosen)
        return CONNECTED if connects(chosen, len(ran)) else FAILED

    seen = [Trial((), FAILED), Trial((), FAILED), Trial(parts, CONNECTED)]
    return await prove(repair(parts), seen, run), ran


@pytest.mark.parametrize("parts", [(C,), (M, C), (M, C, E)])
async def test_all_parts_needed(parts: tuple[PagePart, ...]) -> None:
    proof, ran = await proof_of(parts, lambda chosen, _: chosen == frozenset(parts))

    assert proof.is_proved
    assert proof.needed == parts
    assert len({t.parts for t in proof.trials}) == 2 ** len(parts)  # every subset
    assert len(ran) <= MOST_RUNS


async def test_a_part_that_is_not_needed_is_told() -> None:
    proof, _ = await proof_of((M, C), lambda chosen, _: C in chosen)

    assert proof.is_proved
    assert proof.needed == (C,)


async def test_a_repair_that_fails_once_is_not_proved() -> None:
    proof, ran = await proof_of((M, C), lambda chosen, _: False)

    assert not proof.is_proved
    assert proof.flaky
    assert len(ran) == 1  # nothing else is run


def test_an_original_that_connects_once_refutes_the_proof() -> None:
    trials = [
        Trial((), FAILED),
        Trial((), CONNECTED),
        Trial((C,), CONNECTED),
        Trial((C,), CONNECTED),
    ]

    assert not PageProof((C,), tuple(trials)).is_proved


def test_one_pass_is_no_proof() -> None:
    assert not PageProof((C,), (Trial((), FAILED), Trial((C,), CONNECTED))).is_proved
