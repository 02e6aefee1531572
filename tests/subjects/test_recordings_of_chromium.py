"""What the system's Chromium really records of a page, read as a setup."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from rtdoctor.plan import catalogue
from rtdoctor.sdp.description import read_description
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.thing import read_thing
from support.cli import rtdoctor
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox

PAGES = Path(__file__).parent.parent / "sandbox" / "pages"
pytestmark = pytest.mark.browser


class _QuietPages(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pages() -> Iterator[str]:
    handler = partial(_QuietPages, directory=PAGES)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def beta() -> Iterator[RunningSandbox]:
    with rtdoctor_sandbox("beta") as sandbox:
        yield sandbox


Recorded = Callable[..., BrowserContext]


@pytest.fixture
def recorded(chromium: str) -> Iterator[Recorded]:
    """A browser's context that records with these options."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield lambda **options: browser.new_context(**options)
        browser.close()


def refuse(context: BrowserContext, pages: str, sandbox: RunningSandbox) -> None:
    """Let the founding page run until it is refused."""
    page = context.new_page()
    page.goto(f"{pages}/talk.html")
    service = {"base": sandbox.url, "key": sandbox.key, "dialect": "founding", "over": "udp"}
    page.evaluate("talk", service)
    page.locator("#state").get_by_text("refused 400", exact=True).wait_for(timeout=20_000)


def read(path: Path) -> Reading:
    return read_thing(str(path), io.BytesIO(), catalogue.read())


def test_a_har_of_the_founding_page_gives_the_founding_diagnosis(
    recorded: Recorded, pages: str, beta: RunningSandbox, tmp_path: Path
) -> None:
    path = tmp_path / "page.har"
    context = recorded(record_har_path=path)
    refuse(context, pages, beta)
    context.close()

    reading = read(path)
    done = rtdoctor("check", path, "--sandbox", "ga-only", "--journal", "none")

    assert reading.setup.token_body.name == "founding"
    assert reading.setup.call_query.name == "model_transcribe"
    assert reading.setup.beta_header.name == "none"
    assert reading.setup.call_encoding.name == "raw"
    assert reading.base_url == beta.url
    media = read_description(reading.setup.offer.value.sdp).media
    assert [section.kind for section in media] == ["audio", "application"]
    assert done.code == 1
    assert "The token request is refused (404)" in done.out
    assert "call endpoint: /v1/realtime → /v1/realtime/calls" in done.out
    assert beta.key not in done.out + done.err


def test_a_dump_of_webrtc_internals_shows_the_offer_and_that_no_answer_came(
    recorded: Recorded, pages: str, beta: RunningSandbox, tmp_path: Path
) -> None:
    context = recorded(accept_downloads=True)
    internals = context.new_page()
    internals.goto("chrome://webrtc-internals")
    refuse(context, pages, beta)
    internals.bring_to_front()
    internals.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    with internals.expect_download() as download:
        internals.get_by_text("Download the").first.click()
    path = tmp_path / "dump.gz"
    download.value.save_as(path)

    reading = read(path)

    assert gzip.decompress(path.read_bytes()).startswith(b"{")
    assert reading.kind == "webrtc-internals dump"
    assert reading.setup.offer.value.channel == "oai-events"
    assert "no answer was given to it" in reading.notes
    assert not any(p.inferred for p in reading.places if p.place.startswith("offer."))
