"""``rtdoctor check PAGE --fix FILE``: the proved repair in a copy of the page, which is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdoctor.check.page_fix import files_of
from support.cli import rtdoctor

PAGES = Path(__file__).parent / "pages"


@pytest.mark.browser
def test_the_edited_page_connects_and_the_original_is_untouched(
    chromium: str, tmp_path: Path
) -> None:
    page, fixed = tmp_path / "page.html", tmp_path / "page.fixed.html"
    original = (PAGES / "founding.html").read_text()
    page.write_text(original)

    done = rtdoctor("check", page, "--sandbox", "single-use", "--fix", fixed)

    assert done.code == 1, done.err
    assert "The edited page connected." in done.err
    assert page.read_text() == original
    assert "/v1/realtime/client_secrets" in fixed.read_text()
    again = rtdoctor("check", fixed, "--sandbox", "single-use")
    assert again.code == 0
    assert again.out.startswith("Your page connected")


@pytest.mark.browser
def test_a_script_beside_the_page_is_edited_as_a_diff(chromium: str, tmp_path: Path) -> None:
    page, fixed = tmp_path / "page.html", tmp_path / "fix.diff"
    before, script, after = _parts((PAGES / "founding.html").read_text())
    (tmp_path / "app.js").write_text(script)
    page.write_text(f'{before}<script src="app.js"></script>{after}')

    done = rtdoctor("check", page, "--sandbox", "beta", "--fix", fixed)

    assert "The edited page connected." in done.err, done.err
    diff = fixed.read_text()
    assert "--- a/app.js" in diff
    assert "page.html" not in diff
    assert "+" in diff
    assert "intent=transcription" in diff


@pytest.mark.browser
def test_a_page_that_works_has_nothing_to_fix(chromium: str, tmp_path: Path) -> None:
    fixed = tmp_path / "fix.diff"

    done = rtdoctor("check", PAGES / "healthy.html", "--sandbox", "--fix", fixed)

    assert done.code == 0
    assert "No change was proved on the page" in done.err
    assert not fixed.exists()


@pytest.mark.thorough
def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    there = tmp_path / "there.diff"
    there.write_text("mine")

    done = rtdoctor("check", PAGES / "founding.html", "--sandbox", "--fix", there)

    assert done.code == 2
    assert "exists already" in done.err
    assert there.read_text() == "mine"


@pytest.mark.thorough
def test_an_address_has_no_file_to_fix(tmp_path: Path) -> None:
    done = rtdoctor("check", "http://localhost:9/", "--sandbox", "--fix", tmp_path / "fix.diff")

    assert done.code == 2
    assert "this is an address" in done.err


def test_only_scripts_of_the_pages_own_folder_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (tmp_path / "outside.js").write_text("let outside;")
    (folder / "inside.js").write_text("let inside;")
    page = folder / "page.html"
    page.write_text(
        '<script src="inside.js"></script><script src="../outside.js"></script>'
        '<script src="missing.js"></script><script src="https://cdn.example/x.js"></script>'
    )

    assert set(files_of(page)) == {"page.html", "inside.js"}


def _parts(page: str) -> tuple[str, str, str]:
    """What stands before the last script of a page, in it, and after it."""
    before, _, rest = page.rpartition("<script")
    script, _, after = rest.partition("</script>")
    return before, script.partition(">")[2], after
