"""When a probe tries again, how long it waits, and that every try is on the bill."""

from __future__ import annotations

import pytest

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import OutcomeKind, Stage
from rtdoctor.probe.mint import refusal
from support.hostile import LOCATION, Answer, Received, answer, hostile_server, realtime
from support.probing import PATIENT, probe, setup

NOW = "Wed, 25 Nov 2026 22:00:00 GMT"


def told_to_wait(retry_after: str, date: str = NOW) -> float | None:
    headers = (("Retry-After", retry_after), ("Date", date))
    outcome = refusal(Stage.MINT, HttpResponse(503, headers, "{}"))
    assert outcome is not None
    return outcome.retry_after_s


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Wed, 25 Nov 2026 22:00:09 GMT", 9.0),
        ("Wed, 25 Nov 2026 21:00:00 GMT", 0.0),
        ("Wed, 25 Nov 2026 22:00:09 -0000", 9.0),
        ("soon", None),
        ("", None),
        ("Wed, 99 Nov 2026 22:00:09 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_by_the_services_clock(
    retry_after: str, seconds: float | None
) -> None:
    assert told_to_wait(retry_after) == seconds


async def tries(*answers: bytes, retries: int = 2) -> int:
    """How often a mint that gets these answers, the last one for ever, is tried."""
    asked = 0

    async def handler(received: Received) -> Answer:
        nonlocal asked
        asked += 1
        return answers[min(asked, len(answers)) - 1]

    async with hostile_server(handler) as url:
        seen = await probe(url, setup(), PATIENT, retries=retries)
    assert seen.attempts == asked
    return asked


@pytest.mark.parametrize(
    "error",
    [
        '{"code": "insufficient_quota", "type": "insufficient_quota"}',
        '{"code": null, "type": "insufficient_quota"}',
        '{"code": "credit_balance_exhausted"}',
        '{"code": "organization_spend_limit_exceeded"}',
    ],
)
async def test_a_429_that_only_money_ends_is_not_tried_again(error: str) -> None:
    assert await tries(answer(429, f'{{"error": {error}}}', Retry_After="0")) == 1


async def test_a_server_error_is_tried_again_until_it_ends_or_the_limit_is_reached() -> None:
    later = answer(503, "{}", Retry_After="0")

    assert await tries(later) == 3
    assert await tries(later, answer(400, "{}")) == 2


async def test_a_service_that_asks_for_too_much_patience_is_not_tried_again() -> None:
    far = answer(503, "{}", Date=NOW, Retry_After="Wed, 25 Nov 2026 23:00:00 GMT")

    assert await tries(far) == 1
    assert await tries(answer(429, "{}", Retry_After="inf")) == 1


async def test_what_earlier_tries_cost_is_counted() -> None:
    calls = 0

    async def call(received: Received) -> Answer:
        nonlocal calls
        calls += 1
        if calls == 1:
            return answer(429, "{}", Retry_After="0")
        return answer(201, "not sdp", "application/sdp", Location=LOCATION)

    async with hostile_server(realtime(call)) as url:
        seen = await probe(url, setup(), PATIENT, retries=2)

    assert (seen.attempts, seen.tokens_minted) == (2, 2)
    assert (seen.sessions_opened, seen.sessions_hung_up, seen.hung_up) == (1, 1, True)


async def test_a_used_token_whose_first_call_was_rate_limited_is_tried_again() -> None:
    calls = 0

    async def call(received: Received) -> Answer:
        nonlocal calls
        calls += 1
        return answer(429 if calls == 1 else 401, "{}", Retry_After="0")

    async with hostile_server(realtime(call)) as url:
        seen = await probe(url, setup(auth="used"), PATIENT, retries=2)

    assert (seen.attempts, seen.tokens_minted) == (2, 2)
    assert seen.outcome.kind is OutcomeKind.SKIPPED
    assert "first use" in seen.outcome.reason
