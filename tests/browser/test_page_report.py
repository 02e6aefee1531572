"""What a page did is in every report of its check, and comes back from every file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from browser.page_shapes import BROKEN, OWN_FAULTS, WORKING
from support.cli import CommandResult, rtdoctor

pytestmark = pytest.mark.browser


def checked(folder: Path, html: str, era: str = "single-use") -> CommandResult:
    """A check of the page with every report in the folder."""
    page = folder / "page.html"
    page.write_text(html)
    files = ("--report", f"all={folder}", "--journal", folder / "run.ndjson")
    return rtdoctor("check", page, "--sandbox", era, *files)


def assert_told_again(folder: Path, done: CommandResult) -> None:
    """Each file shows what the check showed, and replay ends with its exit code."""
    for name in ("run.json", "report.html", "rtdoctor-report.zip", "run.ndjson"):
        assert rtdoctor("show", folder / name).out == done.out, name
    replayed = rtdoctor("replay", folder / "run.json", "--json", folder / "again.json")
    assert (replayed.code, replayed.out) == (done.code, done.out)
    assert page_in(folder / "again.json") == page_in(folder / "run.json")


def page_in(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text())["run"]["page"]
    return found


def test_the_proof_on_the_page_is_in_every_report(chromium: str, tmp_path: Path) -> None:
    done = checked(tmp_path, BROKEN["beta everywhere"].html)

    assert done.code == 1, done.err
    page = page_in(tmp_path / "run.json")
    proof = page["proof"]
    assert isinstance(proof, dict)
    assert page["reached"] == "asked"
    assert proof["is_proved"]
    assert proof["needed"] == proof["changes"] == ["the token request", "the call"]
    assert [a["is_connected"] for a in proof["attempts"]] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert proof["attempts"][0]["idle"] == ["the call"]  # so the call alone is not run
    for name in ("report.html", "report.md", "junit.xml"):
        text = " ".join((tmp_path / name).read_text().split())
        assert "With these 2 changes your page connected: " in text, name
    assert_told_again(tmp_path, done)


def test_an_event_that_has_to_change_is_kept(chromium: str, tmp_path: Path) -> None:
    done = checked(tmp_path, BROKEN["session.update of the beta"].html)

    assert done.code == 1, done.err
    page = page_in(tmp_path / "run.json")
    assert "what fails is in the page" in str(page["setup_works"])
    assert isinstance(page["proof"], dict)
    assert '"type":"realtime"' in page["proof"]["events"][0]
    assert "The page fails, its setup works" in (tmp_path / "report.html").read_text()
    assert_told_again(tmp_path, done)


@pytest.mark.parametrize(
    ("name", "code", "field", "said"),
    [
        ("script error", 1, "fault", "ReferenceError: settings is not defined"),
        ("button of another kind", 3, "candidates", "Delete everything"),
    ],
)
def test_a_page_that_showed_no_setup_has_its_reports_too(
    chromium: str, tmp_path: Path, name: str, code: int, field: str, said: str
) -> None:
    done = checked(tmp_path, OWN_FAULTS[name].html)

    assert done.code == code, done.err
    assert said in str(page_in(tmp_path / "run.json")[field])
    for report in ("report.html", "report.md"):
        assert said in (tmp_path / report).read_text(), report
    assert_told_again(tmp_path, done)


def test_a_page_that_works_says_what_that_leaves_open(chromium: str, tmp_path: Path) -> None:
    done = checked(tmp_path, WORKING["plain"].html)

    assert done.code == 0, done.err
    assert "The page connected" in (tmp_path / "report.html").read_text()
    assert "does not prove that sound is heard" in (tmp_path / "report.html").read_text()
    assert_told_again(tmp_path, done)
