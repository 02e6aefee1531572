"""The answers and events of the sandbox fit the published schema, unknown names included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiortc.mediastreams import MediaStreamError
from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from pydantic import TypeAdapter

from support.published_answers import answer_faults, event_faults
from support.sandbox_http import (
    BETA_REALTIME,
    GA_REALTIME,
    GA_TRANSCRIPTION,
    TRANSLATION,
    Caller,
    Said,
)
from support.webrtc_client import Tone, WebRtcClient, webrtc_client

SPOKEN = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "output_audio_buffer.started",
    "output_audio_buffer.stopped",
]
WRITTEN = [
    "response.created",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]
TEXT = {"output_modalities": ["text"], "conversation": "none"}
ITEM = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello."}]}
CREATE_ITEM = {"type": "conversation.item.create", "item": ITEM}


def realtime(**fields: Any) -> dict[str, Any]:
    return {"session": {"type": "realtime", "model": "gpt-realtime-2.1", **fields}}


def update(type_: str, **fields: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": type_, **fields}}


@pytest.mark.parametrize(
    "body",
    [
        GA_REALTIME,
        GA_TRANSCRIPTION,
        {},
        realtime(
            instructions="Be brief.",
            tools=[{"type": "function", "name": "f", "parameters": {"type": "object"}}],
            tool_choice="auto",
            audio={"input": {"turn_detection": None}, "output": {"voice": "marin", "speed": 1.2}},
        ),
    ],
)
def test_the_answer_of_the_mint(today: Caller, body: object) -> None:
    assert answer_faults("client_secret", today.mint("client_secrets", body).json) == []


def test_the_answer_of_the_translation_mint(today: Caller) -> None:
    minted = today.mint("translations/client_secrets", TRANSLATION).json

    assert answer_faults("translation_client_secret", minted) == []


@asynccontextmanager
async def connected(
    caller: Caller, endpoint: str, body: object, path: str, **offer: Any
) -> AsyncIterator[tuple[WebRtcClient, Said]]:
    async with webrtc_client() as client:
        said = caller.send(
            "POST",
            path,
            key=caller.token(endpoint, body),
            headers={"Content-Type": "application/sdp"},
            content=await client.offer(**offer),
        )
        await client.accept(said.text)
        yield client, said
        caller.hang_up(said)


async def until(client: WebRtcClient, type_: str) -> list[dict[str, Any]]:
    """The events up to the first one of this type."""
    events = [await client.event()]
    while events[-1]["type"] != type_:
        events.append(await client.event())
    return events


@pytest.mark.parametrize(
    ("body", "sent", "ends"),
    [
        (GA_REALTIME, update("realtime", tools=[]), "session.updated"),
        (GA_REALTIME, CREATE_ITEM, "conversation.item.done"),
        (GA_REALTIME, {"type": "input_audio_buffer.clear"}, "input_audio_buffer.cleared"),
        (GA_REALTIME, {"type": "response.create"}, "response.done"),
        (GA_REALTIME, {"type": "response.create", "response": TEXT}, "response.done"),
        (realtime(output_modalities=["text"]), {"type": "response.create"}, "response.done"),
        (GA_REALTIME, {"type": "no.such.event"}, "error"),
        (GA_TRANSCRIPTION, update("transcription"), "session.updated"),
        (GA_TRANSCRIPTION, {"type": "response.create"}, "error"),
    ],
)
async def test_every_event_of_a_session(today: Caller, body: object, sent: Any, ends: str) -> None:
    async with connected(today, "client_secrets", body, "/v1/realtime/calls") as (client, _):
        events = [await client.event()]
        client.send(sent)
        events += await until(client, ends)

    assert [fault for event in events for fault in event_faults(event)] == []
    assert len({event["event_id"] for event in events}) == len(events)


async def test_every_event_of_what_is_heard(today: Caller) -> None:
    sound = Tone(loud_frames=15)
    async with connected(
        today, "client_secrets", GA_TRANSCRIPTION, "/v1/realtime/calls", track=sound
    ) as (client, _):
        events = await until(client, "conversation.item.input_audio_transcription.completed")

    assert [fault for event in events for fault in event_faults(event)] == []


async def test_every_event_of_a_translation(today: Caller) -> None:
    path = "/v1/realtime/translations/calls"
    async with connected(today, "translations/client_secrets", TRANSLATION, path) as (client, _):
        created = await client.event()
        language = {"audio": {"output": {"language": "fr"}}}
        client.send({"type": "session.update", "session": language})
        updated = await client.event()

    assert [event_faults(created), event_faults(updated)] == [[], []]
    assert updated["session"]["audio"]["output"] == {"language": "fr"}


async def test_a_response_is_heard_and_its_events_come_in_order(today: Caller) -> None:
    async with connected(today, "client_secrets", GA_REALTIME, "/v1/realtime/calls") as (client, _):
        heard = asyncio.create_task(loudest(client))
        await client.event()
        client.send({"type": "response.create"})
        events = await until(client, "output_audio_buffer.stopped")
        client.send({"type": "response.create", "response": TEXT})
        written = await until(client, "response.done")
    done = events[SPOKEN.index("response.done")]

    assert [event["type"] for event in events] == SPOKEN
    assert [event["type"] for event in written] == WRITTEN
    assert done["response"]["output"][0]["content"][0]["transcript"].startswith("[sandbox: a tone")
    assert len({event.get("response_id", done["response"]["id"]) for event in events}) == 1
    assert await heard > 1_000


async def loudest(client: WebRtcClient) -> int:
    """The largest 16-bit sample on the service's track until the connection is closed."""
    track = client.pc.getReceivers()[0].track
    most = 0
    try:
        while True:
            frame: Any = await track.recv()
            samples = memoryview(bytes(frame.planes[0])).cast("h")
            most = max(most, *map(abs, samples[:960]))
    except MediaStreamError:
        return most


async def test_a_response_can_be_cut_off(today: Caller) -> None:
    async with connected(today, "client_secrets", GA_REALTIME, "/v1/realtime/calls") as (client, _):
        await client.event()
        client.send({"type": "response.create"})
        started = (await until(client, "output_audio_buffer.started"))[-1]
        client.send({"type": "output_audio_buffer.clear"})
        cleared = await client.event()

    assert cleared["type"] == "output_audio_buffer.cleared"
    assert cleared["response_id"] == started["response_id"]
    assert event_faults(cleared) == []


async def test_a_message_above_the_limit_closes_the_channel_without_a_word(today: Caller) -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 70_000}
    item = {"type": "message", "role": "user", "content": [image]}
    async with connected(today, "client_secrets", GA_REALTIME, "/v1/realtime/calls") as (
        client,
        said,
    ):
        await client.event()
        closed = asyncio.Event()
        client.channel.on("close", closed.set)
        client.pc.sctp._remote_max_message_size = 0  # a client that does not look at the limit
        client.send({"type": "conversation.item.create", "item": item})
        async with asyncio.timeout(15):
            await closed.wait()
        told = client.events.qsize()

    assert "max-message-size" not in said.text
    assert told == 0


async def test_the_events_of_the_beta_have_its_names(beta: Caller) -> None:
    path = "/v1/realtime?model=gpt-4o-realtime-preview"
    async with connected(beta, "sessions", BETA_REALTIME, path) as (client, _):
        await client.event()
        client.send(CREATE_ITEM)
        created = await client.event()
        client.send({"type": "response.create"})
        events = await until(client, "response.done")
    model: TypeAdapter[Any] = TypeAdapter(BetaServerEvent)

    assert created["type"] == "conversation.item.created"
    assert [event["type"] for event in events] == [
        "response.created",
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.audio_transcript.delta",
        "response.audio.done",
        "response.audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    for event in [created, *events]:
        assert model.validate_python(event).type == event["type"]


async def test_a_second_hang_up_finds_no_call(today: Caller) -> None:
    async with connected(today, "client_secrets", GA_REALTIME, "/v1/realtime/calls") as (
        client,
        said,
    ):
        await client.event()
        path = f"{said.headers['location']}/hangup"
        first, second = today.send("POST", path), today.send("POST", path)

    assert first.status == 200
    assert (second.status, second.basis) == (404, "fact")
    assert second.error == {
        "message": "No session found for the provided call_id",
        "type": "invalid_request_error",
        "code": "call_id_not_found",
        "param": "",
    }
