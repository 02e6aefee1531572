"""Strangers write these files: any text ends in a reading or in an error of ours, soon."""

from __future__ import annotations

import json
import os
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.plan import catalogue
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.subjects.detect import read_subject_text
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.written_setup import written_setup
from support.recordings import KEY, OFFER, TOKEN, call, har, mint

pytestmark = pytest.mark.thorough

KNOWN = catalogue.read()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
WORDS = st.sampled_from(
    [
        "curl", "curl.exe", "fetch(", "Invoke-WebRequest", "http", "-H", "-d", "-F", "--json",
        "--data-raw", "$'", "'", '"', "`", "^", "^\"", "\\", "\n", "\r\n", " ", "{", "}", "[", "]",
        "(", ")", ",", ":", "=", "@{", "@x", "${a}", "{{b}}", "$(", "//", "/*", "*/",
        "JSON.stringify(",
        "https://api.openai.com/v1/realtime/calls", "https://api.openai.com/v1/realtime/sessions",
        "Authorization: Bearer ", TOKEN, KEY, "application/sdp", "v=0", "POST", "sdp=<o", "#", ";",
        "--next", "\\u{110000}", "\\x4", "$([char]99999999)", "body", "headers", "method",
    ]
)  # fmt: skip


def read(text: str) -> Reading | None:
    with suppress(ConfigError, UsageError):
        return read_subject_text(text, "thing", KNOWN)
    return None


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=5), max_size=40).map("".join))
def test_any_command_is_read_or_refused(text: str) -> None:
    read(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS | st.text(max_size=5), max_size=20).map(" ".join), st.booleans())
def test_anything_around_a_command_is_read_or_refused(text: str, before: bool) -> None:
    command = f"curl https://api.openai.com/v1/realtime/sessions -H 'Authorization: Bearer {KEY}'"
    read(f"{text}\n{command}" if before else f"{command} {text}")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    read(json.dumps(data))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_archive_with_anything_at_any_place_is_read_or_refused(data: st.DataObject) -> None:
    archive = har(mint(), call())
    for _ in range(data.draw(st.integers(1, 3))):
        here: object = archive
        while isinstance(here, dict | list) and here:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            key = data.draw(st.sampled_from(keys))
            if data.draw(st.booleans()) or not isinstance(here[key], dict | list):
                here[key] = data.draw(JSON)
                break
            here = here[key]

    read(json.dumps(archive))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["X-Api-Key", "Cookie", "Authorization", "api-key", "X-Auth-Token"]),
    st.from_regex(r"[A-Za-z]{6}[0-9]{6}[A-Za-z0-9]{8}", fullmatch=True),
    st.sampled_from(["mint", "call"]),
)
def test_no_secret_of_a_recording_is_written_into_a_setup(
    name: str, secret: str, where: str
) -> None:
    value = {"Cookie": f"sid={secret}", "Authorization": f"Bearer {secret}"}.get(name, secret)
    changes = {name.replace("-", "_"): value}
    at_mint, at_call = (changes, {}) if where == "mint" else ({}, changes)
    reading = read(json.dumps(har(mint(**at_mint), call(**at_call))))
    assert reading is not None
    redactor = knowing_redactor(os.environ, keep_addresses=False)
    for known in reading.secrets:
        redactor.add(known)

    text = written_setup(reading, KNOWN, redactor)

    assert secret not in text
    assert KEY not in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    "text",
    [
        "curl " + "'" * 100_001,
        "curl " + "$'\\" * 50_000,
        'curl "' + '\\"' * 100_000,
        "fetch(`" * 50_000,
        "fetch({" * 50_000,
        "fetch('a', {a: x(" + "(" * 100_000,
        "iwr @{" * 50_000,
        "iwr " + '"`' * 100_000,
        'curl ^"' + "^\\" * 100_000,
        "a=ice-ufrag:" * 100_000,
        "v=0\n" + "m=audio 9 x 1\n" * 50_000 + "a=ice-ufrag:x\n",
        json.dumps(har(*[mint(answer=json.dumps({"a" * 50: "b" * 9_000}))] * 300)),
        json.dumps({"info": {}, "variable": [{"key": "a", "value": "{{a}}" * 999}],
                    "item": [{"request": {"url": "{{a}}" * 999}}]}),
    ],
)  # fmt: skip
def test_hostile_texts_are_read_or_refused(text: str) -> None:
    # quadratic time shows here as a test that takes minutes
    reading = read(text)

    assert reading is None or reading.places


def test_a_form_and_an_offer_of_a_stranger_stay_text() -> None:
    odd = OFFER.replace("s=-", "s=\x1b[31m")

    reading = read(json.dumps(har(mint(), call(body=odd))))

    assert reading is not None
    assert "\x1b" not in written_setup(reading, KNOWN, knowing_redactor({}, keep_addresses=True))
