"""What is pasted to a service's support."""

from __future__ import annotations

import re

from syrupy.assertion import SnapshotAssertion

from rtdoctor.report import support_block as vendor
from support import runs


def test_the_founding_case(snapshot: SnapshotAssertion) -> None:
    assert vendor.block(*runs.founding(runs.OPENAI)) == snapshot


def test_one_example_of_each_answer_comes_before_more_of_the_same() -> None:
    text = vendor.block(*runs.survey(90))
    listed = re.findall(r"(?m)^#\d+  (.*)$", text)
    distinct = len(set(listed))
    assert distinct > 3
    assert len(set(listed[:distinct])) == distinct


def test_a_long_list_is_cut_and_that_is_said() -> None:
    text = vendor.block(*runs.survey(90))
    listed = len(re.findall(r"(?m)^#\d+  ", text))
    assert listed == vendor.LIMIT
    failing = int(re.findall(r"Failing:  (\d+) of 90", text)[0])
    assert f"({failing - vendor.LIMIT} more failing probes are in the report)" in text


def test_nothing_to_report_when_no_request_reached_the_service() -> None:
    assert vendor.block(*runs.no_control()) == ""


def test_no_text_of_a_server_can_forge_a_line() -> None:
    lines = vendor.block(*runs.hostile()).split("\n")
    assert not any(line.startswith("\u2028") for line in lines)
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u2029\u202e]", "\n".join(lines))
