"""`auth=used` and `auth=expired` show the service a token that really is used or expired."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from rtdoctor.domain.outcome import OutcomeKind, Stage
from rtdoctor.domain.run import Observation
from support.hostile import always, answer, hostile_server, realtime
from support.probing import PATIENT, probe, setup
from support.sandbox_process import rtdoctor_sandbox

BETA = {
    "token_endpoint": "sessions",
    "token_body": "realtime_with_model",
    "call_endpoint": "realtime",
    "call_query": "model_preview",
}
SHORT = """
rules:
  - id: short-lived
    when: {endpoint: mint, path: /v1/realtime/sessions}
    mint: {dialect: beta, session: realtime, ttl_s: 1}
"""


async def test_a_used_token_has_opened_a_call_before() -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, setup(auth="used"), PATIENT)
        state = sandbox.state()

    assert [e.purpose for e in seen.exchanges] == ["mint", "first call", "call", "hangup"]
    first, second = (e.response for e in seen.exchanges[1:3])
    assert first is not None
    assert second is not None
    assert (first.status, second.status) == (201, 401)
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == "ephemeral_token_already_used"
    assert (seen.tokens_minted, seen.sessions_opened, seen.sessions_hung_up) == (1, 1, 1)
    assert state["tokens"] == {"minted": 1, "used": 1}


async def test_where_tokens_may_be_used_twice_the_second_call_reaches_its_session() -> None:
    with rtdoctor_sandbox("ga-only") as sandbox:
        seen = await probe(sandbox.url, setup(auth="used"), PATIENT)

    assert seen.outcome.is_pass
    assert (seen.tokens_minted, seen.sessions_opened, seen.sessions_hung_up) == (1, 2, 2)


async def test_a_setup_that_never_opens_a_call_says_nothing_about_used_tokens() -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, setup(auth="used", call_endpoint="realtime"), PATIENT)

    assert seen.outcome.kind is OutcomeKind.SKIPPED
    assert "first use" in seen.outcome.reason


async def test_an_expired_token_is_refused_as_expired() -> None:
    with rtdoctor_sandbox("beta", SHORT) as sandbox:
        seen = await probe(sandbox.url, setup(auth="expired", **BETA), PATIENT)

    assert seen.outcome.stage is Stage.EXCHANGE
    assert seen.rules[-1].rule == "token-expired"


async def expiring(expires_at: int, services_clock: int) -> tuple[Observation, list[str]]:
    """A probe of an expired token; the paths asked tell whether the call was made."""
    paths: list[str] = []
    date = format_datetime(datetime.fromtimestamp(services_clock, UTC), usegmt=True)
    token = f'{{"value": "ek_test_1234567890abcdef", "expires_at": {expires_at}}}'
    refused = always(answer(401, "{}"))
    service = realtime(refused, token=answer(200, token, Date=date), asked=paths)
    async with hostile_server(service) as url:
        return await probe(url, setup(auth="expired"), PATIENT), paths


LONG_AGO, FAR_AHEAD = 1_000_000_000, 4_000_000_000


@pytest.mark.parametrize("clock", [LONG_AGO, FAR_AHEAD])
async def test_the_wait_for_the_expiry_goes_by_the_services_clock(clock: int) -> None:
    alive, asked = await expiring(clock + 600, services_clock=clock)
    expired, asked_again = await expiring(clock - 1, services_clock=clock)

    assert alive.outcome.kind is OutcomeKind.SKIPPED
    assert "lives 601 s" in alive.outcome.reason
    assert asked == ["/v1/realtime/client_secrets"]
    assert expired.outcome.stage is Stage.EXCHANGE
    assert asked_again[-1] == "/v1/realtime/calls"


@pytest.mark.parametrize("expires_at", [-1, 1 << 41, 10**400])
async def test_an_expiry_that_no_clock_shows_counts_as_none(expires_at: int) -> None:
    seen, _ = await expiring(expires_at, services_clock=LONG_AGO)

    assert seen.outcome.kind is OutcomeKind.SKIPPED
    assert "does not say when it expires" in seen.outcome.reason
    assert seen.token is not None
    assert seen.token.expires_at is None


@pytest.mark.parametrize(("life_s", "date"), [(0, True), (30, True), (30, False)])
async def test_the_life_of_a_token_is_told_by_the_clock_of_the_service_alone(
    life_s: int, date: bool
) -> None:
    then = datetime(2020, 1, 2, tzinfo=UTC)
    body = f'{{"value": "ek_test_1234567890abcdef", "expires_at": {then.timestamp() + life_s:.0f}}}'
    headers = {"Date": format_datetime(then, usegmt=True)} if date else {}
    refused = always(answer(401, "{}"))
    async with hostile_server(realtime(refused, token=answer(200, body, **headers))) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.token is not None
    assert seen.token.lifetime_s == (life_s if date else None)
    assert seen.token.age_at_call_ms is not None
