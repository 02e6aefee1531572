"""HAR files of browsers, also broken, blocked, sanitised and large ones."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from rtdoctor.domain.setup import AuthKind
from rtdoctor.errors import ConfigError, RtdoctorError
from rtdoctor.plan import catalogue
from rtdoctor.subjects.detect import read_subject_text
from rtdoctor.subjects.reading import Reading
from support.recordings import OFFER, call, har, mint, seen

KNOWN = catalogue.read()


def read(archive: dict[str, Any] | str) -> Reading:
    text = archive if isinstance(archive, str) else json.dumps(archive)
    return read_subject_text(text, "page.har", KNOWN)


def answer_of(archive: dict[str, Any], number: int) -> dict[str, Any]:
    content: dict[str, Any] = archive["log"]["entries"][number]["response"]["content"]
    return content


@pytest.mark.parametrize(
    ("creator", "kind"),
    [
        ("WebInspector", "HAR of Chrome"),
        ("Firefox", "HAR of Firefox"),
        ("WebKit Web Inspector", "HAR of Safari"),
        ("Playwright", "HAR of Playwright"),
    ],
)
def test_each_browser_is_named_and_its_requests_are_read(creator: str, kind: str) -> None:
    reading = read(har(mint(), call(), creator=creator))

    assert reading.kind == kind
    assert reading.setup.token_body.name == "founding"
    assert {place.origin for place in reading.places} >= {
        "request 1 of page.har",
        "request 2 of page.har",
    }


def test_an_answer_in_base64_is_read() -> None:
    archive = har(mint(), call())
    content = answer_of(archive, 0)
    content["text"] = base64.b64encode(content["text"].encode()).decode()
    content["encoding"] = "base64"

    assert read(archive).setup.auth.value.read_at == "client_secret.value"


def test_the_fields_of_a_form_may_be_listed_one_by_one() -> None:
    archive = har(call("/v1/realtime/calls", Content_Type="multipart/form-data"))
    archive["log"]["entries"][0]["request"]["postData"] = {
        "mimeType": "multipart/form-data",
        "params": [{"name": "sdp", "value": OFFER}, {"name": "session", "value": "{}"}],
    }

    assert read(archive).setup.call_encoding.value.session == "{}"


def test_a_sanitised_archive_leaves_the_credential_unknown_and_not_none() -> None:
    reading = read(har(mint(Authorization=None), call(Authorization=None)))

    assert reading.setup.auth.value.kind is AuthKind.EPHEMERAL
    assert any(place.place == "credential" and place.inferred for place in reading.places)


def test_an_archive_with_credentials_shows_a_call_without_one() -> None:
    reading = read(har(mint(), call(Authorization=None)))

    assert reading.setup.auth.value.kind is AuthKind.NONE


def test_a_blocked_call_is_said_to_have_no_answer() -> None:
    reading = read(har(mint(), call(answer=None)))

    assert any("got no answer: net::ERR_FAILED" in note for note in reading.notes)


def test_requests_are_taken_in_the_order_of_their_time() -> None:
    archive = har(mint(), call())
    archive["log"]["entries"].reverse()

    assert read(archive).setup.auth.value.kind is AuthKind.EPHEMERAL


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (json.dumps(har(mint(), call()))[:900], r"page\.har:1: not valid JSON"),
        (json.dumps(har()), "holds no requests"),
        (json.dumps({"log": {"entries": "none"}}), "holds no requests"),
        (json.dumps({"log": {"entries": [{"request": {}}, 3, None]}}), "holds no requests"),
        (json.dumps(har(seen("GET", "https://a.example/"))), "posts an SDP offer"),
        ("[" * 200_000, "nested too deeply"),
    ],
    ids=["cut off", "empty", "no list", "no requests", "other requests", "deep"],
)
def test_a_file_that_cannot_be_used_is_explained(text: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what) as raised:
        read(text)
    assert str(raised.value)


def test_fields_of_another_type_are_passed_over() -> None:
    archive = har(mint(), call())
    archive["log"]["creator"] = None
    archive["log"]["entries"][0]["request"]["headers"].append({"name": 3, "value": None})
    archive["log"]["entries"][1]["startedDateTime"] = "yesterday"
    archive["log"]["entries"][1]["response"] = []

    assert read(archive).setup.call_query.name == "model_transcribe"


@pytest.mark.thorough
def test_the_exchanges_are_found_in_a_large_archive() -> None:
    page = seen("GET", "https://cdn.example/app.js", answer="x" * 10_000)

    reading = read(json.dumps(har(mint(), call(), *[page] * 2000)))

    assert reading.setup.call_query.name == "model_transcribe"
    assert reading.setup.token_body.name == "founding"


@pytest.mark.thorough
def test_of_thousands_of_calls_the_last_one_is_read() -> None:
    # quadratic time shows here as a test that takes minutes
    calls = [call(Authorization=f"Bearer ek_{number:020}") for number in range(3000)]

    reading = read(har(*calls))

    assert any("request 3000 " in place.origin for place in reading.places)


def test_errors_are_of_the_kind_that_is_shown() -> None:
    with pytest.raises(RtdoctorError):
        read('{"log": {"entries": [')
