"""A call that is refused is found and repaired on the page by whichever way the page makes it."""

from __future__ import annotations

import pytest

from browser.backend import Answer, page, served
from browser.conftest import PageStage, open_stage
from browser.page_shapes import WAYS, WORKING
from browser.proofs import assert_proved
from rtdoctor.browser.visit import PageSubject
from rtdoctor.check.page_account import page_headline, what_it_did
from rtdoctor.check.page_repair import PagePart
from rtdoctor.errors import ExitCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def broken(html: str) -> str:
    return html.replace("v1/realtime/calls", "v1/realtime?model=gpt-4o-realtime-preview")


@pytest.mark.parametrize("name", WAYS)
async def test_the_repair_is_proved_on_the_page(stage: PageStage, name: str) -> None:
    found = await stage.checked(broken(WORKING[name].html))

    assert_proved(found, (PagePart.CALL,))
    assert found.finished is not None
    assert "/v1/realtime" in found.finished.diagnosis.sentence


async def test_a_service_worker_makes_the_call(stage: PageStage) -> None:
    worker = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.url.includes("/realtime")) event.respondWith(fetch(event.request));
});"""
    html = WORKING["plain"].html.replace(
        'document.querySelector("#start")',
        'navigator.serviceWorker.register("/sw.js");\n'
        '  await navigator.serviceWorker.ready;\n  document.querySelector("#start")',
    )
    html = broken(html).replace("<script>", '<script type="module">')
    answer: Answer = (200, "text/javascript", worker)
    found = await stage.checked(html, **{"sw.js": lambda _: answer})

    assert_proved(found, (PagePart.CALL,))


async def test_a_backend_without_cors_is_not_the_services_fault(chromium: str) -> None:
    html = WORKING["plain"].html
    start = html.index("const minted")
    with served({"GET /session": lambda _: (200, "application/json", '{"value": "ek_1"}')}) as own:
        mint = f'const data = await (await fetch("{own}/session")).json();'
        html = html[:start] + mint + html[html.index("const token") :]
        with served({"GET /": page(html)}) as origin:
            async with open_stage("single-use", origins=("localhost",)) as stage:
                found = await stage.check(PageSubject(url=origin)).run()

    assert "The browser refused a request of the page" in page_headline(found)
    assert f"{own}/session" in " ".join(what_it_did(found))
    assert found.finished is None
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED
