"""``rtdoctor replay``: diagnose a saved run again, offline, with today's knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rtdoctor.cli.outputs import output_options, read_outputs, write
from rtdoctor.evidence.redact import Redactor


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@output_options
def replay(file: Path, **options: Any) -> int:
    """Diagnose the run in FILE again: a journal, JSON, an HTML report or a bundle.

    Nothing is sent anywhere. The exit code is the diagnosis's.
    """
    names = ("json_file", "html_file", "markdown_file", "junit_file", "reports")
    outputs = read_outputs(*(options[n] for n in names))
    from rtdoctor.cli.session import rediagnose, show
    from rtdoctor.diagnose.verdict import exit_code
    from rtdoctor.evidence.load import load_run

    # what a stranger saved may hold what our rules would have masked
    redactor = Redactor(keep_addresses=True)
    run = redactor.clean(load_run(file)[0])
    diagnosis = rediagnose(run)
    show(run, diagnosis, to_stderr=outputs.takes_stdout)
    write(outputs, run, diagnosis, redactor)
    return exit_code(run, diagnosis)
