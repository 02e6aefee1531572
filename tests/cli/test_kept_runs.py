"""The runs that were kept: listed, and read by the name ``last``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.cli import rtdoctor

FOUNDING = Path(__file__).parents[2] / "cassettes" / "founding.yaml"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A state folder with a survey of one probe, and then a diagnosis."""
    folder = str(tmp_path_factory.mktemp("state"))
    survey = ("check", "--sandbox", "beta", "--only", "auth=none", "--budget", "1")
    rtdoctor(*survey, XDG_STATE_HOME=folder)
    rtdoctor("check", "--sandbox", "beta", "--setup", FOUNDING, XDG_STATE_HOME=folder)
    return folder


def test_last_is_the_newest_run_and_the_next_one_back_has_a_number(state: str) -> None:
    newest = rtdoctor("show", "last", XDG_STATE_HOME=state)
    before = rtdoctor("show", "last~1", XDG_STATE_HOME=state)

    assert "the cause is proved" in newest.out
    assert "the cause is proved" not in before.out
    assert "1 probe;" in before.out


def test_one_probe_of_the_last_run_is_shown(state: str) -> None:
    assert "Probe #3" in rtdoctor("show", "last", "3", XDG_STATE_HOME=state).out


@pytest.mark.parametrize(
    "command", [("replay", "last"), ("diff", "last", "last"), ("bundle", "last", "-o", "x.zip")]
)
def test_every_command_that_takes_a_run_takes_last(
    state: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    done = rtdoctor(*command, cwd=tmp_path, XDG_STATE_HOME=state)

    assert done.code in (0, 1)
    assert done.err == "" or "wrote" in done.err.lower()


def test_a_file_called_last_comes_first(state: str, tmp_path: Path) -> None:
    (tmp_path / "last").write_text("no run")

    done = rtdoctor("show", "last", cwd=tmp_path, XDG_STATE_HOME=state)

    assert done.code == 2
    assert "last" in done.err


def test_the_list_has_the_newest_first_and_names_what_cannot_be_read(
    state: str, tmp_path: Path
) -> None:
    copy = tmp_path / "state"
    shutil.copytree(state, copy)
    (copy / "rtdoctor" / "runs" / "29990101T000000Z-strange.ndjson").write_text("no journal\n")

    done = rtdoctor("runs", "--json", XDG_STATE_HOME=str(copy))

    listed = json.loads(done.out)
    assert [run["name"] for run in listed] == ["last", "last~1", "last~2"]
    assert listed[0]["about"].startswith("cannot be read")
    assert listed[1]["about"].startswith("diagnosis at sandbox")
    assert listed[2]["about"].startswith("survey at sandbox, 1 probe")


def test_without_any_run_the_first_command_is_named(tmp_path: Path) -> None:
    listed = rtdoctor("runs", XDG_STATE_HOME=str(tmp_path))
    shown = rtdoctor("show", "last", XDG_STATE_HOME=str(tmp_path))

    assert listed.code == 0
    assert "rtdoctor check --sandbox" in listed.out
    assert shown.code == 2
    assert "no run is kept yet" in shown.err


def test_a_run_further_back_than_are_kept_is_refused(state: str) -> None:
    done = rtdoctor("show", "last~7", XDG_STATE_HOME=state)

    assert done.code == 2
    assert "only 2 runs are kept" in done.err
