"""Levels as trees, and back: what is sent is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.setup import BetaHeader, CallQuery, Factor, Level, TokenBody, TokenEndpoint
from rtdoctor.places.parts import is_rewritten, parts, place_name, value_of
from rtdoctor.places.sdp_groups import groups, sdp_of, smallest
from rtdoctor.places.tree import differences
from rtdoctor.plan.catalogue import read
from support.sdp_samples import CHROMIUM_OFFER

LEVELS = [
    pytest.param(factor, entry.level, id=f"{factor}-{name}")
    for factor, entries in read().entries.items()
    for name, entry in entries.items()
]


@pytest.mark.parametrize(("factor", "level"), LEVELS)
def test_every_listed_level_comes_back_from_its_tree(factor: Factor, level: Level[object]) -> None:
    assert value_of(factor, parts(factor, level.value), level.value) == level.value


NAMES = st.text("abcXYZ-", min_size=1, max_size=4)
PAIRS = st.lists(st.tuples(NAMES, st.text(max_size=4)), max_size=5).map(tuple)


@given(PAIRS)
def test_parameters_come_back_in_their_order(params: tuple[tuple[str, str], ...]) -> None:
    value = CallQuery(params)

    assert value_of(Factor.CALL_QUERY, parts(Factor.CALL_QUERY, value), value) == value


@given(st.none() | st.just("realtime=v1"), PAIRS, PAIRS)
def test_headers_come_back(
    mint: str | None, others: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...]
) -> None:
    value = BetaHeader(mint, None, others, more)

    assert value_of(Factor.BETA_HEADER, parts(Factor.BETA_HEADER, value), value) == value


@pytest.mark.parametrize("path", ["/a", "/a?x=1&y", "/a?x=%20&x=2", "https://h/a?", None])
def test_an_endpoint_comes_back_with_its_query_as_it_was_encoded(path: str | None) -> None:
    value = TokenEndpoint(path, "GET")
    back = value_of(Factor.TOKEN_ENDPOINT, parts(Factor.TOKEN_ENDPOINT, value), value)

    assert (back.path or "").rstrip("?") == (path or "").rstrip("?")
    assert back.method == "GET"


@given(st.text(max_size=30))
def test_any_text_can_be_a_body(text: str) -> None:
    value = TokenBody(text)
    tree = parts(Factor.TOKEN_BODY, value)

    assert is_rewritten(text) or value_of(Factor.TOKEN_BODY, tree, value) == value


def test_deep_json_is_one_text() -> None:
    text = "[" * 5_000 + "]" * 5_000

    assert value_of(Factor.TOKEN_BODY, parts(Factor.TOKEN_BODY, TokenBody(text)), TokenBody(text))


@pytest.mark.parametrize("text", ['{"a": 1}', '{"a":1}', '{\n  "a": 1\n}'])
def test_json_is_written_as_the_client_writes_it(text: str) -> None:
    value = TokenBody(text)

    assert not is_rewritten(text)
    assert value_of(Factor.TOKEN_BODY, parts(Factor.TOKEN_BODY, value), value) == value


@pytest.mark.parametrize("text", ['{"a":1 }', '{"a":1,"a":2}'])
def test_json_of_another_spelling_is_noticed(text: str) -> None:
    assert is_rewritten(text)


def test_a_place_has_a_name() -> None:
    one = TokenBody('{"session":{"tools":[{"a/b":1}]}}')
    found = differences(parts(Factor.TOKEN_BODY, one), {})

    assert [place_name(place.path) for place in found] == [
        "mint.header.content-type",
        "mint.body/session/tools/0/a~1b",
    ]


def test_an_offer_comes_back_from_its_groups() -> None:
    found = groups(CHROMIUM_OFFER)

    assert found is not None
    assert sdp_of(found) == CHROMIUM_OFFER


def test_the_smallest_offer_keeps_what_it_takes_to_connect() -> None:
    found = groups(CHROMIUM_OFFER)
    assert found is not None
    text = sdp_of(smallest(found))

    assert "m=audio 51472 UDP/TLS/RTP/SAVPF 111\r\n" in text
    assert "a=sctp-port:5000" in text
    assert "a=group:BUNDLE 0 1" in text
    assert not any(word in text for word in ("extmap", "ssrc", "PCMU", "msid"))


def test_a_section_that_is_left_out_is_named_nowhere() -> None:
    found = groups(CHROMIUM_OFFER)
    assert found is not None
    del found["1 application"]["m"]

    text = sdp_of(found)

    assert "a=group:BUNDLE 0\r\n" in text
    assert "sctp-port" not in text


@given(st.text())
def test_any_text_can_be_an_offer(text: str) -> None:
    found = groups(text)

    assert found is None or sdp_of(smallest(found)) is not None
