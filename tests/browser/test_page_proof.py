"""Which runs of a page prove a repair."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, combinations

import pytest

from rtdoctor.browser.page_run import PageRecord, PageRun, Reached
from rtdoctor.check.idle_parts import idle_parts
from rtdoctor.check.page_proof import PageProof, Parts, Trial, prove
from rtdoctor.check.page_repair import PagePart, PageRepair
from rtdoctor.check.page_runs import MOST_PAGE_RUNS
from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpTiming
from rtdoctor.domain.setup import Factor
from rtdoctor.front.passed import PURPOSE, PassedExchange, Route
from rtdoctor.plan import catalogue
from support.levels import REALTIME, SESSIONS
from support.sdp_samples import CHROMIUM_OFFER

M, C, E = PagePart.MINT, PagePart.CALL, PagePart.EVENTS


def repair(parts: tuple[PagePart, ...]) -> PageRepair:
    page = catalogue.read().setup({})
    works = page
    if M in parts:
        works = works.with_level(Factor.TOKEN_ENDPOINT, SESSIONS)
    if C in parts:
        works = works.with_level(Factor.CALL_ENDPOINT, REALTIME)
    return PageRepair(page=page, works=works, events={"a": "b"} if E in parts else {})


CONNECTED = PageRun(reached=Reached.SESSION, stopped="connected")
FAILED = PageRun(reached=Reached.ASKED)


def passed(path: str, body: str) -> PassedExchange:
    request = HttpRequest("POST", f"https://api.openai.com{path}", (), body)
    exchange = HttpExchange(PURPOSE, request, None, HttpTiming(1.0), "2026-11-29T00:00:00Z")
    return PassedExchange(number=1, route=Route.NAME, asked_by="http://a", exchange=exchange)


COMES_TO = {
    M: passed("/v1/realtime/client_secrets", "{}"),
    C: passed("/v1/realtime/calls", CHROMIUM_OFFER),
}


def ran(comes_to: Parts, *, connects: bool) -> PageRun:
    """A page that came to the requests and events that these parts are about."""
    return PageRun(
        exchanges=tuple(COMES_TO[part] for part in (M, C) if part in comes_to),
        records=(PageRecord(kind="event out", at=0.0),) if E in comes_to else (),
        reached=Reached.SESSION if connects else Reached.ASKED,
    )


def subsets(parts: tuple[PagePart, ...]) -> list[tuple[PagePart, ...]]:
    return list(chain.from_iterable(combinations(parts, n) for n in range(len(parts) + 1)))


async def proof_of(
    parts: tuple[PagePart, ...],
    connects: Callable[[Parts, int], bool],
    comes_to: Callable[[Parts], Parts] = lambda chosen: frozenset((M, C, E)),
) -> tuple[PageProof, list[Parts]]:
    """The proof with what was run for it, beside the original twice and the whole repair once."""
    made: list[Parts] = []
    wanted = repair(parts)

    async def run(_: PageRepair, chosen: Parts) -> PageRun:
        made.append(chosen)
        return ran(comes_to(chosen), connects=connects(chosen, len(made)))

    def trial(chosen: tuple[PagePart, ...], *, is_connected: bool) -> Trial:
        shown = ran(comes_to(frozenset(chosen)), connects=is_connected)
        return Trial(chosen, shown, idle_parts(shown, wanted))

    seen = [
        trial((), is_connected=False),
        trial((), is_connected=False),
        trial(parts, is_connected=True),
    ]
    return await prove(wanted, seen, run, most=MOST_PAGE_RUNS - len(seen)), made


@pytest.mark.parametrize("parts", [(C,), (M, C)])
async def test_every_subset_is_run(parts: tuple[PagePart, ...]) -> None:
    proof, made = await proof_of(parts, lambda chosen, _: chosen == frozenset(parts))

    assert proof.is_proved
    assert proof.needed == parts
    assert set(made) | {frozenset()} == set(map(frozenset, subsets(parts)))
    assert len(proof.trials) <= MOST_PAGE_RUNS


async def test_a_run_stands_for_the_parts_that_it_never_came_to() -> None:
    def comes_to(chosen: Parts) -> Parts:
        """A refused mint hides the call, and a refused call the events."""
        if M not in chosen:
            return frozenset((M,))
        return frozenset((M, C)) if C not in chosen else frozenset((M, C, E))

    proof, made = await proof_of(
        (M, C, E), lambda chosen, _: chosen == frozenset((M, C, E)), comes_to
    )

    assert made == [{M, C, E}, {M, C}, {M, E}]
    assert all(proof.of(parts) for parts in subsets((M, C, E)))
    assert proof.is_proved
    assert proof.needed == (M, C, E)


async def test_parts_that_do_not_hide_one_another_are_each_shown_to_be_needed() -> None:
    proof, _ = await proof_of((M, C, E), lambda chosen, _: chosen == frozenset((M, C, E)))

    assert len(proof.trials) == MOST_PAGE_RUNS
    assert proof.is_proved
    assert proof.needed == (M, C, E)
    assert not proof.of((E,))  # no run was left for it, so nothing is said of it


async def test_a_part_that_is_not_needed_is_told() -> None:
    proof, _ = await proof_of((M, C), lambda chosen, _: C in chosen)

    assert proof.is_proved
    assert proof.needed == (C,)


async def test_a_repair_that_fails_once_is_not_proved() -> None:
    proof, made = await proof_of((M, C), lambda chosen, _: False)

    assert not proof.is_proved
    assert proof.flaky
    assert len(made) == 1  # nothing else is run


def test_an_original_that_connects_once_refutes_the_proof() -> None:
    trials = [
        Trial((), FAILED),
        Trial((), CONNECTED),
        Trial((C,), CONNECTED),
        Trial((C,), CONNECTED),
    ]

    assert not PageProof((C,), tuple(trials)).is_proved


def test_a_run_in_which_the_page_did_not_start_refutes_nothing() -> None:
    """It never came to the call, and so would stand for the whole repair as well."""
    trials = [
        Trial((), FAILED),
        Trial((), PageRun(reached=Reached.OPENED), idle=frozenset((C,))),
        Trial((C,), CONNECTED),
        Trial((C,), CONNECTED),
    ]

    assert PageProof((C,), tuple(trials)).is_proved


def test_one_pass_is_no_proof() -> None:
    assert not PageProof((C,), (Trial((), FAILED), Trial((C,), CONNECTED))).is_proved
