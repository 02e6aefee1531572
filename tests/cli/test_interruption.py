"""Ctrl-C, SIGTERM and SIGKILL: what was seen stays, no call stays open, the run can go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rtdoctor.evidence.load import load_run
from support.cli import SavedRun, rtdoctor
from support.killing import interrupt, journalled, kill_after, start, wait_until
from support.sandbox_process import rtdoctor_sandbox

SLOW = """\
rules:
  - id: slow-transcription
    when: {endpoint: mint, body: {session.type: {equals: transcription}}}
    answer: {status: 400, delay_s: 20, error: {message: late}}
"""
FOUNDING = Path(__file__).parents[2] / "cassettes" / "founding.yaml"


def open_calls(url: str) -> int:
    with urllib.request.urlopen(f"{url}/sandbox/state") as answer:
        calls: int = json.loads(answer.read())["calls"]["open"]
        return calls


@pytest.mark.parametrize(
    "how", ["Ctrl-C", pytest.param("SIGTERM", marks=pytest.mark.posix), "like Windows"]
)
def test_an_interrupted_survey_reports_what_it_saw_and_leaves_no_call_open(
    how: str, tmp_path: Path
) -> None:
    (tmp_path / "slow.yaml").write_text(SLOW)
    out, journal = tmp_path / "run.json", tmp_path / "run.ndjson"
    with rtdoctor_sandbox("single-use", tmp_path / "slow.yaml") as sandbox:
        process = start(
            "check", "--base-url", sandbox.url, "--json", out, "--journal", journal,
            shown=tmp_path / "shown", like_windows=how == "like Windows",
            OPENAI_API_KEY=sandbox.key, XDG_STATE_HOME=str(tmp_path),
        )  # fmt: skip
        # all but the slow ones: then only they are in flight
        assert wait_until(lambda: journalled(journal) > 30, process)
        if how == "SIGTERM":
            process.terminate()
        else:
            interrupt(process)
        code = process.wait(timeout=30)
        still_open = open_calls(sandbox.url)

    run = SavedRun.read(out)
    assert code == 130
    shown = (tmp_path / "shown").read_text("utf-8").splitlines()
    assert shown[-1].startswith("To go on: rtdoctor check --resume ")
    assert str(journal) in shown[-1]
    assert any("partial: interrupted" in line for line in shown)
    assert run.data["run"]["finished"] == "interrupted"
    assert len(run.observations) >= 30
    assert still_open == 0


@pytest.mark.posix
@pytest.mark.parametrize("lines", [1, 4, 9, 15])
def test_a_killed_diagnosis_loads_and_resumes_to_the_same_causes(
    lines: int, tmp_path: Path
) -> None:
    journal = tmp_path / "run.ndjson"
    kill_after(
        lines, journal, "check", "--sandbox", "beta", "--setup", FOUNDING,
        XDG_STATE_HOME=str(tmp_path),
    )  # fmt: skip
    before, _ = load_run(journal)

    done = rtdoctor(
        "check", "--resume", journal, "--json", tmp_path / "out.json", XDG_STATE_HOME=str(tmp_path)
    )

    after = SavedRun.read(tmp_path / "out.json")
    assert done.code == 1, done.err
    assert len(before.observations) == lines - 1
    kept = [o["probe"] for o in after.observations][: len(before.observations)]
    assert kept == [o.probe for o in before.observations]
    (cause,) = after.data["diagnosis"]["causes"]
    assert {(b["factor"], b["level"]) for b in cause["levels"]} == {
        ("token_endpoint", "transcription_sessions"),
        ("call_query", "model_transcribe"),
    }


@pytest.mark.posix
def test_a_killed_survey_resumes_without_repeating_probes(tmp_path: Path) -> None:
    journal = tmp_path / "run.ndjson"
    kill_after(8, journal, "check", "--sandbox", XDG_STATE_HOME=str(tmp_path))
    before, _ = load_run(journal)

    done = rtdoctor(
        "check", "--resume", journal, "--json", tmp_path / "out.json", XDG_STATE_HOME=str(tmp_path)
    )

    after = SavedRun.read(tmp_path / "out.json")
    assert done.code == 0, done.err
    assert sorted(o["probe"] for o in after.observations) == sorted(f"#{i}" for i in range(1, 51))
    started = {o["probe"]: o["started_at"] for o in after.observations}
    assert all(started[o.probe] == o.started_at for o in before.observations)


def test_a_complete_run_cannot_be_resumed(tmp_path: Path) -> None:
    journal = tmp_path / "run.ndjson"
    rtdoctor(
        "check", "--sandbox", "--only", "auth=undefined", "--journal", journal,
        XDG_STATE_HOME=str(tmp_path),
    )  # fmt: skip

    done = rtdoctor("check", "--resume", journal, XDG_STATE_HOME=str(tmp_path))

    assert done.code == 2
    assert "complete" in done.err


@pytest.mark.linux
def test_a_closed_terminal_leaves_the_report_and_the_journal(tmp_path: Path) -> None:
    import pty  # not on Windows

    leader, follower = pty.openpty()
    out, journal = tmp_path / "run.json", tmp_path / "run.ndjson"
    process = subprocess.Popen(
        [sys.executable, "-m", "rtdoctor", "check", "--sandbox", "--json", out,
         "--journal", journal],
        stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    os.close(follower)
    assert wait_until(lambda: journalled(journal) > 3, process)
    os.close(leader)
    process.wait(timeout=60)

    run, _ = load_run(journal)
    assert len(run.observations) >= 3
    assert len(SavedRun.read(out).observations) >= 3


@pytest.mark.parametrize("lines", [4, 12, 25])
def test_the_count_of_calls_agrees_with_the_service_after_an_interruption(
    lines: int, tmp_path: Path
) -> None:
    out, journal = tmp_path / "run.json", tmp_path / "run.ndjson"
    with rtdoctor_sandbox("coexist") as sandbox:
        process = start(
            "check", "--base-url", sandbox.url, "--jobs", "4", "--json", out, "--journal", journal,
            OPENAI_API_KEY=sandbox.key, XDG_STATE_HOME=str(tmp_path),
        )  # fmt: skip
        assert wait_until(lambda: journalled(journal) >= lines, process)
        interrupt(process)
        code = process.wait(timeout=30)
        calls = sandbox.state()["calls"]

    assert code == 130
    for run in (load_run(out)[0], load_run(journal)[0]):
        ledger = run.ledger
        assert (ledger.sessions_opened, ledger.sessions_hung_up) == (
            calls["opened"],
            calls["hung_up"],
        )
        assert ledger.sessions_left_open == calls["open"] == 0


def test_what_was_cut_short_is_counted_and_probed_again_when_resumed(tmp_path: Path) -> None:
    silent = "rules: [{id: silent, when: {endpoint: channel}, answer: {}}]"
    journal = tmp_path / "run.ndjson"
    only = ("--only", "token_body=ga_realtime", "--only", "auth=ephemeral",
            "--only", "call_endpoint=calls")  # fmt: skip
    with rtdoctor_sandbox("single-use", silent) as sandbox:
        env = {"OPENAI_API_KEY": sandbox.key, "XDG_STATE_HOME": str(tmp_path)}
        process = start(
            "check", "--base-url", sandbox.url, *only, "--journal", journal, **env
        )  # fmt: skip
        assert wait_until(lambda: open_calls(sandbox.url) > 0, process)
        interrupt(process)
        process.wait(timeout=30)
        calls = sandbox.state()["calls"]
        cut, _ = load_run(journal)

        done = rtdoctor("check", "--resume", journal, "--base-url", sandbox.url, **env)
        after = sandbox.state()["calls"]

    assert cut.cut_short
    assert all(o.outcome.reason == "interrupted" for o in cut.cut_short)
    assert cut.ledger.sessions_opened == calls["opened"]
    assert cut.ledger.sessions_hung_up == calls["hung_up"]
    again, _ = load_run(journal)
    assert len(again.observations) == len(again.header.plan), done.err
    assert again.ledger.sessions_opened == after["opened"]
