"""``rtdoctor check --sandbox``: what a newcomer sees, in the beta and today."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from rtdoctor.evidence import codec
from support.cli import CommandResult, SavedRun, rtdoctor

FOUNDING = {
    "token_endpoint": "transcription_sessions",
    "token_body": "founding",
    "call_endpoint": "realtime",
    "call_query": "model_transcribe",
}


def survey(era: str, folder: Path) -> tuple[CommandResult, SavedRun]:
    out = folder / f"{era}.json"
    done = rtdoctor(
        "check",
        "--sandbox",
        era,
        "--json",
        out,
        XDG_STATE_HOME=str(folder),
        NO_COLOR="1",
        COLUMNS="80",
    )
    assert done.code == 0, done.err
    return done, SavedRun.read(out)


@pytest.fixture(scope="module")
def beta(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandResult, SavedRun]:
    return survey("beta", tmp_path_factory.mktemp("beta"))


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandResult, SavedRun]:
    return survey("single-use", tmp_path_factory.mktemp("today"))


def test_the_founding_case_is_refused_with_an_error_of_empty_strings(
    beta: tuple[CommandResult, SavedRun],
) -> None:
    outcome = beta[1].cell(**FOUNDING)["outcome"]

    assert (outcome["kind"], outcome["stage"]) == ("fail", "exchange")
    signature = outcome["signature"]
    assert signature["status"] == 400
    assert [signature[k] for k in ("message", "type", "code", "param")] == ["", "", "", ""]


@pytest.mark.parametrize(
    "levels",
    [
        {"token_endpoint": "none", "auth": "api_key", "call_query": "model_transcribe"},
        {"token_endpoint": "sessions", "token_body": "founding_with_model",
         "call_query": "model_transcribe"},
        {**FOUNDING, "call_query": "intent_transcription"},
    ],
    ids=["the API key itself", "minted at sessions with a model", "intent=transcription"],
)  # fmt: skip
def test_what_cures_the_founding_case_reaches_the_session(
    beta: tuple[CommandResult, SavedRun], levels: dict[str, str]
) -> None:
    assert beta[1].outcome(**{"call_endpoint": "realtime", **levels})[:2] == ("pass", "session")


def test_today_the_beta_mint_is_gone(today: tuple[CommandResult, SavedRun]) -> None:
    cell = next(
        o
        for o in today[1].observations
        if o["setup"]["token_endpoint"]["name"] == "transcription_sessions"
        and o["outcome"]["kind"] == "fail"
    )

    signature = cell["outcome"]["signature"]
    assert cell["outcome"]["stage"] == "mint"
    assert signature["status"] == 404
    assert signature["message"] == "Invalid URL (POST /v1/realtime/transcription_sessions)"


@pytest.mark.parametrize("body", ["ga_realtime", "ga_transcription"])
def test_today_the_ga_recipes_reach_the_session(
    today: tuple[CommandResult, SavedRun], body: str
) -> None:
    levels = {"token_endpoint": "client_secrets", "token_body": body, "call_endpoint": "calls"}

    assert today[1].outcome(**levels)[:2] == ("pass", "session")


def test_today_the_beta_call_is_disabled(today: tuple[CommandResult, SavedRun]) -> None:
    levels = {
        "token_endpoint": "client_secrets",
        "token_body": "ga_realtime",
        "call_endpoint": "realtime",
        "call_query": "model_realtime",
    }

    assert today[1].outcome(**levels) == ("fail", "exchange", 400, "beta_api_shape_disabled")


def test_today_a_token_works_once(today: tuple[CommandResult, SavedRun]) -> None:
    levels = {"token_endpoint": "client_secrets", "token_body": "ga_realtime"}

    used = today[1].cell(**levels, call_endpoint="calls", auth="used")

    assert used["outcome"]["signature"]["status"] == 401
    assert used["outcome"]["signature"]["code"] == "ephemeral_token_already_used"
    assert used["token"]["earlier_calls"] == 1


@pytest.mark.parametrize("which", ["beta", "today"])
def test_every_session_opened_is_hung_up(which: str, request: pytest.FixtureRequest) -> None:
    _, run = request.getfixturevalue(which)

    opened = [o for o in run.observations if o["sessions_opened"]]

    assert opened
    assert all(o["sessions_opened"] == o["sessions_hung_up"] for o in opened)


def test_the_json_follows_its_schema(today: tuple[CommandResult, SavedRun]) -> None:
    jsonschema.validate(today[1].data, codec.schema())


def test_the_terminal_says_what_was_probed_and_fits_80_columns(
    today: tuple[CommandResult, SavedRun],
) -> None:
    done, _ = today

    assert "the embedded sandbox, era single-use (not the real service)" in done.out
    assert "beta_api_shape_disabled" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b" not in done.out + done.err


def test_inferred_answers_are_marked(today: tuple[CommandResult, SavedRun]) -> None:
    done, run = today
    bases = {r["basis"] for o in run.observations for r in o["rules"]}

    assert bases == {"fact", "inferred"}
    assert "inferred" in done.out


def test_a_missing_key_is_explained_in_two_lines(tmp_path: Path) -> None:
    done = rtdoctor("check", XDG_STATE_HOME=str(tmp_path))

    assert done.code == 2
    assert done.out == ""
    assert done.err.splitlines() == [
        "Error: no API key: set OPENAI_API_KEY, or name a file with --key-file",
        "To see it work without a key: rtdoctor check --sandbox",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--sandbox", "betta"], "did you mean 'beta'?"),
        (["check", "--sandbox", "--only", "call_encoding=trimed"], "did you mean 'trimmed'?"),
        (["check", "--sandbox", "--only", "ofer=no_audio"], "did you mean 'offer'?"),
        (["check", "--sandbox", "--only", "offer"], "FACTOR=LEVEL"),
        (["check", "--sandbox", "--set", "realtime_modle=x"], "did you mean 'realtime_model'?"),
        (["check", "--sandbox", "--probes", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["check", "--sandbox", "--only", "auth=none", "--skip", "auth=none"], "no setup is left"),
        (["check", "--sandbox", "--json", "-", "--html", "-"], "standard output"),
        (["check", "--base-url", "http://example.com", "--key-file", "key"], "not encrypted"),
        (["check", "--resume", "nowhere"], "nowhere"),
        (["check", "--replay", "nowhere"], "nowhere"),
        (["check", "--rules", "r.yaml"], "--sandbox"),
        (["check", "--frobnicate"], "No such option"),
    ],
)  # fmt: skip
def test_usage_errors_exit_2_and_say_what_to_do(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("sk-not-a-real-key-0123456789")

    done = rtdoctor(*arguments, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path))

    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_json_on_standard_output_is_alone_there(tmp_path: Path) -> None:
    done = rtdoctor(
        "check",
        "--sandbox",
        "--only",
        "auth=undefined",
        "--json",
        "-",
        XDG_STATE_HOME=str(tmp_path),
    )

    assert SavedRun(json.loads(done.out)).observations
    assert "Probed" in done.err


def test_dry_run_sends_nothing_and_counts_the_cost(tmp_path: Path) -> None:
    done = rtdoctor("check", "--dry-run", XDG_STATE_HOME=str(tmp_path))

    assert done.code == 0
    assert "50 probes." in done.out
    assert "Nothing was sent." in done.out
    assert not list(tmp_path.rglob("*.ndjson"))


@pytest.mark.parametrize(
    "arguments",
    [
        "--help", "check --help", "sandbox serve --help", "plan", "plan --levels",
        "check --dry-run", "explain 401 invalid_api_key", "knowledge list",
    ],
)  # fmt: skip
def test_what_sends_nothing_imports_nothing_heavy(arguments: str) -> None:
    code = (
        "import sys; from rtdoctor.cli.main import cli;"
        f"cli({arguments.split()!r}, standalone_mode=False);"
        "heavy = {'aiortc', 'starlette', 'playwright', 'httpx'} & set(sys.modules);"
        "sys.exit(','.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


def test_the_journal_is_private_and_holds_the_run(tmp_path: Path) -> None:
    rtdoctor("check", "--sandbox", "--only", "auth=undefined", XDG_STATE_HOME=str(tmp_path))

    (journal,) = tmp_path.rglob("*.ndjson")
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["run", "observation", "end"]
    assert os.name != "posix" or oct(journal.stat().st_mode)[-3:] == "600"


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """The journal of a run that ended after its first probe, at a port where nothing listens."""
    (tmp_path / "key").write_text("sk-not-a-real-key-0123456789")
    journal = tmp_path / "run.ndjson"
    rtdoctor(
        "check", "--base-url", "http://127.0.0.1:1", "--key-file", tmp_path / "key",
        "--only", "auth=none,undefined", "--journal", journal,
    )  # fmt: skip
    journal.write_text("".join(journal.read_text("utf-8").splitlines(keepends=True)[:2]))
    return journal


def test_a_resumed_run_sends_the_key_to_the_service_that_is_named_again(
    interrupted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    rtdoctor(
        "check", "--resume", interrupted, "--base-url", "http://127.0.0.1:1",
        "--key-file", tmp_path / "key", "--json", out,
    )  # fmt: skip

    seen = SavedRun.read(out).observations
    assert len(seen) == 2
    for observation in seen:
        for exchange in observation["exchanges"]:
            assert exchange["request"]["url"].startswith("http://127.0.0.1:1/")


def test_a_journal_alone_does_not_decide_where_the_key_goes(
    interrupted: Path, tmp_path: Path
) -> None:
    elsewhere = "https://gateway.invalid.example"
    interrupted.write_text(interrupted.read_text("utf-8").replace("http://127.0.0.1:1", elsewhere))

    done = rtdoctor("check", "--resume", interrupted, "--key-file", tmp_path / "key")

    assert done.code == 2
    assert f"--base-url {elsewhere}" in done.err


def test_a_journal_sends_no_key_to_a_port_of_this_machine_that_was_not_named(
    interrupted: Path, tmp_path: Path
) -> None:
    done = rtdoctor("check", "--resume", interrupted, "--key-file", tmp_path / "key")

    assert done.code == 2
    assert "a stranger may have written" in done.err
    assert "--base-url http://127.0.0.1:1" in done.err


@pytest.mark.linux
def test_a_terminal_shows_how_many_probes_are_done_and_which_was_last(tmp_path: Path) -> None:
    import pty  # not on Windows

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "rtdoctor", "check", "--sandbox", "--only", "offer=no_audio"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # the other end was closed
        while chunk := os.read(ours, 65536):
            seen += chunk
    os.close(ours)

    assert process.wait() == 1
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    assert re.search(r"Probing .* 1/1 0:0\d:\d\d #1 client_secrets · ga_realtime", text), text
    assert "\x1b[?25h" in seen.decode()  # the cursor is back
