"""What the GA mint accepts, what it refuses, and what its tokens hold."""

from __future__ import annotations

import time
from typing import Any

import pytest

from support.sandbox_http import BETA_REALTIME, FOUNDING, GA_REALTIME, TRANSLATION, Caller

OUTPUT = {"output": {"voice": "nova"}}


def transcription(**block: Any) -> dict[str, Any]:
    session = {"type": "transcription", "audio": {"input": {"transcription": block}}}
    return {"session": session}


def realtime(**fields: Any) -> dict[str, Any]:
    return {"session": {"type": "realtime", "model": "gpt-realtime", **fields}}


@pytest.mark.parametrize(
    ("body", "rule", "message"),
    [
        ({"type": "realtime", "model": "m"}, "flat-body", "Unknown parameter: 'type'."),
        (realtime(voice="alloy"), None, "Unknown parameter: 'session.voice'."),
        (realtime(modalities=["text"]), None, "Unknown parameter: 'session.modalities'."),
        ({"session": {"model": "m"}}, None, "Missing required parameter: 'session.type'."),
        (
            realtime(audio={"input": {"format": "pcm16"}}),
            "format-is-text",
            "Invalid type for 'session.audio.input.format': expected an object, but got a string "
            "instead.",
        ),
        (
            {"session": {"type": "session"}},
            None,
            "Invalid value: 'session'. Supported values are: 'realtime' and 'transcription'",
        ),
        (
            {"session": {"type": "transcription", "model": "m"}},
            None,
            "You must not provide a model parameter for transcription sessions.",
        ),
        (
            transcription(language="en"),
            None,
            "Missing required parameter: 'session.audio.input.transcription.model'",
        ),
        (
            transcription(model="gpt-4o-transcribe", languages=["en"]),
            None,
            "languages parameter not supported",
        ),
        (
            realtime(output_modalities=["audio", "text"]),
            None,
            "Invalid modalities: ['audio', 'text']",
        ),
        (realtime(audio=OUTPUT), "bad-voice", "Invalid value: 'nova'. Supported values are:"),
        (
            realtime(audio={"input": {"format": {"type": "audio/pcm", "rate": 16000}}}),
            "input-rate-too-low",
            "Invalid 'session.audio.input.format.rate': integer below minimum value. Expected a "
            "value >= 24000, but got 16000 instead.",
        ),
        (
            {"session": "realtime"},
            "wrong-type",
            "Invalid type for 'session': expected an object, but got a string instead.",
        ),
        (
            {**GA_REALTIME, "expires_after": {"seconds": 9}},
            "ttl-too-short",
            "Invalid 'expires_after.seconds': integer below minimum value. Expected a value >= 10, "
            "but got 9 instead.",
        ),
        ({**GA_REALTIME, "expires_after": {"seconds": 7201}}, "ttl-too-long", "Sandbox:"),
    ],
)
def test_a_body_that_is_refused(
    today: Caller, body: object, rule: str | None, message: str
) -> None:
    said = today.mint("client_secrets", body)

    assert said.status == 400
    assert said.error["message"].startswith(message)
    assert rule in (None, said.rule)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"session": {}}, "session.model"),
        ({}, "session"),
        ({"session": {"type": "realtime", "model": "m"}}, "session.type"),
        ({"session": {"model": "m", "voice": "alloy"}}, "session.voice"),
        (
            {"session": {"model": "m", "audio": {"input": {"language": "en"}}}},
            "session.audio.input.language",
        ),
    ],
)
def test_a_translation_body_that_is_refused(today: Caller, body: object, param: str) -> None:
    said = today.mint("translations/client_secrets", body)

    assert (said.status, said.error["param"], said.basis) == (400, param, "inferred")


def test_a_translation_may_name_its_type_for_all_that_is_known(today: Caller) -> None:
    said = today.mint(
        "translations/client_secrets", {"session": {"type": "translation", "model": "m"}}
    )

    assert (said.status, said.basis) == (200, "inferred")


@pytest.mark.parametrize("content", ["{", "[1", "hello"])
def test_a_body_that_is_not_json(today: Caller, content: str) -> None:
    said = today.mint("client_secrets", content=content)

    assert (said.status, said.rule) == (400, "ga-mint-not-json")


@pytest.mark.parametrize("body", [None, {}])
def test_without_a_session_it_mints(today: Caller, body: object) -> None:
    said = today.mint("client_secrets", body)

    assert said.status == 200
    assert said.json["session"]["type"] == "realtime"
    assert said.basis == "inferred"


@pytest.mark.parametrize(("asked", "ttl_s"), [(None, 600), (10, 10), (7200, 7200)])
def test_a_ga_token_lives_as_long_as_it_was_asked_to(
    today: Caller, asked: int | None, ttl_s: int
) -> None:
    expiry = {"expires_after": {"anchor": "created_at", "seconds": asked}} if asked else {}

    minted = today.mint("client_secrets", {**GA_REALTIME, **expiry}).json

    assert minted["expires_at"] == pytest.approx(time.time() + ttl_s, abs=5)
    assert minted["value"].startswith("ek_")


@pytest.mark.parametrize(
    ("endpoint", "body", "ttl_s"),
    [("sessions", BETA_REALTIME, 60), ("transcription_sessions", FOUNDING, 600)],
)
def test_a_beta_token_is_nested_and_short_lived(
    beta: Caller, endpoint: str, body: object, ttl_s: int
) -> None:
    minted = beta.mint(endpoint, body).json

    assert "value" not in minted
    assert minted["client_secret"]["value"].startswith("ek_")
    assert minted["client_secret"]["expires_at"] == pytest.approx(time.time() + ttl_s, abs=5)


def test_the_session_shows_what_was_asked_for_over_the_defaults(today: Caller) -> None:
    asked = realtime(instructions="Be brief.", audio={"output": {"voice": "marin"}})

    session = today.mint("client_secrets", asked).json["session"]

    assert session["instructions"] == "Be brief."
    assert session["audio"]["output"]["voice"] == "marin"
    assert session["audio"]["output"]["speed"] == 1.0
    assert session["object"] == "realtime.session"


def test_an_expired_token_opens_nothing(today: Caller) -> None:
    token = today.token("client_secrets", GA_REALTIME)
    aged = today.send("POST", "/sandbox/expire", json={"token": token})

    said = today.call("/calls", token)

    assert aged.json == {"expired": True}
    assert (said.status, said.rule) == (401, "token-expired")
    assert "Ephemeral token expired" in said.error["message"]


def test_a_translation_session_has_its_own_shape(today: Caller) -> None:
    session = today.mint("translations/client_secrets", TRANSLATION).json["session"]

    assert session["type"] == "translation"
    assert session["model"] == "gpt-realtime-translate"
    assert session["audio"]["output"] == {"language": "es"}
    assert {"id", "expires_at"} <= session.keys()
