"""A run and its diagnosis on the terminal."""

from __future__ import annotations

import sys

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.wording.printable import printable


def show(run: Run, diagnosis: Diagnosis, redactor: Redactor, *, to_stderr: bool) -> None:
    """The run and its diagnosis on the terminal, control characters made visible.

    Raises ``RedactionError``, with nothing shown, when a secret is in it.
    """
    from rich.console import Console

    from rtdoctor.report.terminal.run import print_run
    from rtdoctor.secrets.walker import Walker

    console = Console(stderr=to_stderr, highlight=False)
    # Before rich sees it: rich itself writes escape sequences, which must stay.
    visible = Walker(printable, lambda name, text: printable(text))
    run, diagnosis = visible.rebuild(run), visible.rebuild(diagnosis)
    # The whole text is made before a character of it is shown, so that it can still be refused.
    with console.capture() as captured:
        print_run(run, diagnosis, console)
    text = captured.get()
    redactor.guard(text.encode("utf-8", "replace"))
    (sys.stderr if to_stderr else sys.stdout).write(text)
