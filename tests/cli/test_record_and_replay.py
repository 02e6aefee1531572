"""A check recorded to a folder is the same check when it is played back without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cli import SavedRun, rtdoctor

CASSETTES = Path(__file__).parents[2] / "cassettes"
ERAS = ("beta", "coexist", "ga-only", "single-use")


def replayed(folder: Path, tmp_path: Path) -> tuple[int, SavedRun]:
    out = tmp_path / "replayed.json"
    done = rtdoctor(
        "check", "--replay", folder, "--json", out, XDG_STATE_HOME=str(tmp_path),
        HTTP_PROXY="http://127.0.0.1:9",
    )  # fmt: skip
    assert "Traceback" not in done.err
    return done.code, SavedRun.read(out)


def summary(run: SavedRun) -> dict[str, tuple[str, object, object]]:
    return {
        json.dumps({f: level["name"] for f, level in o["setup"].items()}): (
            o["outcome"]["kind"],
            o["outcome"]["stage"],
            o["outcome"]["signature"],
        )
        for o in run.observations
    }


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SavedRun]:
    folder = tmp_path_factory.mktemp("recorded")
    done = rtdoctor(
        "check", "--sandbox", "beta", "--only", "call_endpoint=realtime",
        "--only", "token_endpoint=none,sessions,transcription_sessions",
        "--record", folder / "cassette", "--json", folder / "run.json",
        XDG_STATE_HOME=str(folder),
    )  # fmt: skip
    assert done.code == 0, done.err
    return folder / "cassette", SavedRun.read(folder / "run.json")


def test_a_replay_ends_as_the_recording_did(
    recorded: tuple[Path, SavedRun], tmp_path: Path
) -> None:
    folder, original = recorded

    code, again = replayed(folder, tmp_path)

    assert code == 0
    assert summary(again) == summary(original)


def test_stages_that_no_exchange_stands_behind_are_marked_as_recorded(
    recorded: tuple[Path, SavedRun], tmp_path: Path
) -> None:
    _, again = replayed(recorded[0], tmp_path)
    connected = [o for o in again.observations if o["outcome"]["kind"] == "pass"]

    assert connected
    for observation in connected:
        assert observation["replayed"]
        details = {s["stage"]: s["detail"] for s in observation["stages"]}
        for stage in ("ice", "dtls", "channel", "session"):
            assert details[stage].startswith("recorded")


def test_the_terminal_says_that_nothing_was_sent(recorded: tuple[Path, SavedRun]) -> None:
    done = rtdoctor("check", "--replay", recorded[0])

    assert "Played back from a recording, without a network" in done.out


def test_no_token_key_or_ice_password_is_in_a_recording(recorded: tuple[Path, SavedRun]) -> None:
    for file in recorded[0].iterdir():
        text = file.read_text("utf-8")
        assert "ek_sandbox" not in text
        assert "sk-sandbox" not in text
        assert "ice-pwd:redacted" in text


@pytest.mark.parametrize("era", ERAS)
def test_the_shipped_cassettes_hold_the_founding_case(era: str, tmp_path: Path) -> None:
    code, run = replayed(CASSETTES / f"founding-{era}", tmp_path)
    subject = next(o for o in run.observations if o["purpose"] == "subject")
    signature = subject["outcome"]["signature"]

    assert code == 1
    if era in ("beta", "coexist"):
        assert signature["status"] == 400
        assert [signature[k] for k in ("message", "type", "code", "param")] == ["", "", "", ""]
        cause = {(b["factor"], b["level"]) for b in run.data["diagnosis"]["causes"][0]["levels"]}
        assert cause == {
            ("token_endpoint", "transcription_sessions"),
            ("call_query", "model_transcribe"),
        }
    else:
        assert signature["status"] == 404
        assert len(run.data["diagnosis"]["causes"]) == 3


def test_a_recording_is_not_overwritten(recorded: tuple[Path, SavedRun], tmp_path: Path) -> None:
    done = rtdoctor("check", "--sandbox", "--record", recorded[0], XDG_STATE_HOME=str(tmp_path))

    assert done.code == 2
    assert "already holds a recording" in done.err


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json", '{"version": 1, "interactions": 7}'])
def test_a_spoilt_recording_is_named_as_such(
    recorded: tuple[Path, SavedRun], text: str, tmp_path: Path
) -> None:
    (tmp_path / "http.json").write_text(text)
    (tmp_path / "run.json").write_bytes((recorded[0] / "run.json").read_bytes())

    done = rtdoctor("check", "--replay", tmp_path, XDG_STATE_HOME=str(tmp_path))

    assert done.code == 2
    assert "recording" in done.err
    assert "Traceback" not in done.err
