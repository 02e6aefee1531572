"""Standard output on a full disk: said, with its exit code, and no trace of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.linux
@pytest.mark.parametrize("arguments", [["--help"], ["plan"], ["knowledge", "list"]])
def test_output_that_does_not_fit_is_an_error_and_not_a_bug(arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rtdoctor", *arguments],
            stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
