"""``rtdoctor bundle``: a saved run as a zip, for trackers that refuse HTML."""

from __future__ import annotations

from pathlib import Path

import click

from rtdoctor.cli.outputs import read_outputs, write
from rtdoctor.cli.saved import RunFile, read_saved


@click.command()
@click.argument("file", type=RunFile())
@click.option(
    "-o", "--output", default="rtdoctor-report.zip", show_default=True, metavar="FILE",
    help="The zip to write; - is standard output.",
)  # fmt: skip
def bundle(file: Path, output: str) -> None:
    """Make a zip of the run in FILE: HTML, Markdown, JSON and JUnit together."""
    from rtdoctor.check.diagnosis import diagnosis_of

    outputs = read_outputs({}, (f"bundle={output}",))
    redactor, (run,) = read_saved(file)
    write(outputs, run, diagnosis_of(run), redactor)
