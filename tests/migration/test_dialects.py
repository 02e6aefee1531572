"""Which endpoint speaks which dialect, and which body is written in it."""

from __future__ import annotations

import pytest

from rtdoctor.migration import Dialect, dialect_at, fits

FLAT = (Dialect.SESSIONS, Dialect.TRANSCRIPTION_SESSIONS)
WRAPPED = (Dialect.CLIENT_SECRETS, Dialect.TRANSLATION)


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/realtime/sessions", Dialect.SESSIONS),
        ("/v1/realtime/transcription_sessions", Dialect.TRANSCRIPTION_SESSIONS),
        ("/v1/realtime/client_secrets", Dialect.CLIENT_SECRETS),
        ("/v1/realtime/translations/client_secrets", Dialect.TRANSLATION),
        ("https://api.openai.com/v1/realtime/sessions?model=x", Dialect.SESSIONS),
        ("/openai/realtimeapi/sessions?api-version=2025-04-01-preview", Dialect.SESSIONS),
        ("/openai/v1/realtime/client_secrets", Dialect.CLIENT_SECRETS),
        ("/proxy/openai/v1/realtime/translations/client_secrets/", Dialect.TRANSLATION),
        ("realtime/client_secrets#top", Dialect.CLIENT_SECRETS),
        ("/v1/live/sessions", None),
        ("/api/session", None),
        ("/sessions", None),
        ("/v1/realtime/client_secrets/extra", None),
        ("/token?next=/v1/realtime/client_secrets", None),
        ("", None),
        (None, None),
    ],
)
def test_the_end_of_the_path_tells_the_dialect(path: str | None, dialect: Dialect | None) -> None:
    assert dialect_at(path) is dialect


@pytest.mark.parametrize("body", [None, "", "{}", "not JSON", "[1]", "7", '{"a":1,"a":2}'])
def test_a_body_that_tells_nothing_fits_everywhere(body: str | None) -> None:
    assert all(fits(body, dialect) for dialect in Dialect)


@pytest.mark.parametrize(
    "body",
    [
        '{"model":"gpt-4o-realtime-preview","voice":"verse"}',
        '{"input_audio_transcription":{"model":"gpt-4o-transcribe"}}',
        '{"type":"realtime","model":"gpt-realtime"}',
        '{"audio":{"output":{"voice":"alloy"}}}',
        '{"model":"gpt-realtime","expires_after":{"seconds":60}}',
        '{"client_secret":{"expires_after":{"seconds":60}}}',
    ],
)
def test_a_body_without_a_wrapper_fits_the_beta_only(body: str) -> None:
    assert all(fits(body, dialect) for dialect in FLAT)
    assert not any(fits(body, dialect) for dialect in WRAPPED)


@pytest.mark.parametrize(
    "body",
    [
        '{"session":{"type":"realtime","model":"gpt-realtime"}}',
        '{"session":{}}',
        '{"session":{"voice":"alloy"},"voice":"alloy"}',
        '{"expires_after":{"anchor":"created_at","seconds":60}}',
    ],
)
def test_a_wrapped_body_fits_ga_only(body: str) -> None:
    assert all(fits(body, dialect) for dialect in WRAPPED)
    assert not any(fits(body, dialect) for dialect in FLAT)


def test_a_session_that_is_no_object_fits_nowhere() -> None:
    assert not any(fits('{"session":"realtime"}', dialect) for dialect in Dialect)


def test_an_unknown_field_alone_tells_nothing() -> None:
    assert all(fits('{"mine":1}', dialect) for dialect in Dialect)
