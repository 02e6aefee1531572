"""The page in a real browser: accessible, harmless, quick, readable without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from rtdoctor.report import html, repro
from support import runs
from support.known import REDACTIONS, lookup
from support.levels import FOUNDING
from support.service import probe

pytestmark = pytest.mark.browser

CASES = {
    "tiny": runs.tiny,
    "founding": runs.founding,
    "everything": runs.everything,
    "page": runs.of_a_page,
    "survey": lambda: runs.survey(64),
    "no control": runs.no_control,
}
OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true })"
WATCH = """
window.seen = [];
addEventListener("securitypolicyviolation", (e) => seen.push("csp " + e.violatedDirective));
addEventListener("error", (e) => seen.push("error " + e.message), true);
window.alert = window.confirm = window.prompt = (text) => seen.push("dialog " + text);
"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of reports, each named after its case."""
    folder = tmp_path_factory.mktemp("pages")
    cases = {**CASES, "hostile": runs.hostile, "thousand": lambda: runs.long(1000)}
    for name, build in cases.items():
        text = html.render(*build(), REDACTIONS, lookup)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def url(pages: Path, name: str) -> str:
    return (pages / f"{name}.html").as_uri()


@pytest.mark.parametrize(
    ("case", "scheme"),
    [*((case, "light") for case in CASES), ("everything", "dark"), ("survey", "dark")],
)
def test_axe_finds_nothing(browser: Browser, pages: Path, case: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url(pages, case))
    if scheme == "light":  # the dark page differs in its colours only: no need to open all
        page.evaluate(OPEN_ALL)
    found = Axe().run(page).response["violations"]
    context.close()
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found] == []


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("case", [*CASES, "hostile"])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, pages: Path, case: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(url(pages, case))
    page.evaluate(OPEN_ALL)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= width


def test_hostile_text_runs_no_script_and_loads_nothing(browser: Browser, pages: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    heard: list[str] = []
    requests: list[str] = []
    dialogs: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(url(pages, "hostile"))
    page.evaluate(OPEN_ALL)
    shown = page.inner_text("h1")
    seen = page.evaluate("seen")
    images, scripts = page.locator("img").count(), page.locator("script").count()
    title = page.title()
    context.close()
    assert (heard, dialogs, seen) == ([], [], [])
    assert requests == [url(pages, "hostile")]
    assert (images, scripts) == (0, 1)
    assert title == "rtdoctor: Refused, and the cause is proved"
    assert "</script><script>alert(1)</script><img" in " ".join(shown.split())
    assert "\\u202egnp.exe" in shown


def test_the_policy_really_stops_a_script(browser: Browser, pages: Path, tmp_path: Path) -> None:
    """So that the test above would notice: a script put into the page does not run."""
    text = (pages / "tiny.html").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<h1>", "<script>window.ran = true</script><h1>"), "utf-8")
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(broken.as_uri())
    seen, ran = page.evaluate("[seen, window.ran]")
    context.close()
    assert seen
    assert seen[0].startswith("csp script-src")
    assert ran is None


def test_it_is_readable_and_opens_by_keyboard_without_javascript(
    browser: Browser, pages: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url(pages, "founding"))
    assert page.get_by_role("heading", level=1).is_visible()
    probe = page.locator("details.probe").first
    stages = probe.get_by_role("table").first
    assert not stages.is_visible()
    probe.locator("> summary").focus()
    page.keyboard.press("Enter")
    stages.wait_for(state="visible")
    context.close()


def test_the_code_of_a_change_has_tabs_without_javascript(browser: Browser, pages: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url(pages, "founding"))
    tabs = page.get_by_role("group", name="As code, before and after").first
    shown = []
    tabs.get_by_role("radio").first.focus()
    for _ in range(4):
        (panel,) = [p for p in tabs.locator(".panel").all() if p.is_visible()]
        shown.append(panel.inner_text())
        page.keyboard.press("ArrowRight")
    context.close()

    words = ("fetch(", "curl -sS", "httpx.request(", "WHAT MUST BE KEPT")
    assert [[word in text for word in words] for text in shown] == [
        [row == column for column in range(4)] for row in range(4)
    ]


def test_on_paper_every_language_is_printed(browser: Browser, pages: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url(pages, "founding"))
    page.emulate_media(media="print")
    panels = page.locator("fieldset.tabs").first.locator(".panel").all()
    visible = [panel.is_visible() for panel in panels]
    context.close()
    assert visible == [True] * 4


def test_the_first_tab_stop_skips_to_the_findings(browser: Browser, pages: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url(pages, "founding"))
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the findings"
    box = skip.bounding_box()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.activeElement.closest('main') !== null")
    context.close()
    assert box is not None
    assert box["y"] >= 0
    assert inside


def test_a_cell_of_the_matrix_opens_its_probe(browser: Browser, pages: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url(pages, "founding"))
    page.locator("td.blamed a").first.click()
    target = page.locator(":target")
    target.wait_for(state="visible")
    assert "400" in target.inner_text()
    context.close()


def test_a_thousand_probes_open_and_show_the_verdict(browser: Browser, pages: Path) -> None:
    # how fast is measured in benchmarks/report.py
    context = browser.new_context()
    page = context.new_page()
    page.goto(url(pages, "thousand"), wait_until="load")
    _painted(page)
    assert page.locator("h1").inner_text()
    context.close()


def _painted(page: Page) -> None:
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_the_javascript_of_a_probe_posts_its_offer(browser: Browser) -> None:
    """Run in a page, its request caught before it leaves the browser."""
    context = browser.new_context()
    page = context.new_page()
    sent: list[tuple[str, str, dict[str, str], str]] = []

    def catch(route: Route) -> None:
        request = route.request
        if request.method == "POST":
            sent.append((request.method, request.url, request.headers, request.post_data or ""))
        headers = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
        route.fulfill(status=400, headers=headers, body="refused")

    page.route("**/*", catch)
    page.goto("http://127.0.0.1:1/")
    snippet = repro.javascript(probe(1, FOUNDING))
    page.evaluate(f"(async () => {{ {snippet} }})()")
    context.close()
    [(method, url, headers, body)] = sent
    assert method == "POST"
    assert url == "http://127.0.0.1:8089/v1/realtime?model=gpt-4o-transcribe"
    assert headers["content-type"] == "application/sdp"
    assert headers["authorization"] == "Bearer $EPHEMERAL_TOKEN"
    assert "m=audio" in body
    assert "webrtc-datachannel" in body


def test_a_dark_screen_does_not_darken_the_paper(browser: Browser, pages: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(url(pages, "founding"))
    colours = "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(%s))"
    on_screen = page.evaluate(colours % "document.body")
    page.emulate_media(media="print")
    on_paper = page.evaluate(colours % "document.body")
    context.close()
    assert on_screen == ["rgb(233, 230, 224)", "rgb(21, 24, 28)"]
    assert on_paper == ["rgb(31, 36, 43)", "rgb(255, 255, 255)"]


def test_the_matrix_fits_on_paper(browser: Browser, pages: Path) -> None:
    context = browser.new_context(viewport={"width": 680, "height": 900})  # A4 with its margins
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(url(pages, "founding"))
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 680
