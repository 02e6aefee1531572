"""Twenty kinds of secrets, wherever a run holds a text, in every encoding: in no report."""

from __future__ import annotations

import io
import zipfile
from base64 import b32encode, b64encode
from collections.abc import Callable
from dataclasses import replace
from html import escape
from urllib.parse import quote

import pytest

from rtdoctor.cli.outputs import render
from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.domain.run import Run
from rtdoctor.secrets.environment import knowing_redactor
from support import runs

SECRETS = {
    "API key": "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2",
    "service key": "sk-svcacct-9Zz8Yy7Xx6Ww5Vv4Uu3T",
    "ephemeral token": "ek_68af296e8e408191a1120ab6383263c2",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJvbmUifQ.c2lnbmF0dXJlLWNhbmFyeS0wMTIz",
    "xAI key": "xai-token-7Hq2ZxKp0vRt5Wm9",
    "hex": "9f8e7d6c5b4a32109f8e7d6c5b4a3210",
    "letters and digits": "Qw3eRt5yUi7oP9aSdF1gHjKlZx",
    "UUID": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    "Azure key": "8Nc1Yt0Qk3Vb6Xz9Lm2Wd5Rf7Hs4Jg1PA",
    "Google key": "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "AWS key": "AKIAIOSFODNN7EXAMPL3",
    "AWS secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEK3Y",
    "GitHub token": "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "Slack token": "xoxb-123456789012-a1B2c3D4e5F6g7",
    "Stripe key": "sk_live_a1B2c3D4e5F6g7H8",
    "base64": "c2VjcmV0IGtleSBvZiBhIGdhdGV3YXkgMTIz",
    "password": "Tr0ub4dor&3!xyz",
    "password of words": "correct-horse-battery-staple",
    "password beyond ASCII": "pässwört-7Qa1Zw4S",
    "passphrase": "open the pod bay doors 2001",
}
ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "percent": lambda s: quote(s, safe=""),
    "HTML": escape,
    "Python": lambda s: ascii(s)[1:-1],
    "base64": lambda s: b64encode(b"x" + s.encode() + b"y").decode(),
    "hex": lambda s: s.encode().hex(),
    "upper": str.upper,
    "lower": str.lower,
    "reversed": lambda s: s[::-1],
    "base32": lambda s: b32encode(s.encode()).decode().rstrip("="),
    "spaced": " ".join,
}
FORMATS = ("json", "html", "markdown", "junit", "bundle")


def run_that_holds(text: str) -> Run:
    """A run with this text wherever a service, a page or the user may put one."""
    run, _ = runs.tiny()
    first = run.observations[0]
    exchange = HttpExchange(
        "call",
        HttpRequest("POST", f"https://h.example/v1?x={quote(text)}", (("x-own", text),), text),
        HttpResponse(401, (("x-echo", text),), f'{{"error":{{"message":"no {escape(text)}"}}}}', 9),
        HttpTiming(1.0),
        "2026-01-01T00:00:00Z",
        error=f"Traceback: {text}",
    )
    outcome = replace(first.outcome, reason=f"because of {text}", because_of=text)
    poisoned = replace(first, exchanges=(exchange,), outcome=outcome, call_id=text)
    header = replace(run.header, command=f"rtdoctor check {text}")
    return replace(run, header=header, observations=(poisoned, *run.observations[1:]))


def written(data: bytes) -> str:
    """The text of a report, and of the members of a zip."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return "".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())


@pytest.mark.thorough
@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_in_no_report_in_no_encoding(kind: str) -> None:
    secret = SECRETS[kind]
    _, diagnosis = runs.tiny()
    for name, encode in ENCODINGS.items():
        redactor = knowing_redactor({"GATEWAY_TOKEN": secret}, keep_addresses=False)
        run = redactor.clean(run_that_holds(encode(secret)))
        for form in FORMATS:
            data = render(form, run, redactor.clean(diagnosis), redactor)
            redactor.guard(data)
            text = written(data)
            shown = [n for n, e in ENCODINGS.items() if e(secret) in text]
            assert shown == [], f"written as {name}, in {form}"
            assert encode(secret)[4:-4] not in text, f"written as {name}, in {form}"
