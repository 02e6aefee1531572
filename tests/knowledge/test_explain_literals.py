"""Error objects in every notation in which people paste them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.transport import Transport
from rtdoctor.explain.paper import prepare
from rtdoctor.explain.reported_error import ReportedError, find_errors
from rtdoctor.explain.shown_literal import UNKNOWN, read_literal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc _.-", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1,
                                                                        max_size=6), inner,
                                                                max_size=3),
    max_leaves=12,
)  # fmt: skip


def only(text: str) -> ReportedError:
    (error,) = find_errors(prepare(text))
    return error


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=6), JSON, max_size=4))
def test_json_and_the_repr_of_python_are_read_as_they_are(value: dict[str, object]) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2), repr(value)):
        literal = read_literal(text, 0)
        assert literal is not None
        assert literal.value == value
        assert literal.is_whole


@given(st.text("{}[]()\"'`:,=+\\ \nab1", max_size=200))
def test_any_text_is_survived(text: str) -> None:
    read_literal("{" + text, 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{ type: 'error', error: { code: 'x', param: undefined } }",
         {"type": "error", "error": {"code": "x", "param": None}}),
        ("RealtimeError(message=\"It's 'session.type'.\", code=None)",
         {"message": "It's 'session.type'.", "code": None}),
        ("{message: 'a long ' +\n  'text'}", {"message": "a long text"}),
        ("{model: MODEL, voice, speed: 1.5}",
         {"model": UNKNOWN, "voice": UNKNOWN, "speed": 1.5}),
        ("{a: process.env.X || 'b', c: f(1, {d: 2})}", {"a": UNKNOWN, "c": UNKNOWN}),
        ('{"message": "Your session hit the maxi', {"message": "Your session hit the maxi"}),
        ("{“code”: “x”}", {"code": "x"}),
    ],
)  # fmt: skip
def test_other_notations_are_read(text: str, value: object) -> None:
    literal = read_literal(text, 0)
    assert literal is not None
    assert literal.value == value


MESSAGE = "Unknown parameter: 'session.voice'."


@pytest.mark.parametrize(
    "text",
    [
        '{"error":{"message":"<message>","type":"invalid_request_error","code":"unknown_parameter",'
        '"param":"session.voice"}}',
        "Error code: 400 - {'error': {'message': \"<message>\", 'code': 'unknown_parameter', "
        "'param': "
        "'session.voice'}}",
        'body="{\\"error\\":{\\"message\\":\\"<message>\\",\\"code\\":\\"unknown_parameter\\",'
        '\\"param\\":\\"session.voice\\"}}"',
        'ERROR {"error": "Error(message=\\"<message>\\", code=\'unknown_parameter\', '
        "param='session.voice')\"}",
        "RealtimeErrorEvent(error=RealtimeError(message=\"<message>\", code='unknown_parameter', "
        "param='session.voice'), event_id='event_1', type='error')",
        "BadRequestError: 400 <message>",
        "服务器返回：<message>（gpt-realtime）",
        "サーバーのエラー：{'error': {'message': \"<message>\"}} です",
    ],
)
def test_one_error_is_read_in_every_dress(text: str) -> None:
    fields = only(text.replace("<message>", MESSAGE)).fields
    assert (fields.code, fields.param) == ("unknown_parameter", "session.voice")
    assert fields.message == MESSAGE


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        # the shapes of services and gateways
        ('{"error":{"code":"DeploymentNotFound","message":"No such deployment."}}',
         "No such deployment.", "DeploymentNotFound"),
        ('401 {"error": "Invalid or expired token"}', "Invalid or expired token", None),
        ('{"detail":"Method Not Allowed"}', "Method Not Allowed", None),
        ('{"detail":[{"loc":["query","model"],"msg":"Field required","type":"missing"}]}',
         "Field required", None),
        ('{"error":{"message":"An authentication key is required","code":401,"type":'
         '"invalid_request_error"}}', "An authentication key is required", "401"),
        ('{"error":{"code":"server_busy","message":"Try later."},"event_id":"e","type":"error"}',
         "Try later.", "server_busy"),
        ('{"type":"response.done","response":{"status":"failed","status_details":{"error":'
         '{"code":"model_not_found","message":"The model is not there."}}}}',
         "The model is not there.", "model_not_found"),
        ("HTTP 404 (invalid_request_error: )\nParameter: model\n\nThis is not a chat model",
         "This is not a chat model", ""),
    ],
)  # fmt: skip
def test_the_shapes_of_services_are_read(text: str, message: str, code: str | None) -> None:
    fields = only(text).fields
    assert (fields.message, fields.code) == (message, code)


BODY = '{"error":{"message":"m","code":"c_d","type":"t"}}'


@pytest.mark.parametrize(
    ("text", "status", "way"),
    [
        (f"POST https://api.openai.com/v1/realtime/client_secrets 400 {BODY}", 400, "mint"),
        (f"POST https://api.openai.com/v1/realtime/calls HTTP 403: {BODY}", 403, "call"),
        (f"wss://api.openai.com/v1/realtime handshake failed, status 401 {BODY}", 401, "call"),
        (BODY.replace('{"error"', '{"type":"error","event_id":"e1","error"'), None, "event"),
        ("WebSocket closed 4000 invalid_request_error.invalid_intent", None, "socket"),
        (f"BadRequestError: {BODY} from /v1/realtime/calls", 400, "call"),
    ],
)
def test_the_way_of_an_error_is_told_by_what_stands_around_it(
    text: str, status: int | None, way: str
) -> None:
    error = only(text)
    assert error.status == status
    assert Transport(way) in error.ways
    assert len(error.ways) <= 2


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"session.update","session":{"type":"realtime","model":"gpt-realtime"}}',
        "{type: 'function', name: 'f', description: 'does x'}",
        '{"level":"info","message":"realtime session started"}',
        '{"role":"user","content":"hello"}',
    ],
)
def test_what_reports_no_error_is_none(text: str) -> None:
    assert find_errors(prepare(text)) == ()
