"""Strangers' text shows, and does nothing to the terminal or the page."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.wording.printable import printable

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("over\rwritten", "over␍written"),
        ("a\x08b\x7f\x00", "a␈b␡␀"),
        ("\x9b2J", "\\x9b2J"),
        ("user\u202egnp.exe\u2066", "user\\u202egnp.exe\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028sep\u2029", "line\\u2028sep\\u2029"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half \ud83d", "half \\ud83d"),
        ("v=0\r\na=b\r\n", "v=0\na=b\n"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("naïve 日本語 😀 ü e\u0301\u00a0x", "naïve 日本語 😀 ü e\u0301\u00a0x"),
        ("", ""),
    ],
)
def test_acting_characters_are_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_one_line_stays_one_line() -> None:
    assert printable("a\r\nb\tc", one_line=True) == "a␍␊b␉c"


@given(st.text(st.characters()))
def test_nothing_acting_is_left_and_nothing_shown_is_lost(text: str) -> None:
    shown = printable(text)

    assert not [c for c in shown if unicodedata.category(c) in ACTING and c not in "\n\t"]
    assert printable(shown) == shown
    assert [c for c in text if c.isprintable()] == [
        c for c in text if c.isprintable() and c in shown
    ]
