"""The answering peer against aiortc: ICE, DTLS, SCTP, events, and the end of a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from support.sandbox_http import (
    BETA_REALTIME,
    FOUNDING,
    GA_REALTIME,
    GA_TRANSCRIPTION,
    TRANSLATION,
    Caller,
    Said,
)
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox
from support.webrtc_client import Tone, WebRtcClient, webrtc_client

GA = ("client_secrets", "/v1/realtime/calls")


@asynccontextmanager
async def connected(
    caller: Caller, endpoint: str, body: object, path: str, **offer: Any
) -> AsyncIterator[tuple[WebRtcClient, Said]]:
    """A client that has called with a fresh token; the call is hung up at the end."""
    async with webrtc_client() as client:
        said = caller.send(
            "POST",
            path,
            key=caller.token(endpoint, body),
            headers={"Content-Type": "application/sdp"},
            content=await client.offer(**offer),
        )
        assert said.status == 201, said.text
        await client.accept(said.text)
        try:
            yield client, said
        finally:
            caller.hang_up(said)


@pytest.mark.parametrize(
    ("era", "endpoint", "body", "path", "event", "object_"),
    [
        (
            "beta",
            "transcription_sessions",
            FOUNDING,
            "/v1/realtime?intent=transcription",
            "transcription_session.created",
            "realtime.transcription_session",
        ),
        (
            "beta",
            "sessions",
            BETA_REALTIME,
            "/v1/realtime?model=gpt-4o-transcribe",
            "session.created",
            "realtime.session",
        ),
        (
            "single-use",
            "client_secrets",
            GA_TRANSCRIPTION,
            "/v1/realtime/calls",
            "session.created",
            "realtime.transcription_session",
        ),
        (
            "single-use",
            "translations/client_secrets",
            TRANSLATION,
            "/v1/realtime/translations/calls",
            "session.created",
            None,
        ),
    ],
)
async def test_the_first_event(
    caller_of: Callable[[str], Caller],
    era: str,
    endpoint: str,
    body: object,
    path: str,
    event: str,
    object_: str | None,
) -> None:
    async with connected(caller_of(era), endpoint, body, path) as (client, _):
        first = await client.event()

    assert first["type"] == event
    assert first["session"].get("object") == object_
    assert first["sandbox"]["basis"] in ("fact", "inferred")
    assert "client_secret" not in first["session"]


async def test_another_label_is_answered_as_an_inference(today: Caller) -> None:
    async with connected(today, *ga(GA_REALTIME), label="events") as (client, _):
        first = await client.event()

    assert first["type"] == "session.created"
    assert first["sandbox"]["basis"] == "inferred"


def ga(body: object) -> tuple[str, object, str]:
    return GA[0], body, GA[1]


@pytest.mark.parametrize(
    ("body", "sent", "message", "code"),
    [
        (GA_REALTIME, {"event_id": "e1"}, "The 'type' field is missing.", "invalid_event"),
        (GA_REALTIME, "not json", "Sandbox: the event is not a JSON object.", "invalid_event"),
        (GA_REALTIME, "[1]", "Sandbox: the event is not a JSON object.", "invalid_event"),
        (
            GA_REALTIME,
            {"type": "session.update", "session": {"type": "transcription"}},
            "Passing a transcription session update event to a realtime session is not allowed.",
            "invalid_parameter",
        ),
        (
            GA_TRANSCRIPTION,
            {"type": "session.update", "session": {"type": "realtime"}},
            "Passing a realtime session update event to a transcription session is not allowed.",
            None,
        ),
        (
            GA_REALTIME,
            {"type": "session.update", "session": {}},
            "Missing required parameter: 'session.type'.",
            "missing_required_parameter",
        ),
        (
            GA_REALTIME,
            {"type": "input_audio_buffer.commit"},
            "buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of "
            "audio",
            None,
        ),
        (
            GA_REALTIME,
            {"type": "response.cancel"},
            "Sandbox: no response is active.",
            "response_cancel_not_active",
        ),
        (
            GA_TRANSCRIPTION,
            {"type": "transcription_session.update", "session": {}},
            "Invalid value: 'transcription_session.update'",
            None,
        ),
    ],
)
async def test_a_client_event_that_is_refused(
    today: Caller, body: object, sent: object, message: str, code: str | None
) -> None:
    async with connected(today, *ga(body)) as (client, _):
        await client.event()
        client.send(sent)
        answered = await client.event()

    assert answered["type"] == "error"
    assert answered["error"]["message"] == message
    assert answered["error"]["code"] == code
    assert answered["error"]["event_id"] == (
        sent.get("event_id") if isinstance(sent, dict) else None
    )


async def test_the_service_hears_and_answers_with_the_transcription_events(today: Caller) -> None:
    sound = Tone(loud_frames=15)
    async with connected(today, *ga(GA_TRANSCRIPTION), track=sound) as (client, _):
        events = [await client.event() for _ in range(8)]

    assert [event["type"] for event in events] == [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
    ]
    assert events[-1]["transcript"].startswith("[sandbox: 0.")
    assert events[-1]["sandbox"]["basis"] == "inferred"
    assert len({item_id(event) for event in events[1:]}) == 1


def item_id(event: dict[str, Any]) -> str:
    """The item that an event is about."""
    return str(event["item"]["id"] if "item" in event else event["item_id"])


WITHOUT_TURNS = {
    "session": {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-realtime-whisper"}}},
    }
}


async def test_a_model_without_turns_transcribes_what_the_client_commits(today: Caller) -> None:
    commit = {"type": "input_audio_buffer.commit"}
    async with connected(today, *ga(WITHOUT_TURNS), track=Tone(loud_frames=500)) as (client, _):
        created = await client.event()
        events: list[dict[str, Any]] = []
        while not events or events[-1]["type"] == "error":  # until 100 ms have come
            client.send(commit)
            events.append(await client.event())
        events += [await client.event() for _ in range(4)]

    assert created["session"]["audio"]["input"]["turn_detection"] is None
    assert [event["type"] for event in events[-5:]] == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
    ]
    assert len({item_id(event) for event in events[-5:]}) == 1


@pytest.mark.parametrize(
    ("era", "endpoint", "body", "path", "message"),
    [
        (
            "single-use",
            "client_secrets",
            GA_REALTIME,
            "/v1/realtime/calls",
            "Your session hit the maximum duration of 60 minutes.",
        ),
        (
            "beta",
            "sessions",
            BETA_REALTIME,
            "/v1/realtime?model=m",
            "Sandbox: the session has lasted too long.",
        ),
    ],
)
async def test_a_call_whose_time_is_up_is_told_so_and_ended(
    era: str, endpoint: str, body: object, path: str, message: str
) -> None:
    dialect = "beta" if era == "beta" else "ga"
    rules = f"""
rules:
  - id: short
    when: {{endpoint: call}}
    connect: {{dialect: {dialect}, limit_s: 1}}
"""
    with rtdoctor_sandbox(era, rules) as sandbox:
        caller = Caller(sandbox)
        async with connected(caller, endpoint, body, path) as (client, _):
            created, told = await client.event(), await client.event()
            await client.until_closed()
            ended = sandbox.state()["calls"]["list"][0]["ended"]
        caller.close()

    assert created["type"] == "session.created"
    assert told["type"] == "error"
    assert told["error"]["code"] == "session_expired"
    assert told["error"]["message"] == message
    assert told["sandbox"]["fact"] == "EVT-60MIN"
    assert ended == "too_long"


async def test_a_call_is_hung_up_by_the_key_behind_it_only(today: Caller) -> None:
    async with connected(today, *ga(GA_REALTIME)) as (client, said):
        await client.event()
        path = f"{said.headers['location']}/hangup"
        other = today.send("POST", path, key="sk-of-somebody-else")
        token = today.send("POST", path, key=today.token(*ga(GA_REALTIME)[:2]))
        client.send({"type": "response.cancel"})
        still_there = await client.event()

    assert (other.status, other.rule) == (404, "unknown-call")
    assert (token.status, token.basis) == (401, "inferred")
    assert still_there["type"] == "error"


async def test_hanging_up_closes_the_peer(today: Caller) -> None:
    async with connected(today, *ga(GA_REALTIME)) as (client, said):
        await client.event()
        today.hang_up(said)
        await client.until_closed()


@pytest.fixture
def own() -> Any:
    """A sandbox of the test's own, so that it can count."""
    with rtdoctor_sandbox() as sandbox:
        caller = Caller(sandbox)
        yield caller
        caller.close()


async def until_ended(sandbox: RunningSandbox) -> str:
    """How the sandbox's only call ended, once it has."""
    async with asyncio.timeout(15):
        while not (ended := sandbox.state()["calls"]["list"][0]["ended"]):
            await asyncio.sleep(0.02)
    return str(ended)


async def test_a_call_ends_by_itself_when_the_client_goes(own: Caller) -> None:
    async with webrtc_client() as client:
        token = own.token("client_secrets", GA_REALTIME)
        content = await client.offer()
        kind = {"Content-Type": "application/sdp"}
        said = own.send("POST", GA[1], key=token, headers=kind, content=content)
        await client.accept(said.text)
        await client.event()
        while_it_runs = own.sandbox.open_calls

    assert while_it_runs == 1
    assert await until_ended(own.sandbox) == "peer_gone"
    assert own.sandbox.open_calls == 0


async def test_sixty_at_once_all_connect_and_all_are_hung_up(own: Caller) -> None:
    async def one() -> str:
        async with webrtc_client() as client:
            token = await asyncio.to_thread(own.token, "client_secrets", GA_REALTIME)
            said = await asyncio.to_thread(
                own.send,
                "POST",
                GA[1],
                key=token,
                headers={"Content-Type": "application/sdp"},
                content=await client.offer(),
            )
            await client.accept(said.text)
            first = await client.event()
            await asyncio.to_thread(own.hang_up, said)
            return str(first["type"])

    events = await asyncio.gather(*(one() for _ in range(60)))

    calls = own.sandbox.state()["calls"]
    assert set(events) == {"session.created"}
    assert (calls["opened"], calls["hung_up"], calls["open"]) == (60, 60, 0)


async def test_a_silent_service_can_be_planted() -> None:
    rules = """
rules:
  - id: late
    when: {endpoint: event}
    answer: {error: {message: "heard ${body:type}"}}
  - id: silent
    when: {endpoint: channel}
    answer: {}
"""
    with rtdoctor_sandbox(rules=rules) as sandbox:
        caller = Caller(sandbox)
        async with connected(caller, *ga(GA_REALTIME)) as (client, _):
            async with asyncio.timeout(10):
                await client.channel_open.wait()
            client.send({"type": "hello"})
            first = await client.event()
        caller.close()

    assert first["error"]["message"] == "heard hello"
