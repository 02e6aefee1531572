"""A page in the system's Chromium reaches the front under the target's own name."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from rtdoctor.front.passed import Route
from support.fronting import TARGET, front_before
from support.hostile import Answer, Received, answer, hostile_server

PAGE = f"""<!doctype html><body><script>
const said = [];
const ask = async (headers) => {{
  try {{
    const got = await fetch("{TARGET}/v1/realtime/client_secrets", {{ method: "POST", headers }});
    said.push(got.status + " " + (await got.text()));
  }} catch (error) {{
    said.push(error.name);
  }}
}};
const inWorker = () => new Promise((done) => {{
  const code = `fetch("{TARGET}/v1/models").then((got) => postMessage(got.status))`;
  const worker = new Worker(URL.createObjectURL(new Blob([code])));
  worker.onmessage = (event) => {{ said.push("worker " + event.data); done(); }};
}});
(async () => {{
  await ask({{}});
  await ask({{ "X-Refused": "1" }});
  await inWorker();
  document.body.textContent = said.join(", ") + ", done";
}})();
</script>"""


async def page(received: Received) -> Answer:
    return answer(200, PAGE, "text/html")


async def service(received: Received) -> Answer:
    asked = received.headers.get("access-control-request-headers", "")
    if received.method == "OPTIONS" and "x-refused" in asked:
        return answer(403)
    return answer(200, "minted", "text/plain", Access_Control_Allow_Origin="*")


@pytest.mark.browser
async def test_a_page_and_its_worker_by_name(chromium: str, tmp_path: Path) -> None:
    async with (
        hostile_server(page) as own,
        hostile_server(service) as url,
        front_before(url) as front,
        async_playwright() as playwright,
    ):
        context = await playwright.chromium.launch_persistent_context(
            str(tmp_path), executable_path=chromium, args=list(front.browser_arguments)
        )
        tab = await context.new_page()
        await tab.goto(own)
        said = tab.get_by_text("done")
        await said.wait_for(timeout=30_000)
        assert await said.text_content() == "200 minted, TypeError, worker 200, done"
        await context.close()
    asked = [
        (passed.exchange.request.method, passed.exchange.response.status)
        for passed in front.exchanges
        if passed.exchange.response is not None
    ]
    assert asked == [("POST", 200), ("OPTIONS", 403), ("GET", 200)]
    assert {passed.route for passed in front.exchanges} == {Route.NAME}
    assert {passed.asked_by for passed in front.exchanges} == {own}
