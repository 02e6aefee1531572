"""``rtdoctor show``: a saved run on the terminal, or one of its probes in full."""

from __future__ import annotations

from pathlib import Path

import click

from rtdoctor.cli.saved import RunFile, read_saved
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Observation, Run
from rtdoctor.errors import UsageError
from rtdoctor.wording.outcomes import plural
from rtdoctor.wording.printable import printable


@click.command(
    epilog="""\b
Examples:
  rtdoctor show report.html 12 --as curl     repeats probe 12
  rtdoctor show report.html --as js          the change that works, before and after
  rtdoctor show report.html --as prompt      the same as a task for a coding assistant"""
)
@click.argument("file", type=RunFile())
@click.argument("probe", required=False)
@click.option(
    "--as", "form", type=click.Choice(["js", "curl", "python", "prompt"]),
    help="Print code and nothing else: with a PROBE what repeats it, without one both requests "
    "before and after the proved change. A prompt is for a coding assistant.",
)  # fmt: skip
@click.option(
    "--change", "number", type=click.IntRange(1), metavar="N",
    help="With --as: the change of this number, when several work.  [default: 1]",
)  # fmt: skip
def show(file: Path, probe: str | None, form: str | None, number: int | None) -> None:
    """Show the run in FILE, or its PROBE (e.g. 12) with stages, exchanges and SDP."""
    if number is not None and (form is None or probe is not None):
        raise UsageError(
            "--change chooses what --as prints",
            hint="For example rtdoctor show FILE --change 2 --as curl",
        )
    redactor, (run,) = read_saved(file)
    if probe is None:
        from rtdoctor.check.diagnosis import diagnosis_of

        diagnosis = diagnosis_of(run)
        if form is not None:
            text = _change(run, diagnosis, form, number or 1)
            # The run was cleaned when it was read; this is the last look before it is shown.
            redactor.guard(text.encode("utf-8", "replace"))
            click.echo(printable(text), nl=False)
            return
        from rtdoctor.cli import shown_run

        shown_run.show(run, diagnosis, redactor, to_stderr=False)
        return
    observation = _find(run, probe)
    if form is not None:
        click.echo(_repeated(observation, form) or "This probe sent nothing.")
        return
    from rich.console import Console

    from rtdoctor.report.terminal.probe import print_probe

    print_probe(observation, Console(highlight=False))


def _repeated(observation: Observation, form: str) -> str:
    from rtdoctor.report import repro

    if form == "prompt":
        raise UsageError(
            "--as prompt tells of a change, not of a probe",
            hint="Leave the probe out: rtdoctor show FILE --as prompt",
        )
    make = {"curl": repro.curl, "python": repro.python, "js": repro.javascript}[form]
    return make(observation)


def _change(run: Run, diagnosis: Diagnosis, form: str, number: int) -> str:
    """A change that works, as code or as a prompt. Raises ``UsageError`` when there is none."""
    from rtdoctor.report.change.code_change import code_change
    from rtdoctor.report.change.prompt import prompt

    if not diagnosis.repairs:
        raise UsageError(
            "this run proved no change, so there is no code for one",
            hint="Name a probe to repeat it, e.g. rtdoctor show FILE 3 --as curl",
        )
    found = len(diagnosis.repairs)
    if number > found:
        raise UsageError(f"--change {number}: this run proved {plural(found, 'change')} only")
    repair = diagnosis.repairs[number - 1]
    if form == "prompt":
        return prompt(run, diagnosis, repair)
    return code_change(run, repair, form).text()


def _find(run: Run, probe: str) -> Observation:
    wanted = f"#{probe.lstrip('#')}"
    try:
        return run.probe(wanted)
    except KeyError:
        last = run.observations[-1].probe if run.observations else "none"
        raise UsageError(f"the run has no probe {wanted}; its last one is {last}") from None
