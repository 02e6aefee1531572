"""The diagnosis of one setup for the terminal: from the verdict down to what it cost.

The order is that of a reader in a hurry: what came, what to change, what proves it, what was
tried, and only then what is left open.
"""

from __future__ import annotations

from rich.console import Console

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal.changes import print_repairs, print_tried
from rtdoctor.report.terminal.proof import print_proof
from rtdoctor.report.terminal.rest import print_cost, print_rest
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.terminal.verdict import (
    ONE_SCREEN,
    print_details,
    print_last_lines,
    print_next_step,
    print_verdict,
)


def print_diagnosis(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The diagnosis of one setup; a long one ends with its verdict and the next step again."""
    screen = Screen(console)
    was_cut = print_verdict(run, diagnosis, screen)
    print_repairs(run, diagnosis, screen)
    screen.blank()
    print_next_step(run, diagnosis, screen)
    print_proof(run, diagnosis, screen)
    print_tried(run, diagnosis, screen)
    if was_cut:
        print_details(run, diagnosis, screen)
    print_rest(run, diagnosis, screen)
    screen.blank()
    print_cost(run, screen)
    if len(screen) > ONE_SCREEN:
        print_last_lines(run, diagnosis, screen)
    screen.show()
