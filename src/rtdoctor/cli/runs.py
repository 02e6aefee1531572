"""``rtdoctor runs``: the runs that were kept, with the names that other commands take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from rtdoctor.domain.run import Run
from rtdoctor.errors import ExitCode, RtdoctorError
from rtdoctor.wording.outcomes import plural
from rtdoctor.wording.printable import printable

_EPILOG = """\b
Examples:
  rtdoctor show last        the newest run
  rtdoctor show last 3      its probe 3
  rtdoctor diff last~1 last
"""


@click.command(epilog=_EPILOG)
@click.option("-n", "count", type=click.IntRange(1), default=10, show_default=True, metavar="N")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def runs(count: int, as_json: bool) -> int:
    """List the N newest runs that rtdoctor check kept, the newest first.

    Every command that takes a run takes the names of the first column.
    """
    from rtdoctor.evidence.kept_runs import kept_runs, runs_folder

    kept = kept_runs()
    listed = [_described(number, path) for number, path in enumerate(kept[:count])]
    if as_json:
        click.echo(json.dumps(listed, indent=1))
    elif not kept:
        click.echo(f"No run is kept yet in {runs_folder()}.\nBegin with: rtdoctor check --sandbox")
    else:
        for run in listed:
            click.echo(f"{run['name']:<8}  {run['started_at']:<20}  {run['about']}")
        if len(kept) > count:
            click.echo(f"{len(kept) - count} more: rtdoctor runs -n {len(kept)}")
        click.echo(f"\nThey are kept in {runs_folder()}.\nSee one: rtdoctor show last")
    return ExitCode.WORKS


def _described(number: int, path: Path) -> dict[str, Any]:
    from rtdoctor.evidence.load import load_journal

    name = f"last~{number}" if number else "last"
    try:
        run = load_journal(path)
    except RtdoctorError as error:
        started_at, about = "", f"cannot be read: {error.message}"
    else:
        started_at, about = run.header.started_at[:19] + "Z", _about(run)
    return {
        "name": name,
        "started_at": printable(started_at, one_line=True),
        "about": printable(about, one_line=True),
        "file": str(path),
    }


def _about(run: Run) -> str:
    header = run.header
    what = "survey" if header.subject is None else "diagnosis"
    if run.page is not None:
        what = "page"
    ended = "" if run.finished == "complete" else f", {run.finished}"
    return f"{what} at {header.target.name}, {plural(len(run.observations), 'probe')}{ended}"
