"""``rtdoctor replay``: diagnose a saved run again, offline, with today's knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rtdoctor.cli.outputs import output_options, take_outputs, write
from rtdoctor.cli.saved import RunFile, read_saved


@click.command()
@click.argument("file", type=RunFile())
@output_options
def replay(file: Path, **options: Any) -> int:
    """Diagnose the run in FILE again: a journal, JSON, an HTML report or a bundle.

    Nothing is sent anywhere. The exit code is the diagnosis's.
    """
    outputs = take_outputs(options)
    from rtdoctor.check.diagnosis import diagnosis_of
    from rtdoctor.cli.shown_run import show
    from rtdoctor.diagnose.verdict import exit_code

    redactor, (run,) = read_saved(file)
    diagnosis = diagnosis_of(run)
    show(run, diagnosis, redactor, to_stderr=outputs.takes_stdout)
    write(outputs, run, diagnosis, redactor)
    return exit_code(run, diagnosis)
