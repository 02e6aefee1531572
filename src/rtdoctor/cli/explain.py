"""``rtdoctor explain``: what an error, a log or a piece of code points to, without any probe."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from textwrap import indent

import click
from rich.console import Console

from rtdoctor.cli.pasted import Pasted, read_source
from rtdoctor.errors import ConfigError, ExitCode, UsageError
from rtdoctor.explain.advice import next_commands
from rtdoctor.explain.explanation import Explanation, Match
from rtdoctor.explain.ranking import explain_text
from rtdoctor.explain.shown_setup import setup_file
from rtdoctor.report.terminal.explanation import explanation_parts


@click.command(epilog="Exit codes: 0 something matched, 4 nothing did, 2 nothing to read.")
@click.argument("source", metavar="[TEXT|FILE...|FOLDER|-]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the matches as JSON.")
@click.option(
    "--write",
    "setup_to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the setup that the code or the request shows, for rtdoctor check --setup FILE.",
)
@click.pass_context
def explain(
    ctx: click.Context, source: tuple[str, ...], as_json: bool, setup_to: Path | None
) -> None:
    """Rank the known causes that a pasted text points to.

    Give the text itself, a file, several files or a folder of code (server.py index.html), or -
    for standard input: an error body, a browser console, an SDK's exception, a log, a piece of
    code, a whole issue. Nothing is sent anywhere, and keys and tokens in the text are not repeated.
    """
    pasted = read_source(source)
    # The library itself asks no clock, so that a test or a replay can say which day it is.
    result = explain_text(pasted.text, today=date.today())
    if setup_to is not None:
        _write_setup(pasted, result, setup_to)
    if as_json:
        click.echo(json.dumps(as_data(result, pasted), indent=1, ensure_ascii=False))
    else:
        console = Console(highlight=False)
        for part in explanation_parts(result, pasted.place):
            console.print(part)
        for command in next_commands(result):
            console.print(f"   {command}", soft_wrap=True, markup=False)  # to be copied whole
        if result.setup and setup_to is None:
            console.print("setup.yaml, as far as the text shows it:", style="bold")
            console.print(indent(setup_file(result.setup), "   "), markup=False)
    if setup_to is not None:
        click.echo(f"Written: {setup_to}. Probe it: rtdoctor check --setup {setup_to}", err=True)
    ctx.exit(ExitCode.WORKS if result.matches else ExitCode.INCONCLUSIVE)


def as_data(result: Explanation, pasted: Pasted) -> dict[str, object]:
    """The JSON of ``--json``; ``matches`` is best first.

    ``errors`` that no entry knows, ``bodies`` that break the published schema and ``retirements``
    of models in use are there only if there are some.
    """
    data: dict[str, object] = {"matches": [_match_data(match) for match in result.matches]}
    if result.errors:
        data["errors"] = [asdict(e) | {"line": pasted.place(e.line)} for e in result.errors]
    if result.bodies:
        data["bodies"] = [asdict(b) | {"line": pasted.place(b.line)} for b in result.bodies]
    if result.retirements:
        data["retirements"] = [
            asdict(r) | {"line": pasted.place(r.line)} for r in result.retirements
        ]
    return data


def _match_data(match: Match) -> dict[str, object]:
    entry = match.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "confidence": match.strength.word,
        "why": entry.why,
        "fix": entry.fix.text,
        "evidence": [e.quote for e in match.evidence],
    }


def _write_setup(pasted: Pasted, result: Explanation, path: Path) -> None:
    """The setup as the readers of subjects tell it, or else what signs of the text show of it.

    Raises ``UsageError`` where the text shows no request, or the file exists already.
    """
    from rtdoctor.cli import what_was_read
    from rtdoctor.cli.new_file import write_new
    from rtdoctor.plan import catalogue as plan_catalogue
    from rtdoctor.subjects.detect import read_subject_text
    from rtdoctor.subjects.source_code import reading_of_sources

    catalogue = plan_catalogue.read()
    try:
        if len(pasted.texts) > 1:
            reading = reading_of_sources(pasted.texts, catalogue)
        else:
            # The readers of subjects come first: they read a request as it is, where signs only
            # name levels.
            reading = read_subject_text(pasted.text, pasted.name, catalogue)
    except (ConfigError, UsageError):
        if not result.setup:
            raise
        write_new(path, setup_file(result.setup).encode())
    else:
        what_was_read.write(reading, path, catalogue, keep_addresses=False)
