"""``rtdoctor check --run COMMAND URL``: the app starts behind the front, and is the subject."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from browser.backend import page, served
from support.cli import rtdoctor

APPS = Path(__file__).parent / "app"
KEY = "sk-proj-0wnK3yOfTheBackendAbCdEf0123456789"
WITHIN_S = 30.0


def free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port: int = probing.getsockname()[1]
    return port


def python(*arguments: object) -> str:
    return shlex.join([sys.executable, *map(str, arguments)])


@pytest.mark.browser
def test_what_the_backend_swallows_is_found_and_mended_in_the_code(
    chromium: str, tmp_path: Path
) -> None:
    folder, port = tmp_path / "app", free_port()
    shutil.copytree(APPS, folder, ignore=shutil.ignore_patterns("offer*", "__pycache__"))
    report, diff = tmp_path / "run.json", tmp_path / "fix.diff"

    done = rtdoctor(
        *("check", "--sandbox", "--run", python("token_app.py", port)),
        *(f"http://localhost:{port}/", "--json", report, "--source", ".", "--fix", diff),
        cwd=folder,
    )

    assert done.code == 1, done.err
    assert "your backend: POST api.openai.com/v1/realtime/sessions: 404" in done.out
    assert "the command printed" not in done.out  # the refusal itself is seen
    run = json.loads(report.read_text())["run"]
    body = run["header"]["subject"]["token_body"]["value"]["text"]
    assert json.loads(body)["instructions"] == "Be kind."  # what the backend really sent
    assert_proved_in_few_runs(run["page"]["proof"])
    assert {(p["request"], p["file"], p["line"]) for p in run["page"]["in_code"]} == {
        ("the request to your backend", "token.js", 3),
        ("the token request", "token_app.py", 19),
        ("the call", "token.js", 12),
    }
    assert "The edited page connected." in done.err
    assert "+++ b/token_app.py" in diff.read_text()
    assert "+++ b/token.js" in diff.read_text()
    assert (folder / "token_app.py").read_text() == (APPS / "token_app.py").read_text()


def assert_proved_in_few_runs(proof: dict[str, Any]) -> None:
    assert proof["is_proved"]
    assert proof["needed"] == ["the token request", "the call"]
    changed = [attempt["changed"] for attempt in proof["attempts"]]
    assert changed == [[], [], proof["changes"], proof["changes"], ["the token request"]]
    # where the token is refused there is no call, so the call alone need not be changed
    assert proof["attempts"][0]["idle"] == ["the call"]


@pytest.mark.browser
def test_a_call_that_the_backend_makes_is_the_subject(chromium: str) -> None:
    port = free_port()
    done = rtdoctor(
        *("check", "--sandbox", "--run", python(APPS / "offer_app.py", port)),
        f"http://localhost:{port}/",
        OPENAI_API_KEY=KEY,
    )

    assert done.code == 1, done.err
    assert "your backend: POST api.openai.com/v1/realtime/calls (the call): 400" in done.out
    assert "With this change your page connected" in done.out
    assert "without session.voice" in done.out
    assert KEY not in done.out + done.err


@pytest.mark.browser
@pytest.mark.linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_app_ends_however_the_check_ends(
    chromium: str, tmp_path: Path, number: signal.Signals
) -> None:
    port, told = free_port(), tmp_path / "told"
    command = f"{python(APPS / 'token_app.py', port)} | tee {shlex.quote(str(told))}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "rtdoctor", "check", "--sandbox", "--journal", "none"),
            *("--run", command, f"http://localhost:{port}/"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        for line in process.stderr:
            if line.startswith("Running the page"):
                break
        app = int(told.read_text().split()[1])
        assert is_running(app)
        process.send_signal(number)
        process.communicate(timeout=WITHIN_S)
    assert process.returncode == (-number if number is signal.SIGKILL else 130)
    until = time.monotonic() + WITHIN_S
    while is_running(app) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(app)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.thorough
def test_an_app_that_does_not_come_up_is_told_with_what_it_printed() -> None:
    port = free_port()
    code = f"print('the key is {KEY}'); raise SystemExit('no database')"
    done = rtdoctor(
        *("check", "--sandbox", "--run", python("-c", code), f"http://localhost:{port}/"),
    )

    assert done.code == 3
    assert "the command has ended with exit code 1" in done.err
    assert "no database" in done.err
    assert KEY not in done.out + done.err


@pytest.mark.thorough
def test_an_app_that_needs_longer_is_told_with_the_option_for_it() -> None:
    port = free_port()
    code = "import time; print('\\x1b[32mcompiling\\x1b[0m', flush=True); time.sleep(60)"
    done = rtdoctor(
        *("check", "--sandbox", "--run", python("-c", code), "--start-limit", "1.5"),
        f"http://localhost:{port}/",
    )

    assert done.code == 3
    assert "did not answer within 1.5 s" in done.err
    assert "  compiling\n" in done.err
    assert "--start-limit SECONDS" in done.err


def test_what_runs_already_is_not_taken_for_the_app() -> None:
    with served({"GET /": page("another app")}) as origin:
        done = rtdoctor("check", "--sandbox", "--run", "true", f"{origin}/")

    assert done.code == 2
    assert "something answers" in done.err


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--run", " ", "http://localhost:9/"), "there is no command"),
        (("--run", "true", str(APPS.parent / "pages" / "founding.html")), "this is a file"),
        (("--start-limit", "20", "http://localhost:9/"), "add --run COMMAND"),
    ],
    ids=["no command", "a file", "a limit of nothing"],
)
def test_what_cannot_be_run_is_said(arguments: tuple[str, ...], said: str) -> None:
    done = rtdoctor("check", "--sandbox", *arguments)

    assert done.code == 2
    assert said in done.err
