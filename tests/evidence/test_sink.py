"""A report is written whole, privately, and only when no secret is in it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import RedactionError, UsageError
from rtdoctor.evidence import write as sink
from rtdoctor.evidence.write import write_report
from rtdoctor.secrets.redactor import Redactor

KEY = "sk-proj-AbC-12_34567890xyz"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.add(Secret(KEY, "<api key>"))
    return redactor


@pytest.mark.posix
def test_the_file_holds_the_bytes_and_is_private(tmp_path: Path, redactor: Redactor) -> None:
    path = tmp_path / "report.html"

    write_report(path, b"<html>\xff", redactor)

    assert path.read_bytes() == b"<html>\xff"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["report.html"]


@pytest.mark.posix
def test_a_mode_can_be_asked_for(tmp_path: Path, redactor: Redactor) -> None:
    write_report(tmp_path / "r.md", b"x", redactor, mode=0o644)

    assert stat.S_IMODE((tmp_path / "r.md").stat().st_mode) == 0o644


def test_a_secret_means_nothing_is_written(tmp_path: Path, redactor: Redactor) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"yesterday's")

    with pytest.raises(RedactionError):
        write_report(path, f"<p>{KEY}".encode(), redactor)

    assert path.read_bytes() == b"yesterday's"
    assert names(tmp_path) == ["report.html"]


def test_a_secret_does_not_reach_stdout(
    redactor: Redactor, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with pytest.raises(RedactionError):
        write_report("-", KEY.encode(), redactor)
    write_report("-", b"fine", redactor)

    assert capfdbinary.readouterr().out == b"fine"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, redactor: Redactor) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*missing/report\.json: No such file"):
        write_report(tmp_path / "missing" / "report.json", b"{}", redactor)


def test_a_folder_is_not_replaced(tmp_path: Path, redactor: Redactor) -> None:
    with pytest.raises(UsageError, match="it is a folder"):
        write_report(tmp_path, b"{}", redactor)


def test_a_full_disk_leaves_the_old_report_and_no_rest(
    tmp_path: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"yesterday's")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sink.os, "fsync", full)

    with pytest.raises(UsageError, match=r"No space left on device \(5 bytes\)"):
        write_report(path, b"today", redactor)

    assert path.read_bytes() == b"yesterday's"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.posix
def test_a_link_is_followed_not_replaced(tmp_path: Path, redactor: Redactor) -> None:
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")

    write_report(tmp_path / "link.json", b"new", redactor)

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


def test_a_device_stays_a_device(redactor: Redactor) -> None:
    write_report(os.devnull, b"gone", redactor)

    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.linux
def test_standard_output_on_a_full_device_is_one_message(tmp_path: Path) -> None:
    code = (
        "from rtdoctor.errors import UsageError\n"
        "from rtdoctor.secrets.redactor import Redactor\n"
        "from rtdoctor.evidence.write import write_report\n"
        "import sys\n"
        "try:\n    write_report('-', b'x' * 10, Redactor())\n"
        "except UsageError as error:\n    sys.exit(str(error))\n"
    )
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert done.stderr.startswith(b"cannot write to standard output: No space left")
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
