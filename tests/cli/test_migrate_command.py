"""``rtdoctor migrate`` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import CommandResult, rtdoctor

BETA = '{"model":"gpt-4o-realtime-preview","voice":"verse","temperature":0.8}'
GA = (
    '{"session":{"type":"realtime","model":"gpt-4o-realtime-preview",'
    '"audio":{"output":{"voice":"verse"}}}}'
)
CODE = 'fetch("https://api.openai.com/v1/realtime?model=m"); use(data.client_secret.value);\n'


def piped(text: str, *arguments: str) -> CommandResult:
    command = [sys.executable, "-m", "rtdoctor", "migrate", "-", *arguments]
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, timeout=60, check=False
    )
    return CommandResult(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body.json"
    path.write_text(BETA)
    return path


def test_standard_output_has_the_result_and_nothing_else(body: Path) -> None:
    done = rtdoctor("migrate", body)

    assert (done.code, done.out) == (0, GA)
    assert f"-{BETA}\n+{GA}\n" in done.err
    assert "temperature has no place in the GA request and is left out" in done.err
    assert "(TOK-UNKNOWN-SESSION-PARAM)" in done.err
    assert body.read_text() == BETA


def test_what_is_piped_in_is_told_by_its_content() -> None:
    assert piped(BETA).out == GA
    assert json.loads(piped(GA, "--to", "beta").out) == {
        "model": "gpt-4o-realtime-preview",
        "voice": "verse",
    }
    assert piped("token_endpoint: sessions\n").out == (
        "token_endpoint: /v1/realtime/client_secrets\n"
    )
    assert "realtime/calls" in piped(CODE).out


def test_into_a_file_the_reasons_go_to_standard_output(body: Path, tmp_path: Path) -> None:
    done = rtdoctor("migrate", body, "-o", tmp_path / "ga.json")

    assert (tmp_path / "ga.json").read_text() == GA
    assert "voice moves to" in done.out
    assert done.err == ""


def test_the_file_itself_is_never_written(body: Path) -> None:
    link = body.with_name("link.json")
    os.link(body, link)

    for name in (body, link):
        done = rtdoctor("migrate", body, "-o", name)
        assert done.code == 2
        assert "is the file itself" in done.err
    assert body.read_text() == BETA


def test_what_is_left_to_do_has_its_own_exit_code(tmp_path: Path) -> None:
    code = tmp_path / "app.js"
    code.write_text(CODE)

    done = rtdoctor("migrate", code)

    assert done.code == 4
    assert "not migrated: line 1: read the token at value" in done.err


def test_a_secret_is_masked_wherever_it_stands(tmp_path: Path) -> None:
    key = "sk-proj-" + "aB3dE6gH9j" * 5
    code = tmp_path / "app.py"
    code.write_text(f'key = "{key}"\nurl = "https://api.openai.com/v1/realtime?model=m"\n')

    done = rtdoctor("migrate", code)

    assert key not in done.out + done.err
    assert "Masked in the result: 1 API key" in done.err
    assert "realtime/calls" in done.out


SETUPS = {
    "realtime": """\
token_endpoint: /v1/realtime/sessions
token_body: {json: {voice: verse, modalities: [text, audio], temperature: 0.8}}
beta_header: {mint: realtime=v1, call: realtime=v1}
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-4o-realtime-preview}}
""",
    "transcription": """\
token_endpoint: /v1/realtime/transcription_sessions
token_body: {json: {input_audio_format: pcm16, input_audio_transcription: {model: whisper-1}}}
call_endpoint: /v1/realtime
call_query: {params: {intent: transcription}}
""",
    "API key": """\
auth: api_key
token_endpoint: none
token_body: none
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-4o-realtime-preview}}
""",
}


@pytest.mark.parametrize("name", SETUPS)
def test_a_migrated_setup_connects_in_each_generation(name: str, tmp_path: Path) -> None:
    beta, ga, back = (tmp_path / f"{name}.yaml" for name in ("beta", "ga", "back"))
    beta.write_text(SETUPS[name])

    assert rtdoctor("migrate", beta, "-o", ga).code == 0
    assert rtdoctor("migrate", ga, "--to", "beta", "-o", back).code == 0
    # the sandbox of today serves no preview model, and a migration keeps the user's
    ga.write_text(ga.read_text().replace("gpt-4o-realtime-preview", "gpt-realtime"))

    for setup, era in ((ga, "single-use"), (back, "beta")):
        done = rtdoctor("check", "--sandbox", era, "--setup", setup, "-q", "--journal", "none")
        assert done.code == 0, done.out


@pytest.mark.parametrize(
    ("name", "text", "arguments", "message"),
    [
        ("a.json", '{\n"a":', (), "a.json:2: this is not JSON"),
        ("a.json", "[]", (), "is no object"),
        ("a.json", '{"foo": 1}', (), "--from sessions"),
        ("a.json", "", (), "is empty"),
        ("a.yaml", "token_endpoint: x\n", (), "a.yaml:1: token_endpoint has no level 'x'"),
        ("a.js", CODE, ("--to", "beta"), "source code is migrated to GA only"),
        ("a.js", "\0\udcff", (), "is not UTF-8"),
        ("a.js", "x" * (2**20 + 1), (), "larger than 1 MB"),
    ],
)
def test_bad_input_is_named_with_what_to_do(
    name: str, text: str, arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    done = rtdoctor("migrate", path, *arguments)

    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = rtdoctor("migrate", tmp_path / "none.json")

    assert done.code == 2
    assert "none.json: cannot be read: No such file" in done.err
