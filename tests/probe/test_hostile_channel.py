"""A service that connects and then says the wrong thing on the data channel."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiortc import RTCDataChannel

from rtdoctor.domain.outcome import LocalCode, Stage
from rtdoctor.domain.run import Observation
from support.answering import answering_service
from support.probing import PATIENT, probe, setup


async def hearing(say: Callable[[RTCDataChannel], object]) -> Observation:
    """A probe of a service that says this on the channel as soon as it opens."""
    async with answering_service(on_channel=say) as url:
        return await probe(url, setup(), PATIENT, session_s=2.0)


@pytest.mark.parametrize(
    ("message", "seen_as"),
    [
        (b"\xff\xfe", "a message without a type"),
        ("[" * 60_000, "a message without a type"),
        ('{"no": "type"}', "a message without a type"),
        ('{"type": ["session.created"]}', "['session.created']"),
        (json.dumps({"type": "x" * 5000}), "x" * 100 + ")"),
    ],
    ids=["no text", "deep", "no type", "type is a list", "endless type"],
)
async def test_a_message_that_is_not_the_first_event(message: str | bytes, seen_as: str) -> None:
    seen = await hearing(lambda channel: channel.send(message))

    assert seen.outcome.stage is Stage.SESSION
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_FIRST_EVENT
    assert seen_as in (seen.outcome.signature.message or "")
    assert len(seen.events) == 1
    assert seen.hung_up is True


async def test_a_flood_of_messages_is_not_kept_whole() -> None:
    def flood(channel: RTCDataChannel) -> None:
        for _ in range(1000):
            channel.send('{"type": "noise"}')

    seen = await hearing(flood)

    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_FIRST_EVENT
    assert (seen.outcome.signature.message or "").endswith("(seen: noise)")
    assert len(seen.events) <= 100


async def test_other_events_before_the_first_one_do_no_harm() -> None:
    def say(channel: RTCDataChannel) -> None:
        channel.send('{"type": "hello"}')
        channel.send('{"type": "session.created"}')

    seen = await hearing(say)

    assert seen.outcome.is_pass
    assert [e.type for e in seen.events] == ["hello", "session.created"]


async def test_an_error_event_is_a_refusal_in_the_services_words() -> None:
    event = {"type": "error", "error": {"message": "no", "code": "invalid_model", "type": "t"}}

    seen = await hearing(lambda channel: channel.send(json.dumps(event)))

    assert seen.outcome.signature is not None
    assert (seen.outcome.stage, seen.outcome.signature.code) == (Stage.SESSION, "invalid_model")
