"""A run that was saved: read, diagnosed again, repeated, compared, bundled."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from rtdoctor.evidence import codec
from rtdoctor.evidence.load import load_run
from support import runs
from support.cli import SavedRun, rtdoctor
from support.hostile import Answer, Received, answer
from support.threaded import serving

FOUNDING = Path(__file__).parents[2] / "cassettes" / "founding.yaml"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the founding case in every format."""
    folder = tmp_path_factory.mktemp("saved")
    done = rtdoctor(
        "check", "--sandbox", "beta", "--setup", FOUNDING, "--report", f"all={folder}",
        "--journal", folder / "run.ndjson", XDG_STATE_HOME=str(folder),
    )  # fmt: skip
    assert done.code == 1, done.err
    return folder


@pytest.mark.parametrize("file", ["run.json", "report.html", "run.ndjson", "rtdoctor-report.zip"])
def test_replay_says_what_the_run_said(saved: Path, file: str, tmp_path: Path) -> None:
    done = rtdoctor("replay", saved / file, "--json", tmp_path / "again.json")

    original, again = SavedRun.read(saved / "run.json"), SavedRun.read(tmp_path / "again.json")
    assert done.code == 1
    assert again.data["diagnosis"] == original.data["diagnosis"]
    assert "transcription_sessions" in done.out


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\x00\xff", b"<html><body>no run here</body></html>", b"PK\x03\x04broken",
     b'{"data_format": 99, "kind": "rtdoctor.run"}', b"[" * 100_000],
    ids=["empty", "object", "list", "binary", "html", "zip", "future", "deep"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["replay", "rerun", "show", "bundle"])
def test_a_file_that_is_no_run_is_refused_in_one_message(
    command: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "strange").write_bytes(content)

    done = rtdoctor(command, "strange", cwd=tmp_path)

    assert done.code == 2
    assert "strange" in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "rtdoctor-report.zip").exists()


def test_rerun_reproduces_on_the_same_service(saved: Path, tmp_path: Path) -> None:
    done = rtdoctor("rerun", saved / "report.html", XDG_STATE_HOME=str(tmp_path))

    lines = done.out.splitlines()
    assert done.code == 1
    assert lines
    assert {line.split()[0] for line in lines} == {"REPRODUCED"}


def test_rerun_on_another_era_says_what_changed(saved: Path, tmp_path: Path) -> None:
    done = rtdoctor(
        "rerun", saved / "run.json", "--sandbox", "single-use", XDG_STATE_HOME=str(tmp_path)
    )

    assert "CHANGED        #1 transcription_sessions" in done.out
    assert "NOT REPRODUCED" in done.out
    assert "now:  fail at mint: 404" in done.out


def test_rerun_sends_no_key_to_a_host_that_a_file_names(tmp_path: Path) -> None:
    asked: list[str] = []

    def service(received: Received) -> Answer:
        asked.append(received.path)
        return answer(200, "{}")

    run, diagnosis = runs.founding()
    with serving(service) as url:
        data = json.loads(codec.encode(run, diagnosis))
        data["run"]["header"]["target"] = {"name": "openai", "base_url": url, "era": None}
        (tmp_path / "evil.json").write_text(json.dumps(data))
        done = rtdoctor(
            "rerun", "evil.json", cwd=tmp_path, OPENAI_API_KEY="sk-mine-0123456789abcdef"
        )

    assert done.code == 2
    assert "--base-url" in done.err
    assert asked == []


def test_diff_names_what_changed_between_two_eras(saved: Path, tmp_path: Path) -> None:
    rtdoctor(
        "check", "--sandbox", "single-use", "--setup", FOUNDING, "--json", tmp_path / "b.json",
        XDG_STATE_HOME=str(tmp_path),
    )  # fmt: skip

    done = rtdoctor("diff", saved / "run.json", tmp_path / "b.json")
    same = rtdoctor("diff", saved / "run.json", saved / "report.html")

    assert done.code == 1
    assert "changed  transcription_sessions · founding" in done.out
    assert "era beta" in done.out
    assert same.code == 0
    assert "same" in same.out


def test_show_prints_one_probe_with_its_exchanges(saved: Path) -> None:
    done = rtdoctor("show", saved / "run.json", "1")

    assert done.code == 0
    assert "POST http://127.0.0.1" in done.out
    assert "?model=gpt-4o-transcribe" in done.out
    assert "HTTP 400" in done.out
    assert "authorization: Bearer ek_…#" in done.out


def test_show_names_a_probe_that_does_not_exist(saved: Path) -> None:
    done = rtdoctor("show", saved / "run.json", "99")

    assert done.code == 2
    assert "no probe #99" in done.err


@pytest.mark.parametrize("form", ["curl", "python", "js"])
def test_show_prints_how_to_repeat_a_probe_without_secrets(saved: Path, form: str) -> None:
    done = rtdoctor("show", saved / "run.json", "1", "--as", form)

    assert done.code == 0
    assert "EPHEMERAL_TOKEN" in done.out
    assert "ek_" not in done.out


def test_a_bundle_holds_every_format(saved: Path, tmp_path: Path) -> None:
    done = rtdoctor("bundle", saved / "run.ndjson", "-o", tmp_path / "b.zip")

    assert done.code == 0, done.err
    names = set(zipfile.ZipFile(tmp_path / "b.zip").namelist())
    assert names == {"README.txt", "report.html", "report.md", "run.json", "junit.xml"}
    assert load_run(tmp_path / "b.zip")[0] == load_run(saved / "run.ndjson")[0]


def test_hostile_text_reaches_the_terminal_only_as_pictures(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(codec.encode(*runs.hostile()))

    shown = rtdoctor("show", "run.json", cwd=tmp_path)
    probe = rtdoctor("show", "run.json", "1", cwd=tmp_path)
    compared = rtdoctor("diff", "run.json", "run.json", cwd=tmp_path)

    for done in (shown, probe, compared):
        assert "Traceback" not in done.err
        for char in ("\x1b", "\x07", "\x9b", "\u202e", "\u2028", "\x00"):
            assert char not in done.out + done.err
