"""Pages that work today, as people write them: each is started and watched until it connects."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from browser.conftest import PageStage
from browser.page_shapes import GA_MINT, WAYS, WORKING, PageShape
from rtdoctor.browser.page_run import Reached
from rtdoctor.browser.pressing import MOST_PRESSES, Instructions
from rtdoctor.errors import UsageError

PAGES = Path(__file__).parent / "pages"
STATE = json.dumps(
    {
        "cookies": [
            {
                "name": "login",
                "value": "battery-staple",
                "domain": "localhost",
                "path": "/",
                "expires": -1,
                "httpOnly": False,
                "secure": False,
                "sameSite": "Lax",
            }
        ],
        "origins": [],
    }
)
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("name", [name for name in WORKING if name not in WAYS])
async def test_a_page_is_started_and_connects(stage: PageStage, name: str) -> None:
    seen = await stage.run(WORKING[name].html)

    assert seen.stopped == "connected", seen.shows
    assert seen.is_connected
    assert seen.first_event is not None
    assert seen.first_event[0] == "session.created"
    assert len(seen.presses) <= MOST_PRESSES


async def test_every_call_of_a_page_is_hung_up(stage: PageStage) -> None:
    before = stage.front.calls_opened
    await stage.run(WORKING["plain"].html)

    assert stage.front.calls_opened == before + 1
    assert stage.front.calls_left_open == ()


async def test_a_page_gets_a_placeholder_and_the_service_the_key(stage: PageStage) -> None:
    seen = await stage.run(WORKING["prompt for a key"].html)

    assert stage.target.key is not None
    assert stage.target.key.reveal() not in repr(seen)
    assert [r.text for r in seen.of_kind("dialog")] == ["prompt: Your OpenAI API key?"]
    assert seen.is_connected


async def test_what_the_user_names_is_pressed_and_filled(stage: PageStage) -> None:
    body = "<input id='who' type='password'><p id='odd'>Delete</p>"
    start = """
  document.querySelector("#odd").onclick = () => {
    if (document.querySelector("#who").value === "hunter2") talk();
  };"""
    html = PageShape(body=body, start=start).html
    alone = await stage.run(html)
    told = await stage.run(html, clicks=("#odd",), fills=(("#who", "hunter2"),))

    assert alone.stopped == "unclear"
    assert any("--click '#odd'" in candidate for candidate in alone.candidates)
    assert told.is_connected


async def test_a_wrong_press_is_not_followed_by_another(stage: PageStage) -> None:
    posted: list[bytes] = []

    def save(body: bytes) -> tuple[int, str, str]:
        posted.append(body)
        return 200, "application/json", "{}"

    stage.routes["POST /feedback"] = save
    body = """<button id="one">Start survey</button><button id="two">Start again</button>"""
    start = """
  for (const b of document.querySelectorAll("button"))
    b.onclick = () => fetch("/feedback", { method: "POST", body: b.id });"""
    seen = await stage.run(PageShape(body=body, start=start).html)

    assert seen.stopped == "unclear"
    assert len(posted) == len(seen.presses) == 1
    assert seen.candidates


async def test_a_service_worker_makes_the_requests(stage: PageStage) -> None:
    stage.routes["GET /sw.js"] = lambda _: (
        200,
        "text/javascript",
        """
        self.addEventListener("install", () => self.skipWaiting());
        self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
        self.addEventListener("fetch", (event) => {
          if (event.request.url.includes("/realtime")) event.respondWith(fetch(event.request));
        });""",
    )
    start = """
  navigator.serviceWorker.register("/sw.js");
  navigator.serviceWorker.ready.then(() => {
    document.querySelector("#start").addEventListener("click", () => talk());
  });"""
    seen = await stage.run(PageShape(start=start).html)

    assert seen.is_connected


async def test_a_page_that_fetches_its_token_on_load_is_still_started(stage: PageStage) -> None:
    start = f"""
  const ready = (async () => {{{GA_MINT}
    return data.value;
  }})();
  document.querySelector("#start").addEventListener("click", () => talk());"""
    seen = await stage.run(PageShape(mint="", token="await ready", start=start).html)

    assert len(seen.presses) == 1
    assert seen.is_connected


async def test_a_login_with_what_the_user_gave(stage: PageStage, tmp_path: Path) -> None:
    html = (PAGES / "login.html").read_text()
    alone = await stage.run(html)
    fills = (("[name=mail]", "ada@example.com"), ("[name=password]", "correct horse"))
    told = await stage.run(html, fills=fills, clicks=("form button", "main > button"))
    state = tmp_path / "state.json"
    state.write_text(STATE)
    subject = replace(stage.subject(html), storage_state=str(state))
    logged_in = await stage.run_page(subject)

    assert alone.reached <= Reached.PRESSED
    assert "correct horse" not in repr(told)
    assert told.is_connected
    assert logged_in.is_connected


async def test_a_script_starts_a_page_that_nobody_can_press(stage: PageStage) -> None:
    html = PageShape(body="<canvas></canvas>", start="\n  window.begin = talk;").html
    subject = stage.subject(html)
    started = await stage.run_page(replace(subject, instructions=Instructions(script="begin()")))

    assert started.is_connected
    assert started.presses == ()


@pytest.mark.parametrize(
    ("instructions", "said"),
    [
        (Instructions(script="begin("), "--script: SyntaxError"),
        (Instructions(fills=(("#nobody", "hunter2"),)), "no field #nobody"),
    ],
    ids=["script", "fill"],
)
async def test_what_the_user_said_and_the_page_has_not(
    stage: PageStage, instructions: Instructions, said: str
) -> None:
    subject = replace(stage.subject(WORKING["plain"].html), instructions=instructions)

    with pytest.raises(UsageError, match=said) as raised:
        await stage.run_page(subject)
    assert "hunter2" not in str(raised.value)
