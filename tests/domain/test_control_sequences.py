"""Texts that were written for a terminal, without its control sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.control_sequences import without_control_sequences


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;32mready\x1b[0m", "ready"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;https://a.test/\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(B\x1b[?25ldone", "done"),
        ('{"message":"\\u001b[31mno\\u001B[0m"}', '{"message":"no"}'),
        ("[31m and u001b are only text", "[31m and u001b are only text"),
        ("broken off \x1b[", "broken off \x1b["),
    ],
)
def test_what_a_terminal_acts_on_is_gone(text: str, shown: str) -> None:
    assert without_control_sequences(text) == shown


@given(st.text(alphabet=st.characters(exclude_characters="\x1b\x9b\\")))
def test_any_other_text_stays(text: str) -> None:
    assert without_control_sequences(text) == text
