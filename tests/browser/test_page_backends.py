"""Pages whose token comes through a real backend: the refusal that it passes on is diagnosed as the
service's, its own fault as its own, and the repair is proved on the page."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from browser.conftest import PageStage, open_stage
from browser.programs import BACKENDS, PAGES, running
from browser.proofs import assert_proved
from rtdoctor.browser.visit import PageSubject
from rtdoctor.check.page_account import page_headline
from rtdoctor.check.page_check import PageFinished
from rtdoctor.check.page_repair import PagePart
from rtdoctor.errors import ExitCode

pytestmark = [
    pytest.mark.browser,
    pytest.mark.peers,
    pytest.mark.asyncio(loop_scope="module"),
]
COMMANDS: dict[str, list[str | Path]] = {
    "Express": ["node", BACKENDS / "express_app.cjs"],
    "Starlette": [sys.executable, BACKENDS / "asgi_app.py"],
    "PHP": ["php", "-S", "localhost:0", "-t", PAGES, BACKENDS / "session.php"],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(chromium: str) -> AsyncIterator[PageStage]:
    async with open_stage("single-use", origins=("localhost",)) as opened:
        yield opened


async def check(stage: PageStage, backend: str, key: str) -> PageFinished:
    variables = {"OPENAI_BASE_URL": f"{stage.target.base_url}/v1", "OPENAI_API_KEY": key}
    with running(COMMANDS[backend], variables) as origin:
        return await stage.check(PageSubject(url=f"{origin}/with-backend.html")).run()


@pytest.mark.parametrize("backend", COMMANDS)
async def test_a_refusal_behind_a_backend_is_the_services(stage: PageStage, backend: str) -> None:
    if backend == "PHP" and shutil.which("php") is None:
        pytest.skip("needs PHP (Debian: apt-get install php-cli)")
    assert stage.target.key is not None
    found = await check(stage, backend, stage.target.key.reveal())

    assert_proved(found, (PagePart.MINT, PagePart.CALL))


async def test_a_missing_variable_of_a_backend_is_its_own(stage: PageStage) -> None:
    found = await check(stage, "Express", "")

    assert "answered GET /session with 500 and without a token" in page_headline(found)
    assert "OPENAI_API_KEY is not set" in page_headline(found)
    assert found.finished is None  # the service is not blamed, and not even asked
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED
