"""``rtdoctor bundle``: a saved run as a zip, for trackers that refuse HTML."""

from __future__ import annotations

from pathlib import Path

import click

from rtdoctor.cli.outputs import Outputs, read_outputs, write
from rtdoctor.evidence.redact import Redactor


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", default="rtdoctor-report.zip", show_default=True, metavar="FILE",
    help="The zip to write; - is standard output.",
)  # fmt: skip
def bundle(file: Path, output: str) -> None:
    """Make a zip of the run in FILE: HTML, Markdown, JSON and JUnit together."""
    outputs: Outputs = read_outputs(None, None, None, None, (f"bundle={output}",))
    from rtdoctor.cli.session import rediagnose
    from rtdoctor.evidence.load import load_run

    redactor = Redactor(keep_addresses=True)
    run = redactor.clean(load_run(file)[0])
    write(outputs, run, rediagnose(run), redactor)
