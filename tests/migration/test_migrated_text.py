"""JSON that people have, in the other generation and in their own layout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import complaints

from rtdoctor.errors import ConfigError
from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.migrated_text import MigratedText, migrate_json
from rtdoctor.migration.object_kind import Form, kind_of

GA, BETA = Generation.GA, Generation.BETA
VOICE = {"audio": {"output": {"voice": "verse"}}}


def migrated(
    value: Any, target: Generation = GA, named: Dialect | Form | None = None
) -> MigratedText:
    return migrate_json(json.dumps(value), "body.json", target, named)


def migrated_value(value: Any, target: Generation = GA, named: Dialect | Form | None = None) -> Any:
    return json.loads(migrated(value, target, named).text)


def sentences(found: MigratedText) -> list[str]:
    return [step.text for step in found.steps]


class TestLayout:
    def test_indentation_order_and_digits_are_the_users(self) -> None:
        text = """{
    "model": "gpt-4o-realtime-preview",
    "modalities": ["audio", "text"],
    "turn_detection": {"type": "server_vad", "threshold": 0.50},
    "tools": [
        {
            "type": "function",  "name": "x"
        }
    ],
    "instructions": "caf\\u00e9"
}
"""
        assert (
            migrate_json(text, "body.json", GA).text
            == """{
    "session": {
        "type": "realtime",
        "model": "gpt-4o-realtime-preview",
        "tools": [
            {
                "type": "function",  "name": "x"
            }
        ],
        "instructions": "caf\\u00e9",
        "output_modalities": ["audio"],
        "audio": {
            "input": {
                "turn_detection": {"type": "server_vad", "threshold": 0.50}
            }
        }
    }
}
"""
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (
                '{"voice":"verse","speed":1.0}',
                '{"session":{"type":"realtime","audio":{"output":{"voice":"verse","speed":1.0}}}}',
            ),
            (
                '{ "voice": "verse", "tools": [] }',
                '{ "session": { "type": "realtime", "tools": [], '
                '"audio": { "output": { "voice": "verse" } } } }',
            ),
            (
                '{\n\t"voice": "verse"\n}',
                '{\n\t"session": {\n\t\t"type": "realtime",\n\t\t"audio": {\n\t\t\t"output": {\n'
                '\t\t\t\t"voice": "verse"\n\t\t\t}\n\t\t}\n\t}\n}',
            ),
        ],
    )
    def test_one_line_stays_one_line_and_tabs_stay_tabs(self, before: str, after: str) -> None:
        assert migrate_json(before, "body.json", GA).text == after

    def test_what_is_right_already_is_not_touched(self) -> None:
        text = ' {"session" :{"type":"realtime",\n"output_modalities":["text"],"model":"m"}}\n'

        found = migrate_json(text, "body.json", GA)

        assert found.text == text
        assert found.steps == ()


class TestKinds:
    def test_a_beta_body_becomes_one_for_client_secrets(self) -> None:
        body = {"model": "gpt-4o-realtime-preview", "voice": "verse", "temperature": 0.8}
        after = migrated_value(body)

        assert after == {"session": {"type": "realtime", "model": body["model"], **VOICE}}
        assert complaints(after, Dialect.CLIENT_SECRETS) == []

    def test_a_session_update_gets_its_type_and_keeps_its_event_id(self) -> None:
        event = {"type": "session.update", "event_id": "e1", "session": {"voice": "verse"}}
        after = migrated(event)

        assert json.loads(after.text) == {**event, "session": {"type": "realtime", **VOICE}}
        assert sentences(after) == [
            "session.type is added, since the GA request requires it",
            "session.voice moves to session.audio.output.voice",
        ]
        assert migrated_value(json.loads(after.text), BETA) == event

    def test_a_transcription_update_changes_its_name_too(self) -> None:
        transcription = {"model": "whisper-1"}
        event = {
            "type": "transcription_session.update",
            "session": {"input_audio_transcription": transcription},
        }
        after = migrated(event)

        assert json.loads(after.text) == {
            "type": "session.update",
            "session": {
                "type": "transcription",
                "audio": {"input": {"transcription": transcription}},
            },
        }
        assert 'type becomes "session.update"' in sentences(after)
        assert migrated_value(json.loads(after.text), BETA) == event

    def test_an_update_loses_what_only_a_token_request_can_say(self) -> None:
        secret = {"expires_after": {"anchor": "created_at", "seconds": 60}}
        event = {"type": "session.update", "session": {"voice": "verse", "client_secret": secret}}
        after = migrated(event)

        assert json.loads(after.text)["session"] == {"type": "realtime", **VOICE}
        assert any(
            text.startswith("session.client_secret") and text.endswith("is left out")
            for text in sentences(after)
        )

    def test_the_multipart_session_stays_alone(self) -> None:
        session = {"type": "realtime", "model": "gpt-realtime", "voice": "verse"}
        after = migrated(session)

        assert json.loads(after.text) == {"type": "realtime", "model": "gpt-realtime", **VOICE}
        assert "voice moves to audio.output.voice" in sentences(after)

    def test_a_ga_session_posted_flat_is_wrapped_when_it_is_a_body(self) -> None:
        session = {"type": "realtime", "model": "gpt-realtime"}

        assert migrated_value(session, named=Dialect.CLIENT_SECRETS) == {"session": session}
        assert migrated_value(session) == session

    def test_beta_names_and_values_in_a_ga_body_are_mended_and_ga_names_stay(self) -> None:
        body = {
            "expires_after": {"anchor": "created_at", "seconds": 60},
            "session": {
                "type": "realtime",
                "reasoning": {"effort": "low"},
                "voice": "verse",
                "output_modalities": ["audio", "text"],
                "audio": {"input": {"format": "pcm16"}},
            },
        }
        after = migrated_value(body)

        pcm = {"type": "audio/pcm", "rate": 24000}
        assert after == {
            "expires_after": body["expires_after"],
            "session": {
                "type": "realtime",
                "reasoning": {"effort": "low"},
                "output_modalities": ["audio"],
                "audio": {"input": {"format": pcm}, "output": {"voice": "verse"}},
            },
        }
        assert complaints(after, Dialect.CLIENT_SECRETS) == []

    def test_pcm_without_its_rate_gets_it(self) -> None:
        body = {
            "session": {"type": "realtime", "audio": {"input": {"format": {"type": "audio/pcm"}}}}
        }

        pcm = migrated_value(body)["session"]["audio"]["input"]["format"]
        assert pcm == {"type": "audio/pcm", "rate": 24000}

    def test_to_the_beta_what_it_lacks_is_named(self) -> None:
        body = {
            "session": {"type": "realtime", "model": "m", "reasoning": {"effort": "low"}, **VOICE}
        }
        after = migrated(body, BETA)

        assert json.loads(after.text) == {"model": "m", "voice": "verse"}
        assert "session.reasoning has no place in the beta session request and is left out" in (
            sentences(after)
        )

    def test_a_tool_that_the_beta_does_not_know_goes_alone(self) -> None:
        function = {"type": "function", "name": "f"}
        tools = [function, {"type": "mcp", "server_label": "s"}]
        after = migrated({"session": {"type": "realtime", "tools": tools}}, BETA)

        assert json.loads(after.text) == {"tools": [function]}
        assert "session.tools[1] has no place in the beta session request and is left out" in (
            sentences(after)
        )

    def test_a_body_that_names_no_type_is_guessed_and_said_so(self) -> None:
        body = {"input_audio_transcription": {"model": "gpt-4o-transcribe"}}

        assert json.loads(migrated(body).text)["session"]["type"] == "transcription"
        assert "inferred" in migrated(body).steps[0].text
        realtime = migrated(body, named=Dialect.SESSIONS)
        assert json.loads(realtime.text)["session"]["type"] == "realtime"
        assert "inferred" not in realtime.steps[0].text

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"foo": 1},
            {"session": 3},
            {"session": {"session": {}}},
            {"type": "response.create", "response": {}},
        ],
    )
    def test_an_unknown_object_is_refused_with_the_way_out(self, value: Any) -> None:
        with pytest.raises(ConfigError, match="--from"):
            migrated(value)


class TestBadText:
    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ('{\n"voice": "a",\n}', r"body\.json:3: this is not JSON"),
            ('{"voice":"a",\n"voice":"b"}', r"body\.json:2: .*voice stands in it twice"),
            ('{"speed": NaN}', r"body\.json:1: .*NaN"),
            ("[1]", r"body\.json: this JSON is no object"),
            ('{"a":' * 3000 + "1" + "}" * 3000, r"body\.json.*nested too deep"),
            ('{"speed": 1e999}', r"body\.json.*number"),
        ],
    )
    def test_the_message_names_file_line_and_fault(self, text: str, where: str) -> None:
        with pytest.raises(ConfigError, match=where):
            migrate_json(text, "body.json", GA)


def test_every_step_has_its_sources() -> None:
    body = {"model": "m", "voice": "v", "mine": 1, "temperature": 1, "turn_detection": {}}
    found = migrated(body).steps

    assert [step for step in found if not step.basis] == []
    assert next(s.basis for s in found if s.text.startswith("mine")) == ("inferred",)
    assert next(s.basis for s in found if s.text.startswith("voice")) == (
        "TOK-UNKNOWN-SESSION-PARAM",
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"model": "gpt-4o-realtime-preview-2024-12-17", "voice": "verse"},
            "session.model is kept; its model ends on 2027-01-20, then gpt-realtime-2.1 takes its "
            "place",
        ),
        (
            {"input_audio_transcription": {"model": "whisper-1"}},
            "session.audio.input.transcription.model is kept; its model ends on 2027-02-26, then "
            "gpt-live-transcribe takes its place",
        ),
        ({"model": "gpt-realtime-2.1", "voice": "verse"}, None),
    ],
)
def test_a_model_that_ends_is_kept_and_named(body: dict[str, Any], said: str | None) -> None:
    found = [text for text in sentences(migrated(body)) if "is kept" in text]

    assert found == ([] if said is None else [said])


NAMES = ["type", "voice", "modalities", "model", "audio", "session", "expires_after", "tools", "x"]
values = st.recursive(
    st.sampled_from(["realtime", "transcription", "pcm16", "session.update", 1, None]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.thorough
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=4), st.sampled_from(Generation))
def test_any_object_gives_an_object_and_a_second_time_changes_nothing(
    value: dict[str, Any], target: Generation
) -> None:
    kind = kind_of(value)
    if kind is None:
        return
    once = migrated_value(value, target)
    again = kind_of(once)

    assert isinstance(once, dict)
    if target is GA and again is not None and again.session_type == kind.session_type:
        assert migrated_value(once, target) == once
