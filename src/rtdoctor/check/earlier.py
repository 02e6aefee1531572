"""The earlier run that a check goes on with, or plays back."""

from __future__ import annotations

from pathlib import Path

from rtdoctor.domain.run import Run
from rtdoctor.errors import UsageError
from rtdoctor.evidence.cassettes import RUN_FILE
from rtdoctor.evidence.load import load_run
from rtdoctor.wording.command_line import command_line


def interrupted_run(journal: Path) -> Run:
    """The run to go on with. Raises ``EvidenceError``, and ``UsageError`` when it is complete."""
    run, _ = load_run(journal)
    if run.finished in ("complete", "budget"):
        again = f"To read it again: {command_line(['rtdoctor', 'replay', str(journal)])}"
        if run.finished == "budget":
            again = "It ended with its budget. A new check may have more: --budget N"
        raise UsageError(f"{journal} is complete; there is nothing to go on with", hint=again)
    return run


def recorded_run(folder: Path) -> Run:
    """The run that was recorded to a folder. Raises ``EvidenceError``, and ``UsageError`` when
    there is none."""
    if not (folder / RUN_FILE).is_file():
        raise UsageError(
            f"{folder} holds no recording: there is no {RUN_FILE} in it",
            hint="A recording is made by: rtdoctor check --record DIR",
        )
    run, _ = load_run(folder / RUN_FILE)
    return run
