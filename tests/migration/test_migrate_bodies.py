"""Bodies that people send, in the dialect of another endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from published import complaints

from rtdoctor.domain.setup import Factor
from rtdoctor.migration import Dialect, Move, dialect_at, fits, migrate
from rtdoctor.plan import catalogue

SESSIONS, TRANSCRIPTIONS, GA, TRANSLATION = Dialect
CATALOGUE = catalogue.read()

OLD_PAGE = {
    "model": "gpt-4o-realtime-preview-2024-12-17",
    "modalities": ["audio", "text"],
    "instructions": "You are a friendly assistant. Antworte auf Deutsch, bitte: „gern“ 🙂",
    "voice": "verse",
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "whisper-1", "language": "de"},
    "input_audio_noise_reduction": {"type": "near_field"},
    "turn_detection": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "create_response": True,
    },
    "tools": [
        {
            "type": "function",
            "name": "get_weather",
            "description": "Get the weather",
            "parameters": {"type": "object", "properties": {"voice": {"type": "string"}}},
        }
    ],
    "tool_choice": "auto",
    "temperature": 0.8,
    "max_response_output_tokens": "inf",
    "speed": 1.1,
    "client_secret": {"expires_after": {"anchor": "created_at", "seconds": 600}},
}
OLD_PAGE_IN_GA = {
    "session": {
        "type": "realtime",
        "model": "gpt-4o-realtime-preview-2024-12-17",
        "output_modalities": ["audio"],
        "instructions": OLD_PAGE["instructions"],
        "audio": {
            "output": {"voice": "verse", "format": {"type": "audio/pcmu"}, "speed": 1.1},
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "whisper-1", "language": "de"},
                "noise_reduction": {"type": "near_field"},
                "turn_detection": OLD_PAGE["turn_detection"],
            },
        },
        "tools": OLD_PAGE["tools"],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
    },
    "expires_after": {"anchor": "created_at", "seconds": 600},
}
FOUNDING = {"input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en"}}
GA_TRANSCRIPTION = {
    "session": {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe", "language": "en"}}},
    }
}
GA_TRANSLATION = {
    "expires_after": {"anchor": "created_at", "seconds": 600},
    "session": {
        "model": "gpt-realtime-translate",
        "audio": {
            "input": {"transcription": {"model": "gpt-realtime-whisper"}, "noise_reduction": None},
            "output": {"language": "es"},
        },
    },
}


def moved_json(body: Any, source: Dialect, target: Dialect) -> Any:
    return json.loads(migrate(json.dumps(body), source, target).text or "null")


def test_an_old_page_keeps_everything_that_ga_has_a_place_for() -> None:
    moved = migrate(json.dumps(OLD_PAGE), SESSIONS, GA)

    assert json.loads(moved.text or "") == OLD_PAGE_IN_GA
    assert moved.dropped == ("temperature",)
    assert complaints(OLD_PAGE_IN_GA, GA) == []


def test_the_commonest_old_page() -> None:
    moved = migrate('{"model":"gpt-4o-realtime-preview-2024-12-17","voice":"verse"}', SESSIONS, GA)

    assert moved.text == (
        '{"session":{"type":"realtime","model":"gpt-4o-realtime-preview-2024-12-17",'
        '"audio":{"output":{"voice":"verse"}}}}'
    )
    assert moved.moves == (
        Move("model", "session.model"),
        Move("voice", "session.audio.output.voice"),
    )
    assert moved.added == ("session.type",)


def test_the_founding_body_becomes_the_ga_transcription_and_back() -> None:
    assert moved_json(FOUNDING, TRANSCRIPTIONS, GA) == GA_TRANSCRIPTION
    assert moved_json(GA_TRANSCRIPTION, GA, TRANSCRIPTIONS) == FOUNDING


def test_the_founding_body_at_the_realtime_endpoint_stays_a_realtime_session() -> None:
    session = moved_json(FOUNDING, SESSIONS, GA)["session"]

    assert session["type"] == "realtime"
    assert session["audio"] == GA_TRANSCRIPTION["session"]["audio"]


@pytest.mark.parametrize("body", [None, "{}"])
@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SESSIONS, '{"session":{"type":"realtime"}}'),
        (TRANSCRIPTIONS, '{"session":{"type":"transcription"}}'),
    ],
)
def test_without_a_body_the_endpoint_names_the_type(
    body: str | None, source: Dialect, text: str
) -> None:
    assert migrate(body, source, GA).text == text


@pytest.mark.parametrize("body", [None, "{}"])
@pytest.mark.parametrize("target", [SESSIONS, TRANSCRIPTIONS, TRANSLATION])
def test_a_client_secret_without_a_body_asks_for_nothing_elsewhere(
    body: str | None, target: Dialect
) -> None:
    assert migrate(body, GA, target).text == body


def test_what_a_user_made_up_is_kept_at_the_corresponding_level() -> None:
    flat = {"model": "m", "mine": {"a": [1]}, "input_audio_transcription": {"enabled": True}}
    wrapped = moved_json(flat, SESSIONS, GA)

    assert wrapped["session"]["mine"] == {"a": [1]}
    assert wrapped["session"]["audio"]["input"]["transcription"] == {"enabled": True}
    assert moved_json(wrapped, GA, SESSIONS) == flat


def test_a_value_that_no_dialect_knows_stays_as_it_is() -> None:
    body = {"input_audio_format": "mp3", "modalities": ["video"], "voice": None}
    session = moved_json(body, SESSIONS, GA)["session"]

    assert session["audio"] == {"input": {"format": "mp3"}, "output": {"voice": None}}
    assert session["output_modalities"] == ["video"]


def test_a_rate_that_the_beta_cannot_name_is_not_called_pcm16() -> None:
    other = {"type": "audio/pcm", "rate": 16000}
    body = {"session": {"type": "realtime", "audio": {"input": {"format": other}}}}

    assert moved_json(body, GA, SESSIONS) == {"input_audio_format": other}


def test_turn_detection_that_is_off_stays_off() -> None:
    body = {"session": {"type": "realtime", "audio": {"input": {"turn_detection": None}}}}

    assert moved_json({"turn_detection": None}, SESSIONS, GA) == body
    assert moved_json(body, GA, SESSIONS) == {"turn_detection": None}


def test_turn_detection_without_a_type_gets_the_one_that_ga_requires() -> None:
    moved = moved_json({"turn_detection": {"threshold": 0.6}}, SESSIONS, GA)

    assert moved["session"]["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.6,
    }
    assert complaints(moved, GA) == []


def test_a_realtime_body_at_the_transcription_endpoint_loses_what_transcription_lacks() -> None:
    body = {"model": "gpt-4o-realtime-preview", "voice": "verse", **FOUNDING}
    moved = migrate(json.dumps(body), TRANSCRIPTIONS, GA)

    assert json.loads(moved.text or "") == GA_TRANSCRIPTION
    assert set(moved.dropped) == {"model", "voice"}
    assert moved_json(body, TRANSCRIPTIONS, SESSIONS) == body


def test_a_transcription_model_beside_the_block_moves_into_it() -> None:
    body = {"model": "gpt-4o-transcribe", "input_audio_transcription": {"language": "en"}}

    assert moved_json(body, TRANSCRIPTIONS, GA) == GA_TRANSCRIPTION


def test_a_time_of_expiry_is_not_taken_for_a_duration() -> None:
    moved = migrate('{"client_secret":{"expires_at":1756310470}}', SESSIONS, GA)

    assert moved.text == '{"session":{"type":"realtime"}}'
    assert moved.dropped == ("client_secret",)


def test_the_expiry_of_each_dialect_is_the_same_duration() -> None:
    after = {"anchor": "created_at", "seconds": 60}
    ga = {"session": {"type": "transcription"}, "expires_after": after}

    assert moved_json(ga, GA, TRANSCRIPTIONS) == {"client_secret": {"expires_at": after}}
    assert moved_json({"client_secret": {"expires_after": after}}, TRANSCRIPTIONS, GA) == ga


def test_what_ga_alone_knows_is_dropped_and_named() -> None:
    session = {
        "type": "realtime",
        "reasoning": {"effort": "low"},
        "audio": {"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000}}},
    }
    moved = migrate(json.dumps({"session": session}), GA, SESSIONS)

    assert json.loads(moved.text or "") == {"turn_detection": {"type": "server_vad"}}
    assert moved.dropped == (
        "session.reasoning",
        "session.audio.input.turn_detection.idle_timeout_ms",
    )


def test_a_translation_model_at_the_generic_endpoint_moves_to_its_own() -> None:
    moved = migrate(
        '{"session":{"type":"realtime","model":"gpt-realtime-translate"}}', GA, TRANSLATION
    )

    assert moved.text == '{"session":{"model":"gpt-realtime-translate"}}'
    assert moved.dropped == ("session.type",)


def test_a_translation_elsewhere_loses_its_target_language() -> None:
    moved = migrate(json.dumps(GA_TRANSLATION), TRANSLATION, GA)

    assert moved.dropped == ("session.audio.output.language",)
    assert complaints(GA_TRANSLATION, TRANSLATION) == []


def test_a_field_never_takes_the_place_of_one_in_the_right_dialect() -> None:
    moved = migrate('{"audio":{"output":{"voice":"alloy"}},"voice":"verse"}', SESSIONS, GA)

    assert json.loads(moved.text or "")["session"]["audio"]["output"] == {"voice": "verse"}
    assert moved.dropped == ("audio.output.voice",)


def test_a_field_whose_place_is_taken_is_dropped_once_and_says_by_what() -> None:
    body = {"audio": "loud", "session": {"audio": {"input": {"mine": 1}}}}
    moved = migrate(json.dumps(body), GA, SESSIONS)

    assert json.loads(moved.text or "") == {"audio": "loud"}
    assert moved.moves == (Move("session.audio.input.mine", None, taken="audio"),)


def test_what_one_body_adds_beside_a_value_of_the_table_never_shows_in_the_next() -> None:
    odd = {"input_audio_format": "pcm16", "audio": {"input": {"format": {"channels": 1}}}}
    pcm = {"type": "audio/pcm", "rate": 24000}

    first = moved_json(odd, SESSIONS, GA)["session"]
    second = moved_json({"input_audio_format": "pcm16"}, SESSIONS, GA)["session"]

    assert first["audio"]["input"]["format"] == {**pcm, "channels": 1}
    assert second["audio"]["input"]["format"] == pcm


def test_beta_names_inside_a_ga_session_are_right_in_the_beta() -> None:
    body = {"session": {"type": "realtime", "model": "m", "voice": "alloy"}}

    assert moved_json(body, GA, SESSIONS) == {"model": "m", "voice": "alloy"}


@pytest.mark.parametrize(
    ("body", "source"),
    [
        ('{"model":"m","voice":"verse"}', GA),
        ('{"session":{"type":"realtime"}}', SESSIONS),
        ('{"session":"realtime"}', GA),
        ("not JSON", SESSIONS),
        ("[{}]", SESSIONS),
        ('{"voice":"a","voice":"b"}', SESSIONS),
        ('{"temperature":1e999}', SESSIONS),
        ('{"temperature":NaN}', SESSIONS),
        ('{"a":' * 5000 + "1" + "}" * 5000, SESSIONS),
    ],
)
def test_a_body_that_is_not_of_its_dialect_is_sent_as_it_is(body: str, source: Dialect) -> None:
    for target in Dialect:
        assert migrate(body, source, target).text == body
        assert migrate(body, source, target).moves == ()


def recipe_bodies() -> list[Any]:
    """The listed bodies that go with a listed endpoint."""
    found = []
    for recipe in CATALOGUE.recipes:
        body = recipe.setup.token_body.value.text
        source = dialect_at(recipe.setup.token_endpoint.value.path)
        if source is not None:
            found.append(pytest.param(body, source, id=recipe.name))
    return found


@pytest.mark.parametrize(("body", "source"), recipe_bodies())
@pytest.mark.parametrize("target", [SESSIONS, TRANSCRIPTIONS, GA])
def test_every_recipe_is_well_formed_at_the_other_endpoints(
    body: str, source: Dialect, target: Dialect
) -> None:
    text = migrate(body, source, target).text
    moved = json.loads(text or "{}")

    assert fits(text, target)
    assert complaints(moved, target) == []


@pytest.mark.parametrize("target", [SESSIONS, TRANSCRIPTIONS])
def test_a_ga_page_is_well_formed_in_the_beta(target: Dialect) -> None:
    assert complaints(moved_json(GA_TRANSCRIPTION, GA, target), target) == []


def test_every_listed_token_endpoint_has_a_dialect() -> None:
    paths = [e.level.value.path for e in CATALOGUE.entries[Factor.TOKEN_ENDPOINT].values()]

    assert {dialect_at(path) for path in paths if path} == set(Dialect)
