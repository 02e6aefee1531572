"""A plain page in the system's Chromium against the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from support.sandbox_http import Caller
from support.sandbox_process import rtdoctor_sandbox

PAGES = Path(__file__).parent / "pages"
WITHIN_MS = 20_000
ALLOW_LOOPBACK = "--allow-loopback-in-peer-connection"

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


class QuietPages(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """The pages on a server of their own, as an application's would be."""
    handler = partial(QuietPages, directory=PAGES)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def open_page(chromium: str, pages: str) -> Iterator[Open]:
    """Opens the page in a browser with these flags."""
    with sync_playwright() as playwright:
        browsers = []

        def opened(*flags: str) -> Page:
            # root, as in a container, cannot use Chromium's own sandbox
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", *flags]
            )
            browsers.append(browser)
            # with no network at all, Chromium lists addresses only for a page with a microphone
            page = browser.new_page(permissions=["microphone"] if flags else [])
            page.goto(f"{pages}/talk.html")
            return page

        yield opened
        for browser in browsers:
            browser.close()


def talk(page: Page, caller: Caller, dialect: str, over: str = "udp") -> None:
    service = {"base": caller.sandbox.url, "key": caller.sandbox.key}
    page.evaluate("talk", {**service, "dialect": dialect, "over": over})


def until(page: Page, state: str) -> None:
    page.locator("#state").get_by_text(state, exact=True).wait_for(timeout=WITHIN_MS)


def hang_up(page: Page, caller: Caller) -> None:
    location = page.evaluate("call.location")
    assert location.startswith("/v1/realtime/calls/rtc_")  # readable: CORS exposes it
    assert caller.send("POST", f"{location}/hangup").status == 200


def only_loopback() -> bool:
    """Whether this machine has no address but loopback: then Chromium needs its flag."""
    from rtdoctor.ice.host_addresses import host_addresses

    return not host_addresses()


@pytest.mark.parametrize(
    ("era", "dialect", "first"),
    [
        ("single-use", "ga", "session.created"),
        ("beta", "beta", "transcription_session.created"),
    ],
)
@pytest.mark.parametrize("flags", [[], [ALLOW_LOOPBACK]], ids=["default flags", "loopback flag"])
def test_a_page_connects_and_hanging_up_ends_it(
    open_page: Open,
    caller_of: Callable[[str], Caller],
    era: str,
    dialect: str,
    first: str,
    flags: list[str],
) -> None:
    if not flags and only_loopback():
        pytest.skip(f"without a network Chromium needs {ALLOW_LOOPBACK}")
    caller, page = caller_of(era), open_page(*flags)

    talk(page, caller, dialect)
    until(page, first)
    hang_up(page, caller)
    until(page, "over")


def test_the_founding_page_shows_the_empty_error(open_page: Open, beta: Caller) -> None:
    page = open_page()  # no candidate is needed to be refused

    talk(page, beta, "founding")

    until(page, "refused 400")
    assert '{"message": "", "type": "", "code": "", "param": ""}' in page.inner_text("#log")


def test_a_page_connects_over_tcp_where_udp_is_blocked(open_page: Open, today: Caller) -> None:
    page = open_page(ALLOW_LOOPBACK)

    talk(page, today, "ga", over="tcp")
    until(page, "session.created")

    assert page.evaluate("pair()") == "tcp"
    hang_up(page, today)
    until(page, "over")


def test_the_answer_names_opus_as_the_browser_did(open_page: Open, today: Caller) -> None:
    page = open_page(ALLOW_LOOPBACK)

    talk(page, today, "ga")
    until(page, "session.created")
    answer: Any = page.evaluate("call.answer")

    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" in answer
    hang_up(page, today)


def test_a_page_hears_the_response(open_page: Open, today: Caller) -> None:
    page = open_page(ALLOW_LOOPBACK, "--autoplay-policy=no-user-gesture-required")

    talk(page, today, "ga")
    until(page, "session.created")
    page.evaluate("call.channel.send(JSON.stringify({type: 'response.create'}))")
    until(page, "output_audio_buffer.stopped")
    page.wait_for_function("heardEnergy().then((energy) => energy > 0.001)", timeout=WITHIN_MS)

    log = page.inner_text("#log")
    assert "response.output_audio_transcript.done" in log
    assert "response.output_audio.delta" not in log  # over WebRTC the audio is on the track
    hang_up(page, today)


def test_a_browser_does_not_send_an_image_above_the_limit(open_page: Open, today: Caller) -> None:
    page = open_page(ALLOW_LOOPBACK)

    talk(page, today, "ga")
    until(page, "session.created")
    page.evaluate("sendImage(40_000)")
    until(page, "conversation.item.done")
    limit = page.evaluate("call.pc.sctp.maxMessageSize")
    page.evaluate("sendImage(100_000)")
    until(page, "TypeError")

    assert limit == 65_536  # the answer names none (RFC 8841, section 6.1)
    assert "larger than max-message-size" in page.inner_text("#log")
    hang_up(page, today)


def test_an_image_above_what_the_peer_takes_closes_the_channel_without_a_word(
    open_page: Open,
) -> None:
    rules = """
rules:
  - id: promises-too-much
    when: {endpoint: call}
    connect: {dialect: ga, max_message_size: 262144}
"""
    with rtdoctor_sandbox(rules=rules) as sandbox:
        caller = Caller(sandbox)
        page = open_page(ALLOW_LOOPBACK)
        talk(page, caller, "ga")
        until(page, "session.created")
        page.evaluate("sendImage(100_000)")
        until(page, "over")
        log = page.inner_text("#log")
        hang_up(page, caller)
        caller.close()

    assert "error" not in log
    assert "conversation.item" not in log


def test_all_addresses_serve_a_page_without_flags(open_page: Open) -> None:
    if only_loopback():
        pytest.skip("this machine has no address but loopback")
    with rtdoctor_sandbox(candidates="all") as sandbox:
        caller = Caller(sandbox)
        page = open_page()
        talk(page, caller, "ga")
        until(page, "session.created")
        hang_up(page, caller)
        caller.close()
        assert sandbox.open_calls == 0
