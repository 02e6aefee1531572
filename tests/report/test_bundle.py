"""The zip for trackers that refuse HTML."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rtdoctor.evidence.load import load_run
from rtdoctor.report import bundle, html
from support import runs
from support.known import REDACTIONS, lookup


def test_it_holds_every_form_of_the_report() -> None:
    run, diagnosis = runs.founding()
    data = bundle.build(run, diagnosis, REDACTIONS, lookup)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [
            "README.txt",
            "report.html",
            "report.md",
            "run.json",
            "junit.xml",
        ]
        page = opened.read("report.html").decode()
        readme = opened.read("README.txt").decode()
    assert page == html.render(run, diagnosis, REDACTIONS, lookup)
    assert "9 ephemeral token" in readme
    assert diagnosis.sentence in readme


def test_equal_runs_give_equal_bytes() -> None:
    assert bundle.build(*runs.founding(), REDACTIONS, lookup) == bundle.build(
        *runs.founding(), REDACTIONS, lookup
    )


def test_the_run_is_read_back_from_it(tmp_path: Path) -> None:
    place = tmp_path / "report.zip"
    place.write_bytes(bundle.build(*runs.founding(), REDACTIONS, lookup))
    assert load_run(place) == runs.founding()


def test_the_readme_of_a_hostile_run_acts_on_no_terminal() -> None:
    data = bundle.build(*runs.hostile(), REDACTIONS, lookup)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        readme = opened.read("README.txt").decode()
    assert "alert(1)" in readme
    assert not {"\x1b", "\u202e", "\u2028"} & set(readme)
