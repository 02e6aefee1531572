"""The page in Chromium: it connects over WebRTC, is heard, and hangs up."""

import shutil
import socket
import threading

import pytest
import uvicorn
from backend import app
from playwright.sync_api import expect, sync_playwright

from rtdoctor.testing import FakeMicrophone

pytestmark = pytest.mark.browser
SERVICE = "https://api.openai.com"
SENDS_AUDIO = """async () => [...(await pc.getStats()).values()]
    .some(stats => stats.type === "outbound-rtp" && stats.packetsSent > 25)"""


@pytest.fixture
def app_url():
    """The backend on a free port; requests that come early wait."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://localhost:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def open_page(app_url):
    """Opens the page with a microphone, and with a service in the place of the real one."""
    with sync_playwright() as playwright:

        def opened(service, microphone):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                # --no-sandbox: for root in a container, who cannot use Chromium's own sandbox
                args=["--no-sandbox", *microphone.chromium_args()],
            )
            page = browser.new_page()

            def to_the_sandbox(route):
                url = route.request.url.replace(SERVICE, service.base_url)
                route.fulfill(response=route.fetch(url=url))

            page.route(f"{SERVICE}/**", to_the_sandbox)
            page.goto(app_url)
            return page

        yield opened


@pytest.fixture
def service(realtime_sandbox, monkeypatch):
    service = realtime_sandbox(era="single-use")
    for name, value in service.env().items():
        monkeypatch.setenv(name, value)
    return service


def test_what_is_said_is_transcribed_and_the_call_is_hung_up(service, open_page):
    page = open_page(service, FakeMicrophone())

    page.click("#talk")
    expect(page.locator("#state")).to_have_text("connected", timeout=20_000)
    while not any(s.sound_ms > 500 for s in service.sessions):
        page.wait_for_timeout(50)
    page.click("#done")
    expect(page.locator("#transcript")).to_contain_text("s of sound", timeout=20_000)
    page.click("#hang-up")
    expect(page.locator("#state")).to_have_text("hung up")

    assert [r.endpoint for r in service.requests()] == ["mint", "call", "hangup"]
    sessions = service.sessions
    assert (sessions.opened, sessions.hung_up, sessions.still_open) == (1, 1, 0)


def test_a_muted_microphone_connects_and_is_not_heard(service, open_page):
    page = open_page(service, FakeMicrophone(muted=True))

    page.click("#talk")
    expect(page.locator("#state")).to_have_text("connected", timeout=20_000)
    page.wait_for_function(SENDS_AUDIO)
    while not any(s.audio_ms for s in service.sessions):  # it hears a moment after the page sends
        page.wait_for_timeout(50)
    page.click("#hang-up")
    expect(page.locator("#state")).to_have_text("hung up")

    [session] = service.sessions
    assert session.audio_ms > 0
    assert session.sound_ms == 0
