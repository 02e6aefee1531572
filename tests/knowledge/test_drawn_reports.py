"""Public reports that were labelled before they were read by the program: drawn/reports.yaml.

docs/knowledge.md has the scores of the first run, before anything was mended with their help.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rtdoctor.explain.ranking import explain_text
from rtdoctor.knowledge import base as knowledge_base

REPORTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "drawn/reports.yaml").read_text("utf-8")
)
IDS = {entry.id for entry in knowledge_base.load().entries}


@cache
def found(text: str) -> tuple[tuple[str, str], ...]:
    """Entry and strength of each match, best first."""
    return tuple((m.entry.id, m.strength.word) for m in explain_text(text).matches)


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [report for report in REPORTS if report["kind"] == kind]


def test_each_report_has_one_source_and_labels_that_exist() -> None:
    sources = [report["source"] for report in REPORTS]

    assert len(sources) == len(set(sources)) >= 60
    assert all(source.startswith("https://") for source in sources)
    assert {entry for report in REPORTS for entry in report.get("right", ())} <= IDS
    assert all(report["right"] for report in of_kind("fault"))


def test_the_right_cause_comes_first_for_four_faults_of_five() -> None:
    faults = of_kind("fault")
    right = [r for r in faults if found(r["text"])[:1] and found(r["text"])[0][0] in r["right"]]

    assert len(right) >= 0.8 * len(faults)


def test_what_a_text_does_not_tell_is_not_claimed() -> None:
    claimed = [(r, found(r["text"])[:1]) for r in REPORTS]
    wrong = [
        (r["source"], first[0])
        for r, first in claimed
        if first and first[0][1] != "possible" and first[0][0] not in r.get("right", ())
    ]

    assert [w for w in wrong if w[1][1] == "strong"] == []
    assert len(wrong) <= 0.02 * len(REPORTS)


@pytest.mark.parametrize("report", of_kind("other"), ids=lambda report: str(report["source"]))
def test_a_text_about_something_else_matches_nothing(report: dict[str, Any]) -> None:
    assert found(report["text"]) == ()
