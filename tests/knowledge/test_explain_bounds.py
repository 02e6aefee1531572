"""Any text at all: bounded work, no secret repeated, nothing raised."""

from __future__ import annotations

import re
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.explain.paper import READ_WHOLE, clean, prepare
from rtdoctor.explain.ranking import explain_text as explain
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.knowledge.message_pattern import compile_wording, needle
from rtdoctor.knowledge.signs import Sign, signs

pytestmark = pytest.mark.thorough

SIGNS = signs().values()
PATTERNS = [(sign.name, pattern) for sign in SIGNS for pattern in sign.patterns]
WORDINGS = sorted(
    {look.message for e in knowledge_base.load().entries for look in e.looks if look.message}
)


def repeats(parsed: Any) -> list[int]:
    """The upper limit of every repetition in a pattern."""
    found: list[int] = []
    for opcode, argument in parsed:
        if opcode in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT):
            found.append(int(argument[1]))
            found += repeats(argument[2])
        elif opcode is opcodes.SUBPATTERN:
            found += repeats(argument[3])
        elif opcode is opcodes.BRANCH:
            found += [n for branch in argument[1] for n in repeats(branch)]
        elif opcode in (opcodes.ASSERT, opcodes.ASSERT_NOT):
            found += repeats(argument[1])
    return found


@pytest.mark.parametrize(("name", "pattern"), PATTERNS)
def test_every_repetition_is_bounded(name: str, pattern: str) -> None:
    assert max(repeats(parser.parse(pattern)), default=0) <= 3_000, name


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_reach_covers_the_longest_match(sign: Sign) -> None:
    longest = max(int(parser.parse(pattern).getwidth()[1]) for pattern in sign.patterns)
    assert longest <= sign.reach


@pytest.mark.parametrize("wording", WORDINGS)
def test_wordings_are_bounded(wording: str) -> None:
    assert max(repeats(parser.parse(compile_wording(wording).pattern)), default=0) <= 200


@settings(max_examples=300)
@given(st.data())
def test_every_match_of_a_sign_holds_one_of_its_needles(data: st.DataObject) -> None:
    name, pattern = data.draw(st.sampled_from([p for p in PATTERNS if "{0,3000}" not in p[1]]))
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE | re.ASCII), fullmatch=True))
    assert any(piece in text.lower() for piece in signs()[name].needles)


@settings(max_examples=100)
@given(st.data())
def test_every_match_of_a_wording_holds_its_needle(data: st.DataObject) -> None:
    wording = data.draw(st.sampled_from(WORDINGS))
    pattern = re.compile(compile_wording(wording).pattern, re.IGNORECASE | re.ASCII)
    assert needle(wording) in data.draw(st.from_regex(pattern, fullmatch=True)).lower()


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_survived(text: str) -> None:
    explain(f"gpt-realtime {text} /v1/realtime/calls 400")


@settings(max_examples=60)
@given(
    st.sampled_from(["sk-", "sk-proj-", "ek_", "Bearer "]),
    st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_-", min_size=24, max_size=60),
)
def test_secrets_are_never_repeated(prefix: str, secret: str) -> None:
    text = (
        f"POST https://api.openai.com/v1/realtime/calls 401 Authorization: Bearer {prefix}{secret}"
        f"\nIncorrect API key provided: {prefix}{secret}. beta_api_shape_disabled"
    )
    assert secret not in repr(explain(text))


def test_redaction_leaves_what_is_evidence() -> None:
    for kept in (
        "Bearer undefined",
        "Bearer [object Object]",
        "Bearer ${process.env.OPENAI_API_KEY}",
        "apiKey: process.env.OPENAI_API_KEY,",
        "client_secret.value",
        "ek_…",
    ):
        assert clean(kept) == kept


def test_of_a_very_long_text_both_ends_are_read() -> None:
    noise = "GET /health 200 ok\n" * (READ_WHOLE // 10)
    result = explain(f"start\n{noise}beta_api_shape_disabled on wss://api.openai.com/v1/realtime")
    assert result.clipped
    assert result.matches[0].entry.id == "EVT-BETA-4000"
    assert len(prepare(noise).text) <= READ_WHOLE + 1


def test_a_common_needle_does_not_hide_the_error_at_the_end_of_a_log() -> None:
    log = "".join(f"POST /v1/realtime/calls 201 request {n}\n" for n in range(20_000))
    result = explain(log + "POST /v1/realtime/sessions 404 Not Found\n")
    assert result.matches[0].entry.id == "TOK-BETA-404"
    assert result.matches[0].evidence[0].line == 20_001


def test_the_searched_part_of_a_hostile_text_is_bounded() -> None:
    paper = prepare("realtime 400 " * 150_000)
    for sign in SIGNS:
        parts = paper.around(sign.needles, sign.reach)
        assert sum(end - start for start, end in parts) <= 200_000
