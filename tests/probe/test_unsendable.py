"""A setup that no HTTP client could send is left out, with the reason, and stops no other probe."""

from __future__ import annotations

import pytest

from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.setup import Auth, AuthKind, BetaHeader, Factor, Level, TokenBody
from support.hostile import Answer, Received, hostile_server
from support.probing import PATIENT, probe, setup

LITERAL = AuthKind.LITERAL


@pytest.mark.parametrize(
    ("factor", "value", "said"),
    [
        (Factor.AUTH, Auth(LITERAL, "undefinéd"), "call: the header 'Authorization'"),
        (Factor.AUTH, Auth(LITERAL, "a\r\nX-Evil: 1"), "call: the header 'Authorization'"),
        (Factor.AUTH, Auth(LITERAL, "a", header="X A"), "call: the header 'X A'"),
        (Factor.BETA_HEADER, BetaHeader(mint="réal"), "mint: the header 'OpenAI-Beta'"),
        (Factor.TOKEN_BODY, TokenBody("\ud800"), "mint: this request cannot be sent"),
    ],
    ids=["not ASCII", "line end", "header name", "mint header", "lone surrogate"],
)
async def test_what_cannot_be_sent_is_not_sent(factor: Factor, value: object, said: str) -> None:
    async def handler(received: Received) -> Answer:
        raise AssertionError("nothing may be sent")

    async with hostile_server(handler) as url:
        seen = await probe(url, setup().with_level(factor, Level("mine", value)), PATIENT)

    assert seen.outcome.kind is OutcomeKind.SKIPPED
    assert said in seen.outcome.reason
