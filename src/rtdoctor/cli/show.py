"""``rtdoctor show``: a saved run on the terminal, or one of its probes in full."""

from __future__ import annotations

from pathlib import Path

import click

from rtdoctor.cli.saved import read_saved
from rtdoctor.domain.run import Observation, Run
from rtdoctor.errors import UsageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("probe", required=False)
@click.option(
    "--as", "form", type=click.Choice(["curl", "python", "js"]),
    help="Print how to repeat the probe, and nothing else.",
)  # fmt: skip
def show(file: Path, probe: str | None, form: str | None) -> None:
    """Show the run in FILE, or its PROBE (e.g. 12) with stages, exchanges and SDP."""
    redactor, (run,) = read_saved(file)
    if probe is None:
        if form is not None:
            raise UsageError("--as repeats a probe; name one, e.g. rtdoctor show FILE 3 --as curl")
        from rtdoctor.check.diagnosis import diagnosis_of
        from rtdoctor.cli import shown_run

        shown_run.show(run, diagnosis_of(run), redactor, to_stderr=False)
        return
    observation = _find(run, probe)
    if form is not None:
        from rtdoctor.report import repro

        make = {"curl": repro.curl, "python": repro.python, "js": repro.javascript}[form]
        click.echo(make(observation) or "This probe sent nothing.")
        return
    from rich.console import Console

    from rtdoctor.report.terminal.probe import print_probe

    print_probe(observation, Console(highlight=False))


def _find(run: Run, probe: str) -> Observation:
    wanted = f"#{probe.lstrip('#')}"
    try:
        return run.probe(wanted)
    except KeyError:
        last = run.observations[-1].probe if run.observations else "none"
        raise UsageError(f"the run has no probe {wanted}; its last one is {last}") from None
