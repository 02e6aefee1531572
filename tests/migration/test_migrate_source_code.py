"""Code: what is literal and certain changes, the rest is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.migration.migrated_source import beta_signs, migrate_code

SERVER = """\
const r = await fetch("https://api.openai.com/v1/realtime/sessions", {
  method: "POST",
  headers: {
    Authorization: `Bearer ${key}`,
    "OpenAI-Beta": "realtime=v1",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ model: 'gpt-4o-realtime-preview', voice: 'verse' }),
});
const token = (await r.json()).client_secret.value;
"""
PYTHON = """\
r = httpx.post(
    'https://api.openai.com/v1/realtime/transcription_sessions',
    headers={'Authorization': auth, 'OpenAI-Beta': 'realtime=v1'},
    json={'input_audio_transcription': {'model': 'whisper-1'}, 'turn_detection': None},
)
"""


def left(code: str) -> list[tuple[int | None, str]]:
    return [(step.line, step.text) for step in migrate_code(code).open_steps]


def test_a_token_server_in_javascript() -> None:
    after = migrate_code(SERVER)

    assert after.text == SERVER.replace("realtime/sessions", "realtime/client_secrets").replace(
        '    "OpenAI-Beta": "realtime=v1",\n', ""
    ).replace(
        "{ model: 'gpt-4o-realtime-preview', voice: 'verse' }",
        "{ session: { type: 'realtime', model: 'gpt-4o-realtime-preview', "
        "audio: { output: { voice: 'verse' } } } }",
    )
    assert left(SERVER) == [(10, "read the token at value, no longer at client_secret.value")]


def test_a_token_server_in_python() -> None:
    after = migrate_code(PYTHON)

    assert "realtime/client_secrets'" in after.text
    assert "headers={'Authorization': auth}," in after.text
    assert (
        "json={'session': {'type': 'transcription', 'audio': {'input': {'transcription': "
        "{'model': 'whisper-1'}, 'turn_detection': None}}}}" in after.text
    )
    assert after.open_steps == ()


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ('"https://api.openai.com/v1/realtime?model=gpt-4o"', '"https://api.openai.com/v1/realtime/calls"'),
        ("`https://gw.test/a/v1/realtime?model=${model}`", "`https://gw.test/a/v1/realtime/calls`"),
        ("'https://api.openai.com/v1/realtime?intent=transcription'", "'https://api.openai.com/v1/realtime/calls'"),
    ],
)  # fmt: skip
def test_the_url_of_a_call_loses_its_query(url: str, after: str) -> None:
    assert migrate_code(f"await fetch({url}, options);").text == f"await fetch({after}, options);"


@pytest.mark.parametrize(
    "code",
    [
        'const base = "https://api.openai.com/v1/realtime";',
        'fetch("https://api.openai.com/v1/realtime?model=" + model)',
        "fetch(`${base}?model=${model}`)",
        'fetch("https://api.openai.com/v1/realtime?model=m&user=7")',
        'fetch(base + "/v1/realtime/sessions")',
        'app.post("/v1/realtime/sessions", handler)',
        'headers.append("OpenAI-Beta", "realtime=v1")',
        'if (e.type === "response.audio.delta") play(e)',
        "const token = data.client_secret.value",
    ],
)
def test_what_is_not_certain_stays_and_is_named(code: str) -> None:
    after = migrate_code(f"\n\n{code}\n")

    assert after.text == f"\n\n{code}\n"
    assert {step.line for step in after.open_steps} == {3}
    assert all(step.basis for step in after.open_steps)


@pytest.mark.parametrize(
    "code",
    [
        'new WebSocket("wss://api.openai.com/v1/realtime?model=gpt-realtime")',
        'fetch("https://api.openai.com/v1/realtime/calls", { body: offer })',
        'speech({ model: "tts-1", voice: "alloy", speed: 1 })',
        'chat({ model: "gpt-4o", temperature: 0.2, tools: [] })',
        'dc.send(JSON.stringify({ type: "session.update", session: { type: "realtime", voice } }))',
        'headers: { "OpenAI-Beta": "assistants=v2" }',
    ],
)
def test_what_is_not_the_beta_is_left_alone(code: str) -> None:
    after = migrate_code(code)

    assert (after.text, after.steps) == (code, ())


def test_an_event_is_migrated_and_one_with_a_variable_is_named_with_the_reason() -> None:
    literal = '{ type: "session.update", session: { voice: "alloy" } }'
    variable = '{ type: "session.update", session: { voice } }'
    after = migrate_code(f"send({literal});\nsend({variable});\n")

    assert after.text == (
        'send({ type: "session.update", session: { type: "realtime", '
        f'audio: {{ output: {{ voice: "alloy" }} }} }} }});\nsend({variable});\n'
    )
    assert [step.line for step in after.open_steps] == [2]
    assert "voice stands for a variable" in after.open_steps[0].text


def test_a_session_inside_an_object_that_is_no_literal_is_migrated() -> None:
    code = 'const e = { id: next(), session: { type: "realtime", voice: "alloy" } };'

    assert migrate_code(code).text == (
        'const e = { id: next(), session: { type: "realtime", '
        'audio: { output: { voice: "alloy" } } } };'
    )


def test_with_two_token_endpoints_a_flat_body_is_left() -> None:
    code = (
        'a("https://api.openai.com/v1/realtime/sessions", {model: "gpt-4o-realtime-preview"});\n'
        'b("https://api.openai.com/v1/realtime/transcription_sessions");\n'
    )
    after = migrate_code(code)

    assert after.text.count("client_secrets") == 2
    assert '{model: "gpt-4o-realtime-preview"}' in after.text
    assert any("give the token request a body" in text for _, text in left(code))


def test_migrated_code_has_nothing_more_to_migrate() -> None:
    once = migrate_code(PYTHON)

    assert migrate_code(once.text).text == once.text
    assert migrate_code(once.text).steps == ()


def test_every_sign_names_known_facts() -> None:
    # compiled after the knowledge base was
    later = {"SDP-EMPTY-400-MODEL-QUERY"}
    schemas = {"RealtimeSessionCreateRequestGA"}
    known = set(knowledge_base.load().facts) | later | schemas | {"inferred"}

    for _, sign in beta_signs():
        assert set(sign.basis) <= known, sign


PIECES = [
    '"https://api.openai.com/v1/realtime', "/sessions", "?model=", '"', "`", "{", "}", "session: ",
    'type: "session.update"', "voice: 'a'", ", ", '"OpenAI-Beta": "realtime=v1"', "\n", "x", "[",
    "]", "input_audio_format: 'pcm16'", "${m}", "//",
]  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_code_breaks_it_and_lines_are_in_range(code: str) -> None:
    after = migrate_code(code)

    for step in after.steps:
        assert step.line is None or 1 <= step.line <= code.count("\n") + 1
