"""Requests and events that stand in a text, held against the published schema."""

from __future__ import annotations

import pytest

from rtdoctor.explain.explanation import Explanation
from rtdoctor.explain.ranking import explain_text as explain


def said(result: Explanation) -> str:
    return "\n".join(fault for body in result.bodies for fault in body.faults)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('client.realtime: session.update {"type":"session.update","session":{"type":"realtime",'
         '"tool_choice":{"type":"function","function":{"name":"f"}}}} gpt-realtime',
         "event/session/tool_choice/function is the shape of Chat Completions"),
        ('POST https://api.openai.com/v1/realtime/client_secrets\n{"session": {"type": "realtime", '
         '"voice": "marin"}}', "mint.body/session/voice is a name of the retired beta"),
        ('gpt-realtime tools = [{"type": "function", "function": {"name": "f"}}]',
         "tools/0/function is the shape of Chat Completions"),
        ("// gpt-realtime\nws.send(JSON.stringify({ type: 'session.update', session: { type: "
         "'realtime', audio: { output: 'marin' } } }))",
         "event/session/audio/output has the wrong type"),
        ("gpt-realtime {'type': 'session.update', 'session': {'type': 'realtime', 'audio': "
         "{'input': {'transcription': {'prompt': None}}}}}", "prompt is null"),
    ],
)  # fmt: skip
def test_what_breaks_the_schema_is_named_with_its_place(text: str, fault: str) -> None:
    assert fault in said(explain(text))


@pytest.mark.parametrize(
    "text",
    [
        # right
        'gpt-realtime {"type":"session.update","session":{"type":"realtime","audio":{"output":'
        '{"voice":"marin"}}}}',
        # what only a run tells is not called wrong, and an excerpt lacks nothing
        "gpt-realtime {type: 'session.update', session: {...settings, instructions: text()}}",
        "gpt-realtime {type: 'session.update', session: {tools, audio: buildAudio()}}",
        # an event of the service is no request
        'gpt-realtime {"type":"session.created","session":{"id":"sess_1","voice":"alloy"}}',
        # services and libraries that take the beta's names
        'xAI grok, realtime: {"type":"session.update","session":{"voice":"ara"}}',
        'import { RealtimeSession } from "@openai/agents/realtime"; const o = {"session": {"voice":'
        ' "alloy"}};',
        # the Responses API and Chat Completions, in a text that also speaks of Realtime
        'gpt-realtime ws.send(\'{"type":"response.create","model":"gpt-5.5","input":"hi"}\')',
        'gpt-realtime client.chat.completions.create(model=m, tools=[{"type": "function", '
        '"function": {"name": "f"}}])',
        'gpt-realtime tools = [{"type": "function", "name": "f", "strict": true}]\n'
        "client.responses.create({ model, tools })",
        # the Agents SDK for Python puts what it sends into other_data
        'gpt-realtime {"type": "response.create", "other_data": {"response": {}}}',
        # a formatted string
        'gpt-realtime log.error(f"no session: {voice}")',
        # a type that is no name
        'gpt-realtime {"type": {"a": 1}, "session": {}}',
        # commented out
        '// gpt-realtime\n// {"type":"session.update","session":{"voice":"alloy"}}',
    ],
    ids=[
        "right",
        "spread",
        "computed",
        "answer",
        "other service",
        "library",
        "responses",
        "chat",
        "responses tools",
        "other_data",
        "formatted",
        "type",
        "comment",
    ],
)
def test_nothing_is_said_of_what_is_right_or_unknown(text: str) -> None:
    assert said(explain(text)) == ""


def test_a_fault_leads_to_the_entry_of_its_fact() -> None:
    text = (
        "gpt-realtime does nothing with my tool. I send\n"
        '{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function",'
        '"function":{"name":"f"}}]}}'
    )
    (match,) = explain(text).matches
    assert (match.entry.id, match.strength.word) == ("EVT-UNKNOWN-TOOL-KEY", "likely")
    assert match.evidence[0].line == 2
