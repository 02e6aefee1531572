"""When something goes wrong that is not the service's doing: one message, its exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import rtdoctor

FAILING_JOURNAL = """
import sys
from rtdoctor.cli.main import main
from rtdoctor.errors import RedactionError
from rtdoctor.evidence.journal import JournalWriter

def refuse(journal, observation):
    raise RedactionError("planted: a secret was found")

JournalWriter.append = refuse
sys.argv = ["rtdoctor", "check", "--sandbox", "--only", "auth=undefined,none"]
main()
"""


def test_a_secret_found_while_probes_run_ends_with_its_own_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILING_JOURNAL], capture_output=True, timeout=60, check=False
    )

    assert done.returncode == 5
    assert b"planted: a secret was found" in done.stderr
    assert b"Traceback" not in done.stderr


BUG = """
import sys
from rtdoctor.cli import saved
from rtdoctor.cli.main import main

def broken(*_):
    raise KeyError("planted")

saved.read_saved = broken
sys.argv = ["rtdoctor", "show", "run.json"]
main()
"""


def test_a_bug_says_first_what_happened_where_and_what_to_do_and_then_the_trace() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUG], capture_output=True, timeout=60, check=False, text=True
    )

    first = " ".join(done.stderr.split("\n\n", 1)[0].split())
    assert done.returncode == 70
    assert "this is a bug in rtdoctor" in first
    assert "KeyError: 'planted'" in first
    assert "in broken" in first
    assert "Please report the lines below" in first
    assert "Traceback" in done.stderr.split("\n\n", 1)[1]


@pytest.mark.linux  # /proc is a folder that nobody can write to
def test_without_a_writable_home_the_journal_is_kept_elsewhere_and_the_check_goes_on(
    tmp_path: Path,
) -> None:
    done = rtdoctor(
        "check", "--sandbox", "--only", "auth=undefined",
        HOME="/proc", XDG_STATE_HOME="", TMPDIR=str(tmp_path),
    )  # fmt: skip

    (journal,) = tmp_path.glob("rtdoctor-*/*.ndjson")
    assert str(journal) in done.err.replace("\n", "")
    assert "401" in done.out


def test_a_named_journal_that_cannot_be_made_is_refused_with_a_way_out(tmp_path: Path) -> None:
    done = rtdoctor("check", "--sandbox", "--journal", tmp_path)

    assert done.code == 2
    assert "--journal FILE" in done.err


def test_a_mistyped_command_gets_the_closest_one() -> None:
    done = rtdoctor("chekc")

    assert done.code == 2
    assert "Did you mean check?" in done.err
