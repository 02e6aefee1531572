"""What a server action returned, and a refusal inside a backend's answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.passed_on import holds_refusal
from rtdoctor.subjects.server_action import is_server_action, returned_by, with_returned
from rtdoctor.subjects.tokens import tokens_in

FLIGHT = '0:{"a":"$@1","q":"","b":"development"}\n1:D"$2"\n1:%s\n'
SESSION = '{"client_secret":{"value":"ek_abc123","expires_at":1}}'
REFUSAL = '{"error":{"message":"Bad","type":"invalid_request_error","code":null,"param":null}}'
VALUES = st.recursive(
    st.text() | st.integers(),
    lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
).filter(lambda value: isinstance(value, dict | list | str))


def test_the_token_of_a_server_action_is_found() -> None:
    (found,) = tokens_in(FLIGHT % SESSION)

    assert (found.place, found.value) == ("client_secret.value", "ek_abc123")


@given(VALUES, VALUES)
def test_what_is_put_in_comes_out(first: object, second: object) -> None:
    answer = FLIGHT % json.dumps(first)

    assert returned_by(answer) == first
    assert returned_by(with_returned(answer, second)) == second


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    returned_by(text)
    assert isinstance(holds_refusal(text), bool)


def test_a_server_action_is_known_by_its_header() -> None:
    headers = (("Next-Action", "40af"), ("Accept", "text/x-component"))

    assert is_server_action(HttpRequest("POST", "http://localhost:3000/", headers, "[]"))
    assert not is_server_action(HttpRequest("POST", "http://localhost:3000/", (), "[]"))


@pytest.mark.parametrize(
    "answer",
    [
        REFUSAL,
        json.dumps({"detail": REFUSAL}),
        json.dumps({"detail": json.loads(REFUSAL)}),
        json.dumps({"session": json.loads(REFUSAL)}),
        json.dumps({"error": f"OpenAI said 400: {REFUSAL}"}),
        FLIGHT % REFUSAL,
        "Invalid URL (POST /v1/realtime/sessions)",
        '{"error":{"message":"","type":"","code":"","param":""}}',
    ],
)
def test_a_refusal_of_the_service_in_a_backends_answer(answer: str) -> None:
    assert holds_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Internal Server Error",
        '{"error":"OPENAI_API_KEY is not set"}',
        '{"detail":[{"loc":["body"],"msg":"Field required","type":"missing"}]}',
        '{"message":"request to https://x failed","type":"system","code":"ENOTFOUND"}',
        '{"toast":{"type":"error","message":"Something went wrong"}}',
        FLIGHT % SESSION,
    ],
)
def test_a_fault_of_the_backend_itself(answer: str) -> None:
    assert not holds_refusal(answer)
