"""A survey for the terminal: the verdict, the matrix, every refusal, and the verdict again."""

from __future__ import annotations

from rich.console import Console

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal.matrix import matrix
from rtdoctor.report.terminal.refusals import print_no_evidence, print_refusals
from rtdoctor.report.terminal.rest import print_cost, print_rest
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.terminal.verdict import print_details, print_last_lines, print_verdict


def print_survey(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """What came of a survey; it always ends with the verdict and the next step."""
    screen = Screen(console)
    was_cut = print_verdict(run, diagnosis, screen)
    screen.blank()
    screen.show()
    console.print(matrix(run, console.width))
    print_refusals(run, diagnosis.patterns, screen)
    print_no_evidence(run, screen)
    if was_cut:
        print_details(run, diagnosis, screen)
    print_rest(run, diagnosis, screen)
    screen.blank()
    print_cost(run, screen)
    print_last_lines(run, diagnosis, screen)
    screen.show()
