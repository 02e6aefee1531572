"""The client holds a placeholder; the real key is seen by the target alone."""

from __future__ import annotations

import base64
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.secret import Secret
from rtdoctor.front.key_swap import KeySwap, new_placeholder
from rtdoctor.front.passed import Route
from support.fronting import KEY, fronted
from support.hostile import Answer, Received, answer

SWAP = KeySwap("sk-placeholder", Secret(KEY, "<api-key>"))


def test_a_placeholder_looks_like_a_key_and_is_new_each_time() -> None:
    one, other = new_placeholder(), new_placeholder()
    assert re.fullmatch(r"sk-[A-Za-z0-9]{45}", one)
    assert len(one) == 48
    assert one != other


@pytest.mark.parametrize("route", list(Route))
@pytest.mark.parametrize(
    ("header", "before"),
    [
        ("Authorization", "Bearer "),
        ("api-key", ""),
        ("X-Api-Key", ""),
        ("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key."),
    ],
)
async def test_the_target_gets_the_key_where_the_client_sent_the_placeholder(
    route: Route, header: str, before: str
) -> None:
    got: list[str] = []

    async def service(received: Received) -> Answer:
        got.append(received.headers[header.lower()])
        return answer(200, "{}")

    async with fronted(service, route) as (front, client):
        sent = before + front.placeholder
        await client.post("/v1/realtime/client_secrets", headers={header: sent}, json={})
    assert got == [before + KEY]
    shown = dict(front.exchanges[0].exchange.request.headers)
    assert KEY not in repr(front.exchanges)
    assert front.placeholder not in repr(front.exchanges)
    if header != "Sec-WebSocket-Protocol":
        assert shown[header] == before + "<placeholder-key>"


async def test_a_placeholder_elsewhere_and_another_key_stay_what_they_are() -> None:
    async def service(received: Received) -> Answer:
        return answer(200, received.headers["authorization"] + received.path + repr(received.body))

    async with fronted(service) as (front, client):
        got = await client.post(
            f"/v1/{front.placeholder}",
            headers={"Authorization": "Bearer ek_1234567890"},
            content=front.placeholder,
        )
    assert got.text.startswith("Bearer ek_1234567890/v1/sk-")
    assert got.text.count(front.placeholder) == 2


async def test_no_answer_brings_the_key_back() -> None:
    coded = base64.b64encode(KEY.encode()).decode()
    escaped = "".join(f"%{byte:02x}" for byte in KEY.encode())

    async def tells(received: Received) -> Answer:
        body = json.dumps({"key": KEY, "base64": coded, "hex": KEY.encode().hex(), "url": escaped})
        return answer(200, body, X_Key=KEY, Location=f"/v1/x?key={KEY}")

    async with fronted(tells, Route.NAME) as (front, client):
        got = await client.get(
            "/v1/models", headers={"Authorization": f"Bearer {front.placeholder}"}
        )
    for text in (got.text, repr(got.headers), repr(front.exchanges)):
        assert KEY not in text
        assert coded.rstrip("=") not in text
        assert KEY.encode().hex() not in text
    assert got.json()["key"] == "*" * len(KEY)


async def test_a_minted_token_reaches_the_page_and_is_kept_as_an_alias() -> None:
    async def mints(received: Received) -> Answer:
        return answer(200, '{"value": "ek_68af296e8e408191a1120ab6383263c2"}')

    async with fronted(mints) as (front, client):
        got = await client.post("/v1/realtime/client_secrets")
    assert got.json()["value"] == "ek_68af296e8e408191a1120ab6383263c2"
    response = front.exchanges[0].exchange.response
    assert response is not None
    assert response.body == '{"value": "ek_…?1"}'


@given(
    before=st.binary(max_size=60),
    after=st.binary(max_size=60),
    cuts=st.lists(st.integers(0, 200), max_size=5),
)
def test_the_key_is_masked_wherever_a_stream_is_cut(
    before: bytes, after: bytes, cuts: list[int]
) -> None:
    data = before + KEY.encode() + after
    masker = SWAP.masker()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    out = b"".join(masker.next(data[a:b]) for a, b in pairwise(places))
    out += masker.last()
    assert len(out) == len(data)
    # the first characters, which every key begins with, may have gone before it was known
    assert KEY.encode()[3:] not in out
    assert out.endswith(after[-20:])


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_other_bytes_pass_as_they_are(parts: list[bytes]) -> None:
    masker = SWAP.masker()
    assert b"".join(map(masker.next, parts)) + masker.last() == b"".join(parts)


def test_no_end_of_a_message_is_held_back_for_less_than_four_characters() -> None:
    masker = SWAP.masker()
    assert masker.next(b"messages, task") == b"messages, task"
    assert masker.next(b"... sk-p") == b"... "
    assert masker.last() == b"sk-p"


def test_without_a_key_nothing_is_searched_or_changed() -> None:
    swap = KeySwap("sk-placeholder", None)
    assert swap.masked(KEY.encode()) == KEY.encode()
    assert swap.leaving([(b"Authorization", b"Bearer sk-placeholder")]) == [
        (b"Authorization", b"Bearer sk-placeholder")
    ]
