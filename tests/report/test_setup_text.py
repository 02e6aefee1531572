"""Setups as the requests their clients make."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from rtdoctor.domain.setup import (
    CallEncoding,
    CallQuery,
    EncodingKind,
    Factor,
    Level,
    Setup,
    TokenBody,
)
from rtdoctor.wording import requests as setup_text
from support import levels as lv

SETUPS = st.builds(
    Setup,
    token_endpoint=st.sampled_from(lv.TOKEN_ENDPOINTS),
    token_body=st.sampled_from(lv.TOKEN_BODIES),
    auth=st.sampled_from(lv.AUTHS),
    beta_header=st.sampled_from((lv.NO_BETA, lv.BETA)),
    call_endpoint=st.sampled_from(lv.CALL_ENDPOINTS),
    call_query=st.sampled_from(lv.CALL_QUERIES),
    call_encoding=st.sampled_from(lv.ENCODINGS),
    offer=st.sampled_from(lv.OFFERS),
)


def test_the_founding_setup_reads_like_two_requests(snapshot: SnapshotAssertion) -> None:
    assert setup_text.text(lv.FOUNDING) == snapshot


def test_a_diff_names_what_stays_and_shows_what_moves(snapshot: SnapshotAssertion) -> None:
    new = replace(lv.FOUNDING, token_endpoint=lv.SESSIONS, token_body=lv.SESSION_MODEL)
    assert "\n".join(setup_text.diff(lv.FOUNDING, new)) == snapshot


def test_a_changed_query_is_one_line() -> None:
    new = lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.INTENT)
    changed = [line for line in setup_text.diff(lv.FOUNDING, new) if line[0:1] in "-+" and line]
    assert changed == [
        "- POST /v1/realtime?model=gpt-4o-transcribe",
        "+ POST /v1/realtime?intent=transcription",
    ]


def test_the_credential_is_a_placeholder_or_the_wrong_text_itself() -> None:
    def authorization(level: Level[object]) -> list[str]:
        lines = setup_text.call_lines(lv.FOUNDING.with_level(Factor.AUTH, level))
        return [line for line in lines if line.startswith("Authorization")]

    assert authorization(lv.EPHEMERAL) == ["Authorization: Bearer $EPHEMERAL_TOKEN"]
    assert authorization(lv.API_KEY) == ["Authorization: Bearer $OPENAI_API_KEY"]
    assert authorization(lv.UNDEFINED) == ["Authorization: Bearer undefined"]
    assert authorization(lv.NO_AUTH) == []


def test_a_body_that_is_no_json_and_a_nested_one_are_shown_as_they_are() -> None:
    for text in ("model=x", "[" * 100_000):
        body = Level("odd", TokenBody(text))
        assert text in setup_text.mint_lines(lv.FOUNDING.with_level(Factor.TOKEN_BODY, body))


def test_a_query_with_odd_characters_is_encoded_as_sent() -> None:
    query = Level("odd", CallQuery((("model", "a&b c"),)))
    first = setup_text.call_lines(lv.FOUNDING.with_level(Factor.CALL_QUERY, query))[0]
    assert first == "POST /v1/realtime?model=a%26b+c"


def test_a_multipart_call_is_shown_as_its_parts() -> None:
    lines = setup_text.call_lines(lv.FOUNDING.with_level(Factor.CALL_ENCODING, lv.MULTIPART))
    assert "Content-Type: multipart/form-data" in lines
    assert [line.partition(": ")[0] for line in lines[-6:]][:2] == ["", "sdp"]
    assert "\n".join(lines).endswith(
        'session: {\n  "type": "realtime",\n  "model": "gpt-realtime"\n}'
    )


def test_an_offer_in_json_is_a_field_of_it() -> None:
    json_call = Level("json", CallEncoding(EncodingKind.JSON, "application/json"))
    lines = setup_text.call_lines(lv.FOUNDING.with_level(Factor.CALL_ENCODING, json_call))
    assert lines[-1].startswith('{"type": "offer", "sdp": (SDP offer: audio')


@given(SETUPS, SETUPS)
def test_both_sides_of_a_comparison_are_the_whole_setups(old: Setup, new: Setup) -> None:
    """But for a request that both share: of it only what it is and its first line are shown."""
    hunks = setup_text.compare(old, new)
    parts = list(zip(setup_text.requests(old), setup_text.requests(new), strict=True))
    for number, side in enumerate(("left", "right")):
        lines = [line for hunk in hunks for line in getattr(hunk, side)]
        shown = [
            (f"{a[0]}: the same in both", a[1]) if a == b and len(a) > 2 else (a, b)[number]
            for a, b in parts
        ]
        assert "\n".join(lines) == "\n\n".join("\n".join(part) for part in shown)


@given(SETUPS, SETUPS)
def test_applying_a_diff_to_the_old_setup_gives_the_new_one(old: Setup, new: Setup) -> None:
    def requests(sign: str) -> list[str]:
        return [line[2:] for line in setup_text.diff(old, new) if line[:1] in (" ", sign)]

    def whole(setup: Setup, other: Setup) -> list[str]:
        parts = zip(setup_text.requests(setup), setup_text.requests(other), strict=True)
        return [line for a, b in parts for line in ((f"{a[0]}: as it is",) if a == b else a)]

    assert requests("-") == whole(old, new)
    assert requests("+") == whole(new, old)
