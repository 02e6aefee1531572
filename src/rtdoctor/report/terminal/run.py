"""A run and its diagnosis for the terminal."""

from __future__ import annotations

from rich.console import Console

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.page_result import PageResult
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal.diagnosis import print_diagnosis
from rtdoctor.report.terminal.page import print_page, print_proof_on_page
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.terminal.survey import print_survey


def print_run(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The verdict first, then what stands behind it: of a page, of a survey, or of one setup."""
    if run.page is not None:
        _print_page_run(run.page, run, diagnosis, console)
    elif run.header.subject is None:
        print_survey(run, diagnosis, console)
    else:
        print_diagnosis(run, diagnosis, console)


def _print_page_run(page: PageResult, run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The page around the diagnosis of its setup, which is left out where nothing is wrong."""
    screen = Screen(console)
    print_page(page, screen)
    if run.header.subject is not None and not page.is_connected and not page.setup_works:
        screen.blank()
        screen.show()
        print_diagnosis(run, diagnosis, console)
    print_proof_on_page(page, screen)
    screen.show()
