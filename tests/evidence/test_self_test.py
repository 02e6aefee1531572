"""The self-test on final bytes: finds what redaction missed, and only that."""

from __future__ import annotations

import html
import io
import json
import random
import string
import time
import zipfile
from base64 import b64encode

import pytest

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import ExitCode, RedactionError
from rtdoctor.secrets.redactor import Redactor
from support.sdp_samples import CHROMIUM_OFFER, SERVICE_ANSWER

KEY = "sk-proj-AbC-12_34567890xyz"


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.add(Secret(KEY, "<api key>"))
    return redactor


def test_sound_bytes_pass_unchanged(redactor: Redactor) -> None:
    data = "Bearer undefined, Bearer <api key>, ek_…#3, sk-proj-<half-masked key 1>".encode()

    assert redactor.guard(data) is data


def test_a_secret_stops_the_writing_and_is_not_in_the_message(redactor: Redactor) -> None:
    with pytest.raises(RedactionError) as failed:
        redactor.guard(f"<p>{KEY}</p>".encode())

    assert failed.value.exit_code is ExitCode.REDACTION
    assert "<api key>" in str(failed.value)
    assert KEY not in str(failed.value)


@pytest.mark.parametrize(
    "text",
    [
        "sk-svcacct-0123456789abcdef",
        "ek_68af296e8e408191a1120ab6383263c2",
        "a=ice-pwd:5VmjS5ymj63XJbFBzRtYmD",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "Authorization: Bearer 0123456789abcdef",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
    ],
)
def test_shapes_beyond_doubt_are_found_without_knowing_the_value(text: str) -> None:
    for written in (text, json.dumps(json.dumps(text)), html.escape(json.dumps(text))):
        assert Redactor().scan(written.encode()), written


def test_what_only_may_be_a_secret_does_not_stop_a_report(redactor: Redactor) -> None:
    text = "password='opaque' http://user:word@proxy ?key=abc Cookie: a=b fooba****9012"

    assert redactor.scan(text.encode()) == []


def test_bytes_that_are_no_text_are_searched_too(redactor: Redactor) -> None:
    found = redactor.scan(b"\xff\xfe\x00" + KEY.encode() + b"\x80")

    assert found == ["<api key>", "API key (by its shape)"]


def test_a_zip_file_is_searched_inside(redactor: Redactor) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("notes.txt", "nothing " * 100)
        bundle.writestr("run.json", b"xx" + b64encode(KEY.encode()))

    assert redactor.scan(packed.getvalue()) == ["<api key>"]


def a_report(size: int, rnd: random.Random) -> str:
    shown = Redactor().clean_text(CHROMIUM_OFFER + SERVICE_ANSWER)
    pages: list[str] = []
    while sum(map(len, pages)) < size:
        body = {"id": "".join(rnd.choices(string.ascii_letters, k=30)), "sdp": shown}
        pages.append(f"<pre>{html.escape(json.dumps(body, indent=1))}</pre>")
        pages.append("<script>" + json.dumps([json.dumps(body)]).replace("<", "\\u003c"))
    return "\n".join(pages)


@pytest.mark.thorough
def test_a_large_report_with_many_live_secrets_is_searched_quickly() -> None:
    rnd = random.Random(3)
    redactor = Redactor()
    tokens = ["".join(rnd.choices(string.ascii_letters + string.digits, k=40)) for _ in range(200)]
    for number, token in enumerate(tokens):
        redactor.add(Secret(f"ek_{token}", f"ek_…#{number}"))
    report = a_report(5_000_000, rnd)
    hidden = b64encode(f"ek_{tokens[123]}".encode()).decode()

    begun = time.process_time()
    found = redactor.scan((report + f'"{hidden}"').encode())
    spent = time.process_time() - begun

    assert found == ["ek_…#123"]
    assert spent < 2, f"{spent:.2f} s of CPU for 5 MB; about 0.4 s is usual"


HOSTILE = {
    "one long word": "a" * 400_000,
    "schemes": "a://" * 100_000,
    "bearers": "Bearer " * 60_000,
    "prefixes": "xai-sk-ek_eyJ" * 30_000,
    "key lines": ("-----BEGIN PRIVATE KEY-----" + " " * 100) * 3_000,
    "half a key": "-----BEGIN PRIVATE KEY-----" + "a " * 200_000,
    "cookie names": "cookie:" * 50_000,
    "half-masked": "a-" * 200_000 + "***",
    "schemes in words": "a-" * 200_000 + "://",
    "assignments": "TOKEN=" * 60_000,
    "quotes": "password='" * 40_000,
    "escapes": "\\" * 400_000,
    "entities": "&" * 400_000,
    "colons": "a:" * 200_000,
    "dots": "1." * 200_000,
    "candidates": "candidate:" * 40_000,
    "braces": "[" * 400_000,
    "cookies": "cookie: a=" + "b;" * 2_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_does_not_stall_redaction(name: str) -> None:
    redactor = Redactor()
    begun = time.process_time()

    redactor.scan(redactor.clean_text(HOSTILE[name]).encode())

    assert time.process_time() - begun < 15, "minutes would mean quadratic time"
