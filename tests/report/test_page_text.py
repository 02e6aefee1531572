"""Texts on their way into the HTML report."""

from __future__ import annotations

import pytest

from rtdoctor.report.html.text import when


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-02T17:30:00+00:00", "2 November 2026, 17:30:00 UTC"),
        ("2026-11-22T07:05:09Z", "22 November 2026, 07:05:09 UTC"),
        ("some day", "some day"),
        (None, "unknown"),
    ],
)
def test_a_moment_is_written_out(moment: str | None, shown: str) -> None:
    assert when(moment) == shown
