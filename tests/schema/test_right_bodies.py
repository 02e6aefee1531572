"""What services take is never called wrong: unions, open lists of names, null where it is meant."""

from __future__ import annotations

from typing import Any

import pytest

from rtdoctor.migration import dialect_at
from rtdoctor.plan.catalogue import Recipe, read
from rtdoctor.schema import RequestKind, read_text, read_value
from rtdoctor.schema.requests import kind_of


@pytest.mark.parametrize(
    "session",
    [
        {},
        {"model": "gpt-realtime-of-the-year-2031"},
        {"audio": {"output": {"voice": "a-voice-of-next-year"}}},
        {"audio": {"output": {"voice": {"id": "voice_1"}}}},
        {"audio": {"input": {"turn_detection": None, "transcription": None}}},
        {"audio": {"input": {"noise_reduction": None}}},
        {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}}},
        {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "threshold": 0.5}}}},
        {"audio": {"input": {"transcription": {"model": "whisper-1", "languages": ["de"]}}}},
        {"audio": {"input": {"format": {"type": "audio/pcmu"}}}},
        {"max_output_tokens": 200},
        {"max_output_tokens": "inf"},
        {"tools": [{"type": "mcp", "server_label": "docs", "require_approval": "never"}]},
        {"tools": [{"type": "function", "name": "f", "parameters": {"anything": [{"x": 1}]}}]},
        {"tool_choice": {"type": "function", "name": "f"}},
        {"tool_choice": {"type": "mcp", "server_label": "docs"}},
        {"tracing": None, "prompt": None},
        {"truncation": {"type": "retention_ratio", "retention_ratio": 0.8}},
    ],
)
def test_a_realtime_session(session: dict[str, Any]) -> None:
    body = {"session": {"type": "realtime", **session}}

    assert read_value(RequestKind.CLIENT_SECRET, body).faults == ()
    assert read_value(RequestKind.CALL_SESSION, body["session"]).faults == ()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RequestKind.CLIENT_SECRET, {}),
        (RequestKind.CLIENT_SECRET, {"expires_after": {"anchor": "created_at", "seconds": 60}}),
        (RequestKind.TRANSLATION_CLIENT_SECRET, {"session": {"model": "gpt-realtime-translate"}}),
        (
            RequestKind.TRANSLATION_EVENT,
            {"type": "session.update", "session": {"audio": {"output": {"language": "es"}}}},
        ),
        (RequestKind.TOOLS, [{"type": "function", "name": "f"}]),
        (RequestKind.EVENT, {"type": "response.create"}),
        (
            RequestKind.EVENT,
            {
                "type": "response.create",
                "response": {"input": [{"type": "item_reference", "id": "i"}]},
            },
        ),
        (
            RequestKind.EVENT,
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "mcp_approval_response",
                    "approval_request_id": "a",
                    "approve": True,
                },
            },
        ),
        (RequestKind.BETA_SESSION, {"model": "m", "voice": "ash", "modalities": ["text", "audio"]}),
        (RequestKind.BETA_SESSION, {"turn_detection": None, "input_audio_transcription": None}),
        (
            RequestKind.BETA_TRANSCRIPTION_SESSION,
            {"input_audio_format": "pcm16", "input_audio_transcription": {"model": "whisper-1"}},
        ),
        (
            RequestKind.BETA_EVENT,
            {"type": "transcription_session.update", "session": {"include": ["anything"]}},
        ),
    ],
)
def test_other_requests(kind: RequestKind, body: Any) -> None:
    assert read_value(kind, body).faults == ()


@pytest.mark.parametrize("text", [None, ""])
def test_no_body_is_a_right_token_request_and_no_event(text: str | None) -> None:
    assert read_text(RequestKind.CLIENT_SECRET, text).is_right
    assert not read_text(RequestKind.EVENT, text).is_right


@pytest.mark.parametrize("recipe", read().recipes, ids=lambda recipe: recipe.name)
def test_the_bodies_of_every_recipe_are_right(recipe: Recipe) -> None:
    body = recipe.setup.token_body.value.text
    dialect = dialect_at(recipe.setup.token_endpoint.value.path)

    if dialect is not None:
        assert read_text(kind_of(dialect), body).faults == ()
    session = recipe.setup.call_encoding.value.session
    if session is not None:
        assert read_text(RequestKind.CALL_SESSION, session).faults == ()
