"""tools/shipped_models.py, which the scheduled job runs. The days are fixed here: what is shipped
is judged by the job, never by a test."""

from __future__ import annotations

import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue

TOOL = Path(__file__).parent.parent / "tools/shipped_models.py"

pytestmark = pytest.mark.skipif(not TOOL.is_file(), reason="a source distribution leaves it out")


def due(day: date, **values: str) -> list[str]:
    known = knowledge_base.Knowledge((), {})
    found = runpy.run_path(str(TOOL))["due_in"](day, 60, catalogue.read(values=values), known)
    return [line for line in found if "recipe" in line]


def test_a_default_is_due_within_its_last_sixty_days() -> None:
    too_early, in_time = date(2026, 11, 20), date(2026, 11, 21)

    assert due(too_early, realtime_model="gpt-realtime") == []
    lines = due(in_time, realtime_model="gpt-realtime")
    assert (
        "probes.yaml, recipe ga-realtime, token_body: gpt-realtime ends on 2027-01-20; "
        "gpt-realtime-2.1 follows it" in lines
    )
    assert any("recipe ga-unified, call_encoding" in line for line in lines)


def test_a_recipe_of_the_beta_alone_is_not_due() -> None:
    assert due(date(2027, 6, 1)) == []


def test_the_job_fails_by_its_exit_code() -> None:
    command = [sys.executable, str(TOOL), "--today", "2024-01-01", "--within"]
    quiet = subprocess.run([*command, "0"], capture_output=True, text=True, check=False)
    loud = subprocess.run([*command, "1500"], capture_output=True, text=True, check=False)

    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert "Nothing that is shipped ends within 0 days of 2024-01-01." in quiet.stdout
    assert loud.returncode in (0, 1)
    assert loud.stderr == ""


def test_the_workflow_runs_the_tool_on_a_schedule() -> None:
    workflow = (TOOL.parents[1] / ".github/workflows/retirements.yml").read_text("utf-8")

    assert "schedule:" in workflow
    assert "python tools/shipped_models.py --within 60" in workflow
