"""A run that was saved: read, diagnosed again, repeated, compared, bundled."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtdoctor.evidence import codec
from rtdoctor.evidence.load import load_run
from support import runs
from support.cli import SavedRun, rtdoctor
from support.hostile import Answer, Received, answer
from support.terminal import rtdoctor_on_a_terminal
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


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The founding case after somebody changed it by hand."""
    data = json.loads(codec.encode(*runs.founding()))
    change(data["run"])
    path.write_text(json.dumps(data))
    return path


@pytest.mark.parametrize(
    ("factor", "path"),
    [
        ("token_endpoint", "/v1/organization/invites"),
        ("call_endpoint", "/v1/realtime/../files"),
        ("call_endpoint", "/v1/realtime/%2e%2e/files"),
        ("call_endpoint", "/v1/realtime/calls#/../files"),
        ("call_endpoint", "/v1/fine_tuning/jobs?x=/v1/realtime"),
    ],
)
def test_rerun_sends_a_key_only_to_realtime_endpoints_unless_told(
    factor: str, path: str, tmp_path: Path
) -> None:
    asked: list[str] = []

    def service(received: Received) -> Answer:
        asked.append(received.path)
        return answer(401, "{}")

    def elsewhere(run: dict[str, Any]) -> None:
        for observation in run["observations"]:
            observation["setup"][factor] = {"name": "calls", "value": {"path": path}}

    file = changed(tmp_path / "evil.json", elsewhere)
    keys = {"OPENAI_API_KEY": "sk-mine-0123456789abcdef", "XDG_STATE_HOME": str(tmp_path)}
    with serving(service) as url:
        refused = rtdoctor("rerun", file, "--base-url", url, **keys)
        asked_before = [p for p in asked if "/realtime" not in p]
        told = rtdoctor("rerun", file, "--base-url", url, "--any-endpoint", **keys)

    assert f"Left out: what goes to {path}" in refused.err
    assert asked_before == []
    assert told.code in (0, 1, 4), told.err
    assert asked


def test_rerun_asks_before_it_opens_very_many_sessions(tmp_path: Path) -> None:
    def many(run: dict[str, Any]) -> None:
        observation = run["observations"][0]
        run["observations"] = []
        for number in range(1, 500):
            setup = dict(observation["setup"])
            value = {"params": [["n", str(number)]]}
            setup["call_query"] = {"name": "q", "value": value}
            run["observations"].append({**observation, "probe": f"#{number}", "setup": setup})

    file = changed(tmp_path / "many.json", many)

    refused = rtdoctor("rerun", file, "--sandbox", XDG_STATE_HOME=str(tmp_path))
    some = rtdoctor("rerun", file, "--sandbox", "--budget", "3", XDG_STATE_HOME=str(tmp_path))

    assert refused.code == 2
    assert "--budget 499" in refused.err
    assert "3 probes against" in some.err


def test_what_rerun_proposes_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    def target(run: dict[str, Any]) -> None:
        url = "https://x.example/\x1b[2J'; touch y; '"
        run["header"]["target"] = {"name": "openai", "base_url": url, "era": None}

    done = rtdoctor_on_a_terminal("rerun", changed(tmp_path / "evil.json", target))

    assert "\x1b[2J" not in done
    (line,) = [line for line in done.splitlines() if "--base-url" in line]
    assert len(shlex.split(line.partition("--base-url ")[2])) == 1


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


@pytest.mark.linux
@pytest.mark.parametrize(
    "command",
    [
        ["show", "run.json"],
        ["show", "run.json", "1"],
        ["show", "run.json", "1", "--as", "curl"],
        ["show", "run.json", "1", "--as", "python"],
        ["show", "run.json", "1", "--as", "js"],
        ["replay", "run.json"],
        ["diff", "run.json", "run.json"],
        ["diff", "run.json", "other.json"],
        ["diff", "run.json", "other.json", "--json"],
        ["rerun", "run.json", "--sandbox"],
    ],
    ids=" ".join,
)
def test_hostile_text_reaches_the_terminal_only_as_pictures(
    command: list[str], tmp_path: Path
) -> None:
    run, diagnosis = runs.hostile()
    (tmp_path / "run.json").write_bytes(codec.encode(run, diagnosis))
    (tmp_path / "other.json").write_bytes(codec.encode(*runs.founding()))

    shown = rtdoctor_on_a_terminal(*command, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path))

    assert "Traceback" not in shown
    # what rich writes to colour a text, and nothing else
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A", "", shown)
    for char in ("\x1b", "\x07", "\x9b", "\u202e", "\u2028", "\x00"):
        assert char not in plain
