"""``serve_sandbox``: an era of the embedded service for the length of a block."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from rtdoctor import serve_sandbox
from rtdoctor.domain.era import ERAS
from rtdoctor.errors import UsageError


def status(url: str, key: str = "") -> int:
    """What a token request without a body gets."""
    request = urllib.request.Request(f"{url}/v1/realtime/client_secrets", method="POST", data=b"{}")
    request.add_header("Authorization", f"Bearer {key}")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("era", ERAS)
async def test_each_era_is_served_with_a_key_of_its_own(era: str) -> None:
    async with serve_sandbox(era=era) as sandbox:
        assert sandbox.era == era
        assert sandbox.key is not None
        with_key = status(sandbox.base_url, sandbox.key.reveal())
        without = status(sandbox.base_url)

    # the beta has no such endpoint
    assert (with_key, without) == ((404, 404) if era == "beta" else (200, 401))


async def test_nothing_listens_after_the_block_even_when_it_fails() -> None:
    served = []

    async def fail() -> None:
        async with serve_sandbox() as sandbox:
            served.append(sandbox.base_url)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    (url,) = served
    with pytest.raises(urllib.error.URLError):
        status(url)


async def test_rules_of_ones_own_come_first(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "rules: [{id: tea, when: {endpoint: mint}, answer: {status: 418, error: {message: tea}}}]"
    )
    async with serve_sandbox(rules=rules) as sandbox:
        assert sandbox.key is not None
        assert status(sandbox.base_url, sandbox.key.reveal()) == 418


async def test_an_era_that_is_not_there_and_wrong_rules_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'beta'"):
        async with serve_sandbox(era="bta"):
            pass
    wrong = tmp_path / "rules.yaml"
    wrong.write_text("rulez: []")
    with pytest.raises(UsageError, match="rulez"):
        async with serve_sandbox(rules=wrong):
            pass
