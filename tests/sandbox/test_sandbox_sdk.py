"""Other people's client: the ``openai`` package mints and calls, and reads the answers strictly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai import AuthenticationError, NotFoundError, OpenAI
from openai.types.realtime import (
    RealtimeErrorEvent,
    SessionCreatedEvent,
    SessionUpdatedEvent,
)
from openai.types.realtime.client_secret_create_response import ClientSecretCreateResponse

from support.sandbox_http import GA_REALTIME, GA_TRANSCRIPTION, Caller
from support.webrtc_client import webrtc_client


@pytest.fixture
def client(today: Caller) -> Iterator[OpenAI]:
    base = f"{today.sandbox.url}/v1"
    with OpenAI(api_key=today.sandbox.key, base_url=base, max_retries=0) as client:
        yield client


def strictly(model: Any, value: Any) -> Any:
    """The value in the model of the SDK, which by itself takes whatever comes."""
    return model.model_validate(value.to_dict() if hasattr(value, "to_dict") else value)


@pytest.mark.parametrize(
    ("body", "object_"),
    [
        (GA_REALTIME, "realtime.session"),
        (GA_TRANSCRIPTION, "realtime.transcription_session"),
    ],
)
def test_the_mints_answer_fits_the_sdks_model(
    client: OpenAI, body: dict[str, Any], object_: str
) -> None:
    minted = client.realtime.client_secrets.create(**body)

    parsed = strictly(ClientSecretCreateResponse, minted)
    assert parsed.value.startswith("ek_")
    assert parsed.session.object == object_


async def test_a_raw_call_with_a_token(client: OpenAI, today: Caller) -> None:
    token = client.realtime.client_secrets.create(**GA_REALTIME).value
    async with webrtc_client() as peer:
        offer = await peer.offer()
        bearer = {"Authorization": f"Bearer {token}"}
        answer = client.realtime.calls.with_raw_response.create(sdp=offer, extra_headers=bearer)
        await peer.accept(answer.text)

        created = strictly(SessionCreatedEvent, await peer.event())
        client.realtime.calls.hangup(answer.headers["location"].rsplit("/", 1)[-1])
        await peer.until_closed()

    assert created.session.type == "realtime"
    assert answer.status_code == 201


async def test_a_multipart_call_with_the_key(client: OpenAI, today: Caller) -> None:
    async with webrtc_client() as peer:
        offer = await peer.offer()
        session: Any = {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."}
        answer = client.realtime.calls.with_raw_response.create(sdp=offer, session=session)
        await peer.accept(answer.text)
        created = strictly(SessionCreatedEvent, await peer.event())

        peer.send({"type": "session.update", "session": {"type": "realtime", "tools": []}})
        updated = strictly(SessionUpdatedEvent, await peer.event())
        peer.send({"type": "session.update", "session": {"type": "transcription"}})
        error = strictly(RealtimeErrorEvent, await peer.event())
        client.realtime.calls.hangup(answer.headers["location"].rsplit("/", 1)[-1])

    assert created.session.instructions == updated.session.instructions == "Be brief."
    assert created.session.id == updated.session.id
    assert error.error.code == "invalid_parameter"


def test_refusals_become_the_sdks_errors(client: OpenAI, today: Caller) -> None:
    with pytest.raises(NotFoundError, match=r"Invalid URL \(POST /v1/realtime/sessions\)"):
        client.post("/realtime/sessions", cast_to=object, body={})
    wrong = client.with_options(api_key="undefined")
    with pytest.raises(AuthenticationError) as refused:
        wrong.realtime.client_secrets.create(**GA_REALTIME)
    assert refused.value.code == "invalid_api_key"
    assert refused.value.request_id is not None
    assert refused.value.request_id.startswith("req_sandbox_")
