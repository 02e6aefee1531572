"""Canaries: no secret gets out, in no format, in no encoding, however a run ends."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import os
import re
import subprocess
import sys
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.cli import rtdoctor
from support.hostile import Answer, Received, answer
from support.killing import interrupt, start, wait_until
from support.threaded import serving

CANARIES = {
    "api key": "sk-canary-key-7Hq2ZxKp0vRt5Wm9",
    "token": "ek_canary_tok_4Yb8NcQe1uSj6Xd3",
    "second token in the answer": "ek_canary_two_9Gk3LfRw7iTz2Va5",
    "backend answer": "sk-canary-backend-3Mn6PsDh8oBx1Ue",
    "packed": "sk-canary-packed-6Pd2Lk8Jf4Hs0Ga",
    "cookie": "canarycookie5Rv9Jt2Wq7Zk4Hs8Lm",
    "echoed key in an error": "sk-canary-echo-8Cd1Fg4Hj7Kl0Mn3",
    "url": "canaryurlkey2Xs6Ev9Rb4Tn7Ym1Ui",
    "password in a body": "canarypassword7Qa1Zw4Sx8Ed5Rf2",
    "ice password of the answer": "canaryice6Gt9Hy3Ju7Ki1Lo5Pq",
    "proxy password": "canaryproxy4Mn8Bv2Cx6Zl0Kj3",
    "environment": "sk-canary-env-1Qw5Er9Ty3Ui7Op2As",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJvbmUifQ.c2lnbmF0dXJlLWNhbmFyeS0wMTIz",
}


def encoded(secret: str) -> Iterator[bytes]:
    """The forms a secret may hide in."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield html.escape(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    for shift in range(3):
        # base64 of the secret inside a longer text, at each alignment; the edges depend on it
        whole = base64.b64encode(b"\0" * shift + raw)
        yield whole[4 * bool(shift) : len(whole) - 4]


def unpacked(data: bytes) -> Iterator[bytes]:
    """What base64 in these bytes holds, its lines joined, twice over and gzipped or not."""
    for run in re.findall(rb"[A-Za-z0-9+/]{24,}", data):
        inside = base64.b64decode(run[: len(run) // 4 * 4])
        if inside.startswith(b"\x1f\x8b"):
            with suppress(zlib.error):
                inside = zlib.decompressobj(wbits=31).decompress(inside)
        yield inside
        if inside.isascii():
            yield from unpacked(inside)


def leaked(data: bytes) -> list[str]:
    joined = re.sub(rb"\\+n|\n|\\+u0000|\0", b"", data)
    seen = b" ".join([data, joined, *unpacked(joined)])
    found = [
        name
        for name, secret in CANARIES.items()
        if any(form in seen for form in (*encoded(secret), secret[:20].encode()))
    ]
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            for member in bundle.namelist():
                found += leaked(bundle.read(member))
    return found


def service(received: Received) -> Answer:
    """Mints with canaries all over; refuses the call and echoes what it was sent."""
    cookie = f"session={CANARIES['cookie']}; HttpOnly"
    if "client_secrets" in received.path:
        body = {
            "value": CANARIES["token"],
            "expires_at": 9999999999,
            "session": {
                "backup": CANARIES["second token in the answer"],
                "trace": base64.b64encode(
                    json.dumps({"upstream": {"key": CANARIES["packed"]}}).encode()
                ).decode(),
                "note": f"server key {CANARIES['backend answer']} {CANARIES['jwt']}",
            },
        }
        return answer(200, json.dumps(body), Set_Cookie=cookie)
    shown = received.headers.get("authorization", "none")
    message = (
        f"Incorrect API key provided: {CANARIES['echoed key in an error']}, you sent {shown}, "
        f"see https://help.example/?api_key={CANARIES['url']} "
        f"a=ice-pwd:{CANARIES['ice password of the answer']}\r\n"
    )
    wrapped = base64.b64encode(shown.encode()).decode()
    error = {"message": message, "type": "t", "code": "c", "param": wrapped}
    hidden = {
        "short": f"{shown[:30]}... is not valid",
        "lines": base64.encodebytes(b"-" * 50 + shown.encode()).decode(),
        "twice": base64.b64encode(wrapped.encode()).decode(),
        "gzip": base64.b64encode(gzip.compress(shown.encode())).decode(),
        "entities": "".join(f"&#{ord(c):06}" for c in shown),
        "wide": "\0".join(shown),
    }
    refused = answer(401, json.dumps({"error": error, "hidden": hidden}), Set_Cookie=cookie)
    return refused.replace(b"401 X", f"401 not with {shown}".encode(), 1)


SETUP = f"""\
token_body:
  json:
    session: {{type: realtime, model: m, password: {CANARIES["password in a body"]}}}
call_query: {{params: {{api_key: {CANARIES["url"]}, model: m}}}}
"""


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": CANARIES["api key"],
        "OTHER_SECRET": CANARIES["environment"],
        "HTTPS_PROXY": f"http://user:{CANARIES['proxy password']}@127.0.0.1:9",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


def assert_clean(folder: Path, *texts: str) -> None:
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "setup.yaml"]
    assert files
    for file in files:
        assert leaked(file.read_bytes()) == [], file.name
    for text in texts:
        assert leaked(text.encode()) == []


@pytest.mark.parametrize("mode", ["survey", "subject"])
def test_a_finished_run_in_every_format(
    mode: str, tmp_path: Path, surroundings: dict[str, str]
) -> None:
    (tmp_path / "setup.yaml").write_text(SETUP)
    options = ["--setup", tmp_path / "setup.yaml"] if mode == "subject" else []
    with serving(service) as url:
        done = rtdoctor(
            "check", "--base-url", url, *options, "--report", f"all={tmp_path / 'out'}",
            "--record", tmp_path / "cassette", **surroundings,
        )  # fmt: skip
        replayed = rtdoctor("replay", tmp_path / "out" / "report.html", **surroundings)
        shown = rtdoctor("show", tmp_path / "out" / "run.json", "1", **surroundings)

    assert done.code in (1, 3), done.err
    assert len(list((tmp_path / "out").iterdir())) == 5
    assert_clean(tmp_path, done.out, done.err, replayed.out, replayed.err, shown.out, shown.err)
    # the evidence itself is still there
    assert b"Incorrect API key provided" in (tmp_path / "out" / "run.json").read_bytes()


def test_an_interrupted_run(tmp_path: Path, surroundings: dict[str, str]) -> None:
    def slow(received: Received) -> Answer:
        body = received.body.decode()
        return None if "transcription" in body and "type" in body else service(received)

    journal = tmp_path / "run.ndjson"
    with serving(slow) as url:
        process = start(
            "check", "--base-url", url, "--journal", journal, "--json", tmp_path / "run.json",
            **surroundings,
        )  # fmt: skip
        assert wait_until(
            lambda: journal.exists() and journal.read_bytes().count(b"\n") > 5, process
        )
        interrupt(process)
        assert process.wait(timeout=30) == 130

    assert_clean(tmp_path)


def test_a_bug_of_ours(tmp_path: Path, surroundings: dict[str, str]) -> None:
    # a crash in the middle of a run, with the key in the exception's own text
    script = tmp_path / "setup.yaml"
    script.write_text(
        "from rtdoctor.cli.main import main\n"
        "from rtdoctor.probe import attempt\n"
        "def boom(*given, **named):\n"
        f"    raise ZeroDivisionError({CANARIES['api key']!r})\n"
        "attempt.call_request = boom\n"
        "main()\n"
    )
    with serving(service) as url:
        done = subprocess.run(
            [sys.executable, script, "check", "--base-url", url, "-q"],
            capture_output=True,
            env={**os.environ, **surroundings},
            check=False,
        )

    assert done.returncode == 70
    assert b"ZeroDivisionError" in done.stderr
    assert_clean(tmp_path, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "value", ["gpt-realtime-2.1", "gpt-realtime", "Zx9Kq2mVh7sYB1nT0bRz4uWn1eLx9c"]
)
def test_what_is_masked_does_not_change_what_is_judged(value: str, tmp_path: Path) -> None:
    model = value if value.startswith("Zx9") else "gpt-realtime-2.1"
    (tmp_path / "setup.yaml").write_text(
        f"token_body: {{session: {{type: realtime, model: {model}, temperature: 0.8}}}}"
    )

    done = rtdoctor(
        "check", "setup.yaml", "--sandbox", "single-use", "--json", "run.json",
        cwd=tmp_path, VOICE_TOKEN=value,
    )  # fmt: skip
    again = rtdoctor("replay", "run.json", cwd=tmp_path)

    assert done.code == again.code == 1
    assert "session.temperature (0.8)" in done.out
    assert "session.temperature (0.8)" in again.out
