"""Whatever shape an error body has, its fields end up in the signature."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.domain.error_body import error_signature, event_signature, parse_error
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


def test_a_credential_of_any_shape_that_the_service_masked_half_does_not_make_two_failures() -> (
    None
):
    one, other = (
        normalise_message(f"Incorrect API key provided: Bearer {first}{'*' * 40}{last}. Find yours")
        for first, last in (("e", "x7Qa"), ("t", "M0pf"))
    )
    assert one == other
    assert one is not None
    assert one.endswith("Find yours")


def test_model_names_and_urls_are_evidence() -> None:
    message = 'Model "gpt-4o-transcribe" is not supported at POST /v1/realtime/calls'

    assert normalise_message(message) == message


@given(st.text(max_size=300))
def test_no_body_breaks_the_reader(body: str) -> None:
    signature = error_signature(Stage.EXCHANGE, 400, body)

    assert signature.status == 400
    without_mark = body.strip().lstrip("\ufeff").strip()  # a byte order mark is no text
    assert (signature.code == LocalCode.EMPTY_BODY) == (not without_mark)


EMPTY = {"message": "", "type": "", "code": "", "param": ""}


@pytest.mark.parametrize(
    ("body", "message", "code", "param"),
    [
        ({"type": "about:blank", "title": "Bad", "status": 400, "detail": "no type"},
         "Bad: no type", None, None),
        ({"error": {"detail": "no such model"}}, "no such model", None, None),
        ({"errors": [{"message": "no model"}]}, "no model", None, None),
        ({"errors": [{"title": "Invalid", "detail": "too fast", "status": "422",
                      "source": {"pointer": "/session/speed"}}]},
         "Invalid: too fast", None, "session.speed"),
        ({"error": {"message": {"message": "deep", "code": "c"}}}, "deep", "c", None),
        ({"detail": {"error": {"message": "wrapped", "code": "k", "param": "p"}}},
         "wrapped", "k", "p"),
        ({"detail": [{"loc": ["body", "session", "type"], "msg": "Field required"}]},
         "Field required", None, "body.session.type"),
        ({"detail": [{"loc": ["query", "model"], "msg": "Field required"},
                     {"loc": ["body", "tools", 0], "msg": "wrong"}]},
         "query.model: Field required; body.tools[0]: wrong", None, "query.model"),
        ({"code": 4001, "msg": "quota gone"}, "quota gone", "4001", None),
        ({"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.Invalid"}}},
         "Invalid ApiKey", "oauth.Invalid", None),
        ({"error": {"message": "", "innererror": {"code": "Filter", "message": "inner"}}},
         "inner", "Filter", None),
        ({"error": {"code": "Bad", "message": "outer", "target": "session.type"}},
         "outer", "Bad", "session.type"),
        ({"error": "invalid_request", "error_description": "no model"},
         "no model", "invalid_request", None),
        ({"statusCode": 400, "error": "Bad Request", "message": ["a is wrong", "b too"]},
         "Bad Request: a is wrong; b too", None, None),
        ({"title": "Wrong", "errors": {"Model": ["The Model field is required."]}},
         "Wrong: Model: The Model field is required.", None, "Model"),
        ({"error": {"code": 400, "message": "Bad", "details": [
            {"fieldViolations": [{"field": "session.type", "description": "unknown"}]}]}},
         "Bad: unknown", "400", "session.type"),
        ({"err_code": "INVALID_AUTH", "err_msg": "No key."}, "No key.", "INVALID_AUTH", None),
        ({"Message": "not authorized"}, "not authorized", None, None),
        ({"error": {"message": "x", "param": "None", "code": "400"}}, "x", "400", None),
        ("a JSON text", "a JSON text", None, None),
        (["one", "two"], "one; two", None, None),
        ({"weird": {"deep": "words"}}, '{"weird": {"deep": "words"}}', None, None),
        ({"error": {"param": "x"}}, '{"error": {"param": "x"}}', None, "x"),
    ],
)  # fmt: skip
def test_shapes_of_frameworks_and_gateways(
    body: object, message: str, code: str | None, param: str | None
) -> None:
    signature = error_signature(Stage.MINT, 400, json.dumps(body))

    assert (signature.message, signature.code, signature.param) == (message, code, param)


def test_an_error_inside_the_words_of_a_gateway_names_code_and_place() -> None:
    inner = json.dumps({"error": {"message": "no", "code": "unknown_parameter", "param": "voice"}})
    body = {"error": {"message": f"BadRequestError: {inner}", "type": "None", "code": "400"}}

    signature = error_signature(Stage.MINT, 400, json.dumps(body))

    assert (signature.code, signature.param) == ("unknown_parameter", "voice")
    assert signature.message is not None
    assert signature.message.startswith("BadRequestError")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html><head><title>502 Bad Gateway</title></head>nginx</html>", "502 Bad Gateway"),
        ("<!DOCTYPE html><body>Sign in &amp; try again</body>", "Sign in & try again"),
        ("<Error><Code>AccessDenied</Code><Message>No access</Message></Error>", "No access"),
        ("<oops/>", "<oops/>"),
        ("< this is no tag", "< this is no tag"),
        ("\ufeff" + '{"error": {"message": "with a mark in front"}}', "with a mark in front"),
        (b"\xff\xfe broken".decode("utf-8", "replace"), "broken"),
        ('{"error": {"message": "cut of', "cut of"),
    ],
)
def test_what_is_no_json_is_quoted(body: str, said: str) -> None:
    signature = error_signature(Stage.MINT, 400, body, "text/html")

    assert said in signature.describe()


def test_text_of_type_html_that_is_no_page_is_the_message() -> None:
    signature = error_signature(Stage.MINT, 403, "Not for you", "text/html; charset=utf-8")

    assert (signature.message, signature.code) == ("Not for you", None)


@pytest.mark.parametrize(
    "more",
    [
        {"detail": "no such model"},
        {"error": {**EMPTY, "innererror": {"reason": "no such model"}}},
        {"error": {**EMPTY, "note": "no such model"}},
        {"hint": {"try": "no such model"}},
    ],
)
def test_an_error_that_says_something_is_never_an_empty_error(more: dict[str, object]) -> None:
    signature = error_signature(Stage.EXCHANGE, 400, json.dumps({"error": EMPTY, **more}))

    assert not signature.is_empty_error
    assert "no such model" in signature.describe()


def test_ids_beside_an_empty_error_leave_it_empty() -> None:
    body = {"type": "error", "event_id": "event_1", "error": EMPTY}

    assert error_signature(Stage.EXCHANGE, 400, json.dumps(body)).is_empty_error
    assert event_signature(body).is_empty_error


WORD = st.text("abcdefghij", min_size=4, max_size=12)
KEYS = st.sampled_from(
    ["error", "message", "detail", "errors", "code", "type", "param", "msg", "title", "status",
     "fault", "innererror", "reason", "data", "loc", "x", "Description"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.just("") | st.just("  ") | WORD
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def texts_in(data: object) -> set[str]:
    if isinstance(data, dict):
        return {text for value in data.values() for text in texts_in(value)}
    if isinstance(data, list):
        return {text for value in data for text in texts_in(value)}
    return {data} if isinstance(data, str) and data.strip() else set()


@pytest.mark.thorough
@settings(max_examples=500)
@given(st.dictionaries(KEYS, BODIES, min_size=1, max_size=4))
def test_words_of_a_body_are_in_the_description(body: dict[str, object]) -> None:
    signature = error_signature(Stage.MINT, 400, json.dumps(body))

    said = texts_in(body)
    if said:
        assert any(text in signature.describe() for text in said)
        assert not signature.is_empty_error


@given(st.text(max_size=200), st.integers(1, 3_000))
def test_a_signature_is_short_and_can_be_encoded_whatever_came(text: str, times: int) -> None:
    body = json.dumps({"error": dict.fromkeys(("message", "type", "code", "param"), text * times)})

    for signature in (error_signature(Stage.MINT, 400, body), event_signature(json.loads(body))):
        assert len(signature.describe()) < 1_500
        assert signature.describe().encode()


def test_deep_and_broad_json_is_read_in_time() -> None:
    deep: object = {"code": 1}
    for _ in range(200):
        deep = {"error": deep, "detail": [], "errors": {}, "innererror": None}
    broad = {f"k{n}": {"error": [{} for _ in range(50)]} for n in range(2_000)}

    assert error_signature(Stage.MINT, 400, json.dumps(deep)).message
    assert error_signature(Stage.MINT, 400, json.dumps(broad)).message
