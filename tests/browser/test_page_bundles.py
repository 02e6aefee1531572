"""Pages whose code went through a bundler: minified, and with the official Agents SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from browser.conftest import PageStage, open_stage
from browser.page_shapes import BETA_CALL, BUTTON, GA_MINT, PageShape
from browser.programs import bundled
from browser.proofs import assert_proved
from rtdoctor.check.page_repair import PagePart
from rtdoctor.errors import ExitCode

pytestmark = [
    pytest.mark.browser,
    pytest.mark.peers,
    pytest.mark.asyncio(loop_scope="module"),
]
SDK = """
import { RealtimeAgent, RealtimeSession } from "%s";

async function talk() {%s
  const agent = new RealtimeAgent({ name: "Helper", instructions: "Speak like a pirate." });
  const session = new RealtimeSession(agent, { model: "gpt-realtime" });
  session.on("error", (error) => console.error("session", error));
  await session.connect({ apiKey: data.value });
}
document.querySelector("#start").addEventListener("click", talk);"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(chromium: str) -> AsyncIterator[PageStage]:
    async with open_stage("single-use") as opened:
        yield opened


def page_of(code: str) -> str:
    return f"<!doctype html>\n<title>App</title>\n{BUTTON}\n<script>{code}</script>\n"


async def test_a_minified_page(stage: PageStage) -> None:
    code = bundled(PageShape(call=BETA_CALL).script)
    found = await stage.checked(f"{page_of(code)}<pre id='log'></pre>")

    assert code.count("\n") < 3
    assert_proved(found, (PagePart.CALL,))


async def test_the_newest_agents_sdk_connects(stage: PageStage) -> None:
    found = await stage.checked(page_of(bundled(SDK % ("agents-realtime", GA_MINT))))

    assert found.first.is_connected, found.first
    assert found.exit_code is ExitCode.WORKS


async def test_an_agents_sdk_of_the_beta_calls_the_beta(stage: PageStage) -> None:
    found = await stage.checked(page_of(bundled(SDK % ("agents-realtime-2025", GA_MINT))))

    assert_proved(found, (PagePart.CALL, PagePart.EVENTS))
