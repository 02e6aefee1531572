"""Secrets nobody registered are known by their shape; what explains a failure is left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.redactor import Redactor

EK = "ek_68af296e8e408191a1120ab6383263c2"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r"

SECRETS = [
    ("key sk-proj-A1b2C3d4E5f6G7h8_I9j0-K1", "key sk-…?1"),
    ("sk-1234567890", "sk-…?1"),
    ('{"value":"' + EK + '"}', '{"value":"ek_…?1"}'),
    ("xai-realtime-client-secret-abc123def456", "xai-…?1"),
    ("xai-client-secret.abc123def456", "xai-…?1"),
    ("openai-insecure-api-key." + EK, "openai-insecure-api-key.ek_…?1"),
    (JWT, "eyJ…?1"),
    (f"Authorization: Bearer {JWT}", "Authorization: Bearer eyJ…?1"),
    ("Authorization: Bearer abcdef", "Authorization: Bearer <credential 1>"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic <credential 1>"),
    ("Proxy-Authorization: Basic dTpw", "Proxy-Authorization: Basic <credential 1>"),
    ("authorization: 0a1b2c3d4e5f", "authorization: <credential 1>"),
    ("got Bearer gAAAAABmX9pLkJh2s3D4", "got Bearer <credential 1>"),
    ("curl -H 'Cookie: a=b; sid=c d'", "curl -H 'Cookie: a=<cookie 1>; sid=<cookie 2>'"),
    ("Set-Cookie: __cf_bm=x.1-y; path=/; Secure", "Set-Cookie: __cf_bm=<cookie 1>; path=/; Secure"),
    ("set-cookie: a=1\r\nx: 2", "set-cookie: a=<cookie 1>\r\nx: 2"),
    ("a=ice-pwd:5VmjS5ymj63XJbFBzRtYmD\r\n", "a=ice-pwd:redacted/ice/pwd/000001\r\n"),
    ("http://user:hunter2@proxy:3128/", "http://<user 1>:<password 1>@proxy:3128/"),
    ("https://user:p@ss:w@host/x@y", "https://<user 1>:<password 1>@host/x@y"),
    ("https://0123abcd@host", "https://<user 1>@host"),
    ("wss://h/?api_key=abc&model=gpt", "wss://h/?api_key=<credential 1>&model=gpt"),
    ("/x?model=a&access_token=b#c", "/x?model=a&access_token=<credential 1>#c"),
    ("OPENAI_API_KEY=abc123def python x.py", "OPENAI_API_KEY=<credential 1> python x.py"),
    ("tool --api-key abcdef --model x", "tool --api-key <credential 1> --model x"),
    ("tool --token=abcdef", "tool --token=<credential 1>"),
    ("const apiKey = 'opaque one';", "const apiKey = '<credential 1>';"),
    ('{"client_secret": "opaque"}', '{"client_secret": "<credential 1>"}'),
    ('{"credential":"a \\"quoted\\" one"}', '{"credential":"<credential 1>"}'),
    ('{"value":"gAAAAABmX9pLkJh2s3D4f5G6h7J8k9"}', '{"value":"<credential 1>"}'),
    ("provided: sk-proj-****abcd.", "provided: sk-proj-<half-masked key 1>."),
    ("provided: ek_68af2**********83ab.", "provided: ek_<half-masked key 1>."),
    ("provided: fooba********9012", "provided: <half-masked key 1>"),
    ("in organization org-AbCdEfGh12345678IjKl.", "in organization org-…?1."),
    (
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGl\nAwEHo==\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\n<private key 1>\n-----END EC PRIVATE KEY-----",
    ),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIB", "-----BEGIN PRIVATE KEY-----\n<private key 1>"),
]  # fmt: skip

EVIDENCE = [
    '{"error":{"message":"","type":"","code":"","param":""}}',
    "Authorization: Bearer undefined",
    "Authorization: Bearer null",
    "Authorization: Bearer [object Object]",
    "Authorization: Bearer [object Promise]",
    "Authorization: Bearer ",
    "Authorization: Bearer ek_…#3",
    "Authorization: Bearer <api-key>",
    'curl -H "Authorization: Bearer $OPENAI_API_KEY"',
    "headers: { Authorization: `Bearer ${data.client_secret.value}` }",
    "headers={'Authorization': f'Bearer {token}'}",
    "Incorrect API key provided: undefined. You can find your API key at"
    " https://platform.openai.com/account/api-keys.",
    "Incorrect API key provided: ",
    "You need to provide your API key in an Authorization header using Bearer auth"
    " (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username)",
    "Missing bearer or basic authentication in header",
    "Missing or invalid Authorization header",
    "Invalid URL (POST /v1/realtime/transcription_sessions)",
    "Invalid SDP offer. Please try again with a WHIP-compliant offer.",
    "ephemeral_token_already_used",
    'Model "gpt-4o-transcribe" is not supported in transcription mode.',
    "gpt-4o-mini-realtime-preview-2024-12-17 gpt-realtime-translate gpt-realtime-whisper",
    "https://api.openai.com/v1/realtime?model=gpt-4o-transcribe&intent=transcription",
    '{"token_endpoint":"transcription_sessions","max_output_tokens":"inf","max_tokens":4096}',
    '{"token":"undefined","api_key":null,"client_secret":{"expires_at":1756310470}}',
    '{"value":"transcription_sessions, then client_secrets"}',
    "req_0123456789abcdef0123456789abcdef sess_C9CiUVUzUzYIssh3ELY1d rtc_u1_9c6574da8b8a41a1",
    "cf-ray: 8f2a1b3c4d5e6f70-FRA",
    "a=fingerprint:sha-256 48:4A:48:6D:E1:38:7D:6B:79:13:23:6D:02:A6:09:C2:24:58:CC:A0:48:D6:64:1A",
    "a=ice-ufrag:qIzf",
    "sk-... ek_... sk-learn task-sk_ a-desk-lamp week_number",
    "No cookie, please log in. Cookies: none.",
    "TOKEN=$(curl -s https://h/token)",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "**bold** and ***both*** /*** comment ***/",
    "12:34:56 took 1.25 s; std::move",
]


@pytest.mark.parametrize(("text", "expected"), SECRETS)
def test_a_secret_is_known_by_its_shape(text: str, expected: str) -> None:
    redactor = Redactor()

    assert redactor.clean_text(text) == expected
    assert redactor.clean_text(expected) == expected
    assert Redactor().clean_text(expected) == expected


@pytest.mark.parametrize(("text", "expected"), SECRETS)
def test_a_shape_is_known_inside_json(text: str, expected: str) -> None:
    cleaned = Redactor().clean_text(json.dumps({"body": text, "again": json.dumps([text])}))

    tree = json.loads(cleaned)
    assert tree["body"] == expected
    assert json.loads(tree["again"]) == [expected]


@pytest.mark.parametrize("text", EVIDENCE)
def test_evidence_stays_as_it_is(text: str) -> None:
    redactor = Redactor()

    assert redactor.clean_text(text) == text
    assert redactor.clean_text(json.dumps({"a": text})) == json.dumps({"a": text})
    assert redactor.scan(text.encode()) == []
    assert redactor.counts() == {}


HEADERS = [
    ("Authorization", "Bearer opaque", "Bearer <credential 1>"),
    ("authorization", "Basic dTpw", "Basic <credential 1>"),
    ("Authorization", "opaque", "<credential 1>"),
    ("Authorization", "Bearer undefined", "Bearer undefined"),
    ("Authorization", "Bearer [object Object]", "Bearer [object Object]"),
    ("Authorization", "Bearer", "Bearer"),
    ("Authorization", "", ""),
    ("Authorization", "Bearer ek_…#12", "Bearer ek_…#12"),
    ("Authorization", "Bearer two words", "Bearer <credential 1>"),
    ("api-key", "x", "<credential 1>"),
    ("X-API-Key", "undefined", "undefined"),
    ("Ocp-Apim-Subscription-Key", "0a1b", "<credential 1>"),
    ("Cookie", "a=b; c; d=e f", "a=<cookie 1>; <cookie 2>; d=<cookie 3>"),
    ("Set-Cookie", "a=b; Max-Age=5", "a=<cookie 1>; Max-Age=5"),
    ("openai-organization", "acme-inc", "<organization 1>"),
    ("x-request-id", "req_0123456789", "req_0123456789"),
    ("OpenAI-Beta", "realtime=v1", "realtime=v1"),
    ("Content-Type", "application/sdp", "application/sdp"),
    ("model", "gpt-4o-transcribe", "gpt-4o-transcribe"),
    ("key", "AIzaSyA", "<credential 1>"),
    ("token", "abc", "<credential 1>"),
]


@pytest.mark.parametrize(("name", "value", "expected"), HEADERS)
def test_a_header_or_parameter_is_cleaned_by_its_name(name: str, value: str, expected: str) -> None:
    redactor = Redactor()

    assert redactor.clean(((name, value),)) == ((name, expected),)
    assert redactor.clean({name: value}) == {name: expected}
    assert redactor.clean({name: [value]}) == {name: [expected]}
    assert redactor.clean(((name, expected),)) == ((name, expected),)


def test_the_same_unknown_token_has_the_same_alias() -> None:
    redactor = Redactor()

    text = redactor.clean_text(f"{EK} ek_another1234567 {EK}")

    assert text == "ek_…?1 ek_…?2 ek_…?1"
    assert redactor.clean_text(f"once more {EK}") == "once more ek_…?1"


def test_a_token_seen_once_is_then_known_in_every_encoding() -> None:
    redactor = Redactor()
    redactor.clean_text("a=ice-pwd:5VmjS5ymj63XJbFBzRtYmD")

    assert redactor.clean_text("NVZtalM1eW1qNjNYSmJGQnpSdFltRA==").startswith("redacted/ice/pwd")
    assert redactor.scan(b'{"pwd":"5VmjS5ymj63XJbFBzRtYmD"}') == ["redacted/ice/pwd/000001"]


def test_a_short_cookie_value_does_not_become_a_forbidden_word() -> None:
    redactor = Redactor()
    redactor.clean((("Set-Cookie", "region=us-central1"),))

    assert redactor.clean_text("x-region: us-central1") == "x-region: us-central1"


def test_the_name_of_a_known_secret_wins_over_its_shape() -> None:
    redactor = Redactor()
    redactor.add(Secret(EK, "ek_…#3"))

    assert redactor.clean_text(f"Bearer {EK}") == "Bearer ek_…#3"


def test_numbering_goes_on_after_an_earlier_part_of_the_run() -> None:
    redactor = Redactor()
    redactor.continue_numbering('"Bearer ek_…?7","<cookie 3>","redacted/ice/pwd/000041"')

    assert redactor.clean_text("ek_abcdefgh1") == "ek_…?8"
    assert redactor.clean_text("a=ice-pwd:abcd1234") == "a=ice-pwd:redacted/ice/pwd/000042"
    assert redactor.clean((("Cookie", "a=b"),)) == (("Cookie", "a=<cookie 4>"),)


pieces = st.sampled_from(
    [*(text for text, _ in SECRETS), *EVIDENCE, "192.168.1.7", "fe80::1", '"', "\\", "\\n", "%20"]
)


@given(st.lists(pieces | st.text(max_size=8), max_size=5), st.sampled_from(["", " ", "\n", '"']))
def test_mixtures_are_cleaned_once_and_for_all(parts: list[str], joint: str) -> None:
    text = joint.join(parts)
    redactor = Redactor()

    once = redactor.clean_text(text)

    assert redactor.clean_text(once) == once
    assert redactor.scan(once.encode()) == []
    json.loads(Redactor().clean_text(json.dumps([text])))
