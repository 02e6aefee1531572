"""``rtdoctor tap`` as a user runs it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.cli import rtdoctor
from support.hostile import Answer, Received, answer
from support.sandbox_http import FOUNDING, GA_REALTIME
from support.threaded import serving

MINT = """
import httpx, os
key = os.environ["OPENAI_API_KEY"]
url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
body = {"session": {"type": "realtime", "model": "gpt-realtime"}}
headers = {"Authorization": "Bearer " + key}
got = httpx.post(url + "/realtime/client_secrets", headers=headers, json=body)
print("minted", got.status_code, got.json()["value"])
"""
OWN_KEY = "sk-proj-0wnK3yOfTheBackendAbCdEf0123456789"


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


@contextmanager
def tapping(*options: str | Path, ends_with: signal.Signals = signal.SIGINT) -> Iterator[list[str]]:
    """A tap that runs for the block; yields the lines of its greeting, then all that it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rtdoctor", "tap", "--port", "0", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines: list[str] = []
    with process:
        try:
            while not lines or "Ctrl-C ends it" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            yield lines
        finally:
            process.send_signal(ends_with)
            said, _ = process.communicate(timeout=30)
            lines += said.splitlines(keepends=True)
    assert process.returncode == 0, lines


def value_in(lines: list[str], name: str) -> str:
    words = [word for line in lines for word in line.split() if word.startswith(f"{name}=")]
    return words[0].partition("=")[2]


@pytest.mark.posix
def test_an_app_that_is_given_the_base_url(tmp_path: Path) -> None:
    har_file = tmp_path / "app.har"
    with tapping("--sandbox", "beta", "--write", har_file) as said:
        base_url = value_in(said, "OPENAI_BASE_URL")
        key = next(line.split()[2] for line in said if "API key" in line)
        with httpx.Client(base_url=base_url, trust_env=False) as client:
            got = client.post(
                "realtime/transcription_sessions",
                headers={"Authorization": f"Bearer {key}", "Origin": "http://localhost:3000"},
                json=FOUNDING,
            )
            assert got.status_code == 200
            token = got.json()["client_secret"]["value"]
    told = "".join(said)
    assert "not the real service" in told
    line = next(line for line in said if line.startswith("#1 "))
    assert line.startswith(
        "#1 POST https://api.openai.com/v1/realtime/transcription_sessions -> 200, "
    )
    assert "for http://localhost:3000" in line
    assert "1 exchange with the service." in told
    archive = har_file.read_text("utf-8")
    (entry,) = json.loads(archive)["log"]["entries"]
    assert json.loads(entry["request"]["postData"]["text"]) == FOUNDING
    for secret in (key, token):
        assert secret not in archive
        assert secret not in "".join(said[said.index(line) :])
    if os.name == "posix":
        assert har_file.stat().st_mode & 0o077 == 0


@pytest.mark.posix
def test_a_terminated_tap_hangs_up_and_writes_too(tmp_path: Path) -> None:
    har_file = tmp_path / "app.har"
    with tapping("--sandbox", "--write", har_file, ends_with=signal.SIGTERM) as said:
        proxy, bundle = value_in(said, "HTTPS_PROXY"), value_in(said, "SSL_CERT_FILE")
        key = next(line.split()[2] for line in said if "API key" in line)
        subprocess.run(
            [sys.executable, "-c", MINT],
            env={
                **os.environ,
                "HTTPS_PROXY": proxy,
                "SSL_CERT_FILE": bundle,
                "OPENAI_API_KEY": key,
            },
            check=True,
            timeout=30,
        )
        assert Path(bundle).exists()
    assert len(json.loads(har_file.read_bytes())["log"]["entries"]) == 1
    assert not Path(bundle).exists()


def test_a_command_is_led_to_the_sandbox_by_its_environment(tmp_path: Path) -> None:
    har_file = tmp_path / "app.har"
    done = rtdoctor("tap", "--sandbox", "--run", python(MINT), "--write", har_file)
    assert done.code == 0, done.err
    assert done.out == "minted 200 ek_…?1\n"
    assert "#1 POST https://api.openai.com/v1/realtime/client_secrets -> 200" in done.err
    assert "The command has ended with exit code 0." in done.err
    (entry,) = json.loads(har_file.read_bytes())["log"]["entries"]
    assert json.loads(entry["request"]["postData"]["text"]) == GA_REALTIME


@pytest.mark.linux
def test_ctrl_c_ends_the_command_in_order_and_shows_its_last_words() -> None:
    code = (
        "import os, signal, sys, time\n"
        "def ends(*_): print('cleaned up', flush=True); sys.exit(3)\n"
        "signal.signal(signal.SIGTERM, ends)\n"
        "print('pid', os.getpid(), flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "rtdoctor", "tap", "--sandbox", "--run", python(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline().split()[1])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert out == "cleaned up\n"
    assert not Path(f"/proc/{pid}").exists()
    assert "0 exchanges with the service." in err


def test_a_command_before_a_real_service_keeps_its_own_key(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def service(received: Received) -> Answer:
        seen.append(received.headers.get("authorization"))
        return answer(200, '{"value": "ek_68af296e8e408191a1120ab6383263c2"}')

    with serving(service) as url:
        # this machine is never reached through a proxy, so the base URL leads to the tap
        options = ("--base-url", url, "--openai-base-url")
        done = rtdoctor("tap", *options, "--run", python(MINT), OPENAI_API_KEY=OWN_KEY)
    assert done.code == 0, done.err
    assert "minted 200 ek_…?1" in done.out, done.out + done.err
    assert seen == [f"Bearer {OWN_KEY}"]
    assert OWN_KEY not in done.out + done.err


def test_a_key_file_is_given_to_the_service_and_not_to_the_command(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(OWN_KEY)
    seen: list[str | None] = []

    def service(received: Received) -> Answer:
        seen.append(received.headers.get("authorization"))
        return answer(200, json.dumps({"value": f"{OWN_KEY} comes back"}))

    with serving(service) as url:
        done = rtdoctor(
            *("tap", "--base-url", url, "--key-file", key_file),
            *("--openai-base-url", "--run", python(MINT)),
        )
    assert done.out == "minted 200 " + "*" * len(OWN_KEY) + " comes back\n", done.out + done.err
    assert seen == [f"Bearer {OWN_KEY}"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sandbox", "gamma"), "no era is called 'gamma'"),
        (("--sandbox", "beta", "--base-url", "https://a.test"), "excludes --base-url"),
        (("--base-url", "https://user:word@a.test"), "user name or password"),
        (("--base-url", "http://a.test"), "not encrypted"),
        (("--run", " "), "there is no command"),
        (("--openai-base-url",), "add --run"),
        (("--write", "/no/such/folder/app.har"), "folder that exists"),
        (("--write", "/"), "name a file"),
        (("--key-file", "/no/such/key"), "/no/such/key"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_served(
    options: tuple[str, ...], said: str
) -> None:
    done = rtdoctor("tap", *options)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_port_that_is_taken_names_the_port() -> None:
    with serving(lambda received: answer(200)) as url:
        port = url.rpartition(":")[2]
        done = rtdoctor("tap", "--base-url", "https://a.test", "--port", port)
    assert done.code == 2
    assert f"port {port}" in done.err
    assert "Choose another port" in done.err
