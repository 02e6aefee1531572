"""``rtdoctor check PAGE`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdoctor.browser.chromium import find_chromium
from rtdoctor.errors import UsageError
from support.cli import rtdoctor

PAGES = Path(__file__).parent / "pages"
KEY = "sk-proj-0123456789abcdefghijklmnop"


@pytest.mark.browser
def test_the_founding_page_connects_with_one_change(chromium: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    done = rtdoctor("check", PAGES / "founding.html", "--sandbox", "beta", "--html", report)

    assert done.code == 1, done.err
    first, *_ = done.out.splitlines()
    assert first == "Your page failed: it made its offer, and then no further."
    assert "?intent=transcription instead" in done.out.replace("\n", " ")
    assert "With this change your page connected: channel open" in done.out
    assert done.out.index("Changes that work") < done.out.index("Proof on your page")
    assert "Running the page with the call changed" in done.err
    assert "intent=transcription" in report.read_text()


@pytest.mark.browser
def test_an_app_that_does_not_run_is_told(chromium: str) -> None:
    done = rtdoctor("check", "http://localhost:9/", "--sandbox")

    assert done.code == 3
    assert done.out.startswith("Your page could not be opened: ")
    assert "Next: Start the app first" in done.out


@pytest.mark.browser
def test_the_report_of_a_page_has_no_secret_of_it(chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = (PAGES / "founding.html").read_text().replace("sk-your-key-here", KEY)
    page.write_text(text.replace("log(`Connection", f"log(`{KEY} \x1b[31m Connection"))
    done = rtdoctor("check", page, "--sandbox", "ga-only")

    assert "Your page" in done.out
    assert KEY not in done.out + done.err
    assert "\x1b[31m" not in done.out


@pytest.mark.thorough
def test_a_real_service_needs_a_yes(tmp_path: Path) -> None:
    done = rtdoctor("check", PAGES / "founding.html", OPENAI_API_KEY=KEY)

    assert done.code == 2
    assert "up to 8 times against https://api.openai.com" in done.err
    assert "--yes" in done.err
    assert KEY not in done.out + done.err


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--click", "#start"), "are about a page"),
        ((str(PAGES / "founding.html"), "--dry-run"), "a page is known only when it has run"),
        ((str(PAGES / "founding.html"), "--sandbox", "--fill", "#key=hunter2"), "--fill"),
        ((str(PAGES / "founding.html"), "--sandbox", "--fill", "#key=env:NO_SUCH"), "NO_SUCH"),
        (
            (str(PAGES / "login.html"), "--sandbox", "--storage-state", "no-such.json"),
            "no-such.json: cannot be read",
        ),
        (
            (str(PAGES / "login.html"), "--sandbox", "--storage-state", str(PAGES / "login.html")),
            "this is no storage state",
        ),
        (("no-such-page.html",), "no-such-page.html"),
    ],
    ids=[
        "no page",
        "dry run",
        "value on the command line",
        "no variable",
        "no state",
        "other state",
        "no file",
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], said: str) -> None:
    done = rtdoctor("check", *arguments)

    assert done.code == 2
    assert said in done.err
    assert "hunter2" not in done.err
    assert "Traceback" not in done.err


def test_without_chromium_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("rtdoctor.browser.chromium._USUAL_PLACES", {})

    with pytest.raises(UsageError, match="none was found") as raised:
        find_chromium()
    assert "apt install chromium" in raised.value.hint
