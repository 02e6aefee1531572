"""An answer without what was looked for says what it has instead, and never a token."""

from __future__ import annotations

import json

import pytest

from rtdoctor.domain.error_body import error_signature, event_signature
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import LocalCode, Outcome, Stage
from rtdoctor.probe.call import read_call
from rtdoctor.probe.mint import read_mint

HIDDEN = "tok9f8e7d6c5b4a3210"


def message(read: object) -> str:
    assert isinstance(read, Outcome)
    assert read.signature is not None
    assert HIDDEN not in str(read)
    return read.signature.message or ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"token": HIDDEN, "expires": 9}, "the answer has token (a string), expires (a number)"),
        ({"data": {"token": HIDDEN}}, "the answer has data.token (a string)"),
        ({"client_secret": {"secret": HIDDEN}}, "client_secret.secret (a string)"),
        ({"client_secret": {}}, "client_secret (an object)"),
        ({"value": None, "ok": True}, "value (null), ok (a boolean)"),
        ({"value": ""}, "the token is an empty string; the answer has value (a string)"),
        ({"value": [HIDDEN]}, "the token is a list; the answer has value (a list)"),
        ({HIDDEN: 1}, "the answer has … (a number)"),
        ({}, "the answer has no fields"),
        (dict.fromkeys("abcdefghij", 1), "h (a number), …"),
        ([HIDDEN], "the answer is JSON, but a list"),
    ],
)
def test_a_token_in_another_place(body: object, said: str) -> None:
    assert said in message(read_mint(HttpResponse(200, body=json.dumps(body))))


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (HIDDEN, "text/plain; charset=utf-8", "text of type text/plain"),
        (HIDDEN, "text/plain charset=utf-8", "text without a valid content type"),
        (f"<!doctype html>{HIDDEN}", "text/html", "an HTML page"),
    ],
)
def test_a_mint_that_answers_no_json(body: str, content_type: str, said: str) -> None:
    response = HttpResponse(200, (("Content-Type", content_type),), body)

    assert said in message(read_mint(response))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (json.dumps({"error": {"message": "No voice here.", "code": "tier"}}), "“No voice here.”"),
        (json.dumps({"ok": False, "error": "no_voice"}), "“no_voice”"),
        (json.dumps({"message": f"Your token {HIDDEN} is no use"}), "“Your token … is no use”"),
        ("<!doctype html><title>Sign in</title>", "an HTML page that says “Sign in”"),
        (f"<!doctype html><title>Sign in {HIDDEN}</title>", "“Sign in …”"),
    ],
)
def test_a_complaint_in_an_answer_of_success_is_told(body: str, said: str) -> None:
    assert said in message(read_mint(HttpResponse(200, body=body)))
    assert said in message(read_call(HttpResponse(200, body=body)))


@pytest.mark.parametrize(
    "body", [json.dumps({"error": HIDDEN}), f"<!doctype html><title>{HIDDEN}</title><p>Sign in"]
)
def test_a_word_that_may_be_a_token_is_no_complaint(body: str) -> None:
    assert "says" not in message(read_mint(HttpResponse(200, body=body)))


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (json.dumps({"answer": {"sdp": HIDDEN}}), LocalCode.ANSWER_NOT_SDP, "answer.sdp (a string"),
        (f"<html>{HIDDEN}", LocalCode.ANSWER_NOT_SDP, "an HTML page"),
        ("v=0\r\ns=-\r\n", LocalCode.NO_SECTIONS, "no m-section"),
        ("v=0\r\nm=audio 9 X 0\r\na=ice-pwd:x", LocalCode.ANSWER_WITHOUT_ICE, "no a=ice-ufrag"),
    ],
)
def test_an_answer_that_is_no_use_as_sdp(body: str, code: LocalCode, said: str) -> None:
    read = read_call(HttpResponse(201, body=body))

    assert said in message(read)
    assert isinstance(read, Outcome)
    assert read.signature is not None
    assert read.signature.code == code


@pytest.mark.parametrize(
    "error", [{"reason": "region closed"}, {"details": ["region closed"]}, {"why": "region closed"}]
)
def test_an_error_of_an_unknown_shape_is_read_out(error: dict[str, object]) -> None:
    body = json.dumps({"error": error})

    assert "region closed" in (error_signature(Stage.MINT, 400, body).message or "")
    event = event_signature({"type": "error", "event_id": "event_1", "error": error})
    assert "region closed" in (event.message or "")


def test_a_validation_error_names_the_place() -> None:
    body = '{"detail":[{"loc":["body","session","type"],"msg":"Field required"}]}'

    assert error_signature(Stage.MINT, 422, body).param == "body.session.type"
