"""The judgement of CORS headers, held against what Chromium does with the same headers."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import sync_playwright

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.subjects.cors import (
    needs_preflight,
    origin_problem,
    preflight_problem,
    unsafe_headers,
)
from support.hostile import Answer, Received, answer
from support.threaded import serving

pytestmark = pytest.mark.browser

ORIGINS = (None, "*", "PAGE", "PAGE/", "http://localhost:1")
HEADERS = (None, "*", "authorization", "Authorization, X-Team", "x-team")
REQUESTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("GET", {}),
    ("POST", {"Content-Type": "text/plain"}),
    ("POST", {"X-Team": "1"}),
    ("POST", {"Authorization": "x"}),
    ("PUT", {}),
)
FETCH = """async ([url, method, headers]) => {
  try { await fetch(url, {method, headers, cache: "no-store"}); return true; }
  catch { return false; }
}"""


class Backend:
    """Allows what it is told to, until it is told otherwise."""

    origin: str | None = None
    headers: str | None = None
    preflight_status: int = 204

    def __call__(self, received: Received) -> Answer:
        allowing = {}
        if self.origin is not None:
            allowing["Access_Control_Allow_Origin"] = self.origin
        if received.method != "OPTIONS":
            return answer(200, "{}", **allowing)
        if self.headers is not None:
            allowing["Access_Control_Allow_Headers"] = self.headers
        return answer(self.preflight_status, **allowing)

    def lets_read(self, page: str, method: str, headers: dict[str, str]) -> bool:
        """Whether a page may read the answer, by our judgement."""
        origin = [] if self.origin is None else [("Access-Control-Allow-Origin", self.origin)]
        allowed = [] if self.headers is None else [("Access-Control-Allow-Headers", self.headers)]
        unsafe = unsafe_headers(headers.items())
        preflight = HttpResponse(self.preflight_status, (*origin, *allowed))
        if needs_preflight(method, unsafe) and preflight_problem(preflight, page, method, unsafe):
            return False
        return not origin_problem(HttpResponse(200, tuple(origin)), page)


def test_chromium_judges_the_same_headers_alike(chromium: str) -> None:
    backend = Backend()
    differing = []
    with (
        serving(lambda received: answer(200, "<p>page", "text/html")) as page,
        serving(backend) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(f"{page}/")
        for number, (origin, headers, status) in enumerate(product(ORIGINS, HEADERS, (204, 404))):
            backend.origin = None if origin is None else origin.replace("PAGE", page)
            backend.headers, backend.preflight_status = headers, status
            for method, sent in REQUESTS:
                # a path for each case, so that no preflight is remembered from another
                seen = tab.evaluate(FETCH, [f"{url}/{number}/{method}", method, sent])
                if seen != backend.lets_read(page, method, sent):
                    differing.append((origin, headers, status, method, sent, seen))
        browser.close()

    assert differing == []
