"""Whatever shape an error body has, its fields end up in the signature."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.error_body import error_signature, parse_error
from rtdoctor.domain.outcome import LocalCode, Stage, normalise_message


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ('{"error":{"message":"m","type":"t","param":null,"code":"c"}}', "m", "c"),
        ('{"error":{"code":"404","message":"Resource not found"}}', "Resource not found", "404"),
        ('{"error":"Invalid or expired token"}', "Invalid or expired token", None),
        ('{"detail":"Not Found"}', "Not Found", None),
        ('{"detail":[{"loc":["query","model"],"msg":"Field required"}]}', "Field required", None),
        ("Invalid SDP offer", "Invalid SDP offer", None),
        ('{"message":"","type":"","code":"","param":""}', "", ""),
        ('{"event_id":"e","type":"error","error":{"message":"m","code":"c"}}', "m", "c"),
        (json.dumps({"error": {"message": json.dumps({"error": {"message": "in", "code": "x"}})
                               + "\n\nLiteLLM: model group failed"}}), "in", "x"),
        ('{"error":{"message":"m","code":7}}', "m", "7"),
        ('{"unexpected": true}', '{"unexpected": true}', None),
    ],
)  # fmt: skip
def test_the_known_shapes(body: str, message: str, code: str | None) -> None:
    fields = parse_error(body)

    assert fields is not None
    assert (fields.message, fields.code) == (message, code)


def test_absent_and_empty_fields_are_different_signatures() -> None:
    empty = error_signature(
        Stage.EXCHANGE, 400, '{"error":{"message":"","type":"","code":"","param":""}}'
    )
    absent = error_signature(Stage.EXCHANGE, 400, '{"error":{}}')

    assert empty.is_empty_error
    assert not absent.is_empty_error
    assert empty != absent


def test_a_page_instead_of_json_is_said_to_be_one() -> None:
    signature = error_signature(Stage.MINT, 502, "<html>bad gateway</html>", "text/html")

    assert signature.code == LocalCode.NOT_JSON


def test_ids_tokens_and_times_do_not_make_two_failures_of_one() -> None:
    one = normalise_message("session sess_abc12345 of key sk-proj-****abcd at 1756310470 failed")
    other = normalise_message("session sess_zyx98765 of key sk-proj-****wxyz at 1756319999 failed")

    assert one == other


def test_model_names_and_urls_are_evidence() -> None:
    message = 'Model "gpt-4o-transcribe" is not supported at POST /v1/realtime/calls'

    assert normalise_message(message) == message


@given(st.text(max_size=300))
def test_no_body_breaks_the_reader(body: str) -> None:
    signature = error_signature(Stage.EXCHANGE, 400, body)

    assert signature.status == 400
    assert (signature.code == LocalCode.EMPTY_BODY) == (not body.strip())
