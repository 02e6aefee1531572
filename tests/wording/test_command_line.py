"""A command that a message offers can be pasted into the shell."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.wording.command_line import command_line

WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))


@given(WORDS)
def test_a_posix_shell_reads_back_the_same_words(words: list[str]) -> None:
    assert shlex.split(command_line(words, "linux")) == words


@given(st.text(st.sampled_from('a"\\&; '), max_size=12))
def test_on_windows_quotes_and_backslashes_are_escaped_as_its_programs_read_them(text: str) -> None:
    word = f" {text}"  # the standard library quotes no word without white space

    assert command_line([word], "win32") == subprocess.list2cmdline([word])


@pytest.mark.parametrize(
    ("word", "written"),
    [
        (r"C:\Users\me\run.ndjson", r"C:\Users\me\run.ndjson"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        (r"C:\Users\Me And You\run.ndjson", r'"C:\Users\Me And You\run.ndjson"'),
        (r"C:\R&D\run.ndjson", r'"C:\R&D\run.ndjson"'),
        ("C:\\R&D\\", '"C:\\R&D\\\\"'),
        ("auth=api_key,none", '"auth=api_key,none"'),  # PowerShell makes a list of it
        ("", '""'),
    ],
)
def test_on_windows_a_word_is_quoted_where_one_of_its_shells_would_act_on_it(
    word: str, written: str
) -> None:
    assert command_line([word], "win32") == written
