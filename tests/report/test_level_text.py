"""Levels as what they put on the wire."""

from __future__ import annotations

import pytest

from rtdoctor.domain.finding import Blamed, Change
from rtdoctor.domain.setup import Auth, AuthKind, BetaHeader, Factor, Level
from rtdoctor.wording import levels as lt
from support import levels as lv
from support import runs


@pytest.mark.parametrize(
    ("factor", "level", "said"),
    [
        (Factor.TOKEN_ENDPOINT, lv.SESSIONS, "/v1/realtime/sessions"),
        (Factor.TOKEN_BODY, lv.SESSION_MODEL, "session_model"),
        (Factor.AUTH, lv.EPHEMERAL, "ephemeral token"),
        (Factor.AUTH, lv.UNDEFINED, "“undefined”"),
        (Factor.AUTH, lv.NO_AUTH, "no credential"),
        (
            Factor.AUTH,
            Level("x", Auth(AuthKind.API_KEY, header="api-key", scheme="")),
            "API key as api-key",
        ),
        (Factor.AUTH, Level("x", Auth(scheme="Token")), "ephemeral token as Authorization: Token"),
        (Factor.BETA_HEADER, lv.NO_BETA, "no OpenAI-Beta"),
        (Factor.BETA_HEADER, lv.BETA, "OpenAI-Beta: realtime=v1"),
        (
            Factor.BETA_HEADER,
            Level("x", BetaHeader("a", None)),
            "OpenAI-Beta: a on the mint",
        ),
        (Factor.BETA_HEADER, Level("x", BetaHeader(None, "b")), "OpenAI-Beta: b on the call"),
        (
            Factor.BETA_HEADER,
            Level("x", BetaHeader("a", "b")),
            "OpenAI-Beta: a on the mint, b on the call",
        ),
        (Factor.CALL_ENDPOINT, lv.CALLS, "/v1/realtime/calls"),
        (Factor.CALL_QUERY, lv.MODEL_TRANSCRIBE, "?model=gpt-4o-transcribe"),
        (Factor.CALL_QUERY, lv.NO_QUERY, "no query"),
        (Factor.CALL_ENCODING, lv.MULTIPART, "multipart"),
    ],
)
def test_a_level_is_told_by_what_is_sent(factor: Factor, level: Level[object], said: str) -> None:
    assert lt.level_text(factor, level) == said


def test_a_change_names_both_sides_as_they_are_sent() -> None:
    new = lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.INTENT)
    moved = (Change("call_query", "model_transcribe", "intent_transcription"),)
    assert lt.changes(moved, lv.FOUNDING, new) == (
        "query of the call: ?model=gpt-4o-transcribe → ?intent=transcription"
    )


def test_names_that_no_setup_holds_are_shown_as_they_are() -> None:
    run, _ = runs.founding()
    odd = (Change("call_query", "other", "names"), Change("no_factor", "a", "b"))
    assert lt.changes(odd, lv.FOUNDING, lv.FOUNDING) == (
        "query of the call: other → names; no_factor: a → b"
    )
    assert lt.blamed_text(Blamed("call_query", "never_run"), run, ("#2",)) == "never_run"
    assert lt.blamed_text(Blamed("no_factor", "x"), run, ("#2",)) == "x"


def test_a_blamed_level_is_told_by_a_probe_that_sent_it() -> None:
    run, diagnosis = runs.founding()
    cause = diagnosis.causes[0]
    assert [lt.blamed_text(b, run, cause.failing_probes) for b in cause.levels] == [
        "/v1/realtime/transcription_sessions",
        "?model=gpt-4o-transcribe",
    ]
