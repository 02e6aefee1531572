"""A run and its diagnosis for the terminal."""

from __future__ import annotations

from rich.console import Console

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal.diagnosis import print_diagnosis
from rtdoctor.report.terminal.survey import print_survey


def print_run(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The verdict first, then what stands behind it: of a survey, or of one setup."""
    if run.header.subject is None:
        print_survey(run, diagnosis, console)
    else:
        print_diagnosis(run, diagnosis, console)
