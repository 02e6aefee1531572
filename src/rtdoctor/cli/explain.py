"""``rtdoctor explain``: what an error, a log or a piece of code points to, without any probe."""

from __future__ import annotations

import json
from dataclasses import asdict
from textwrap import indent

import click
from rich.console import Console

from rtdoctor.cli.pasted import read_source
from rtdoctor.errors import ExitCode
from rtdoctor.explain.advice import next_commands
from rtdoctor.explain.ranking import Explanation, Match, explain_text
from rtdoctor.explain.shown_setup import setup_file
from rtdoctor.report.terminal.explanation import explanation_parts


@click.command(epilog="Exit codes: 0 something matched, 4 nothing did, 2 nothing to read.")
@click.argument("source", metavar="[TEXT|FILE|-]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the matches as JSON.")
@click.pass_context
def explain(ctx: click.Context, source: tuple[str, ...], as_json: bool) -> None:
    """Rank the known causes that a pasted text points to.

    Give the text itself, a file, or - for standard input: an error body, a browser console, an
    SDK's exception, a log, a piece of code, a whole issue. Nothing is sent anywhere, and keys and
    tokens in the text are not repeated.
    """
    result = explain_text(read_source(source))
    if as_json:
        click.echo(json.dumps(as_data(result), indent=1, ensure_ascii=False))
    else:
        console = Console(highlight=False)
        for part in explanation_parts(result):
            console.print(part)
        for command in next_commands(result):
            console.print(f"   {command}", soft_wrap=True, markup=False)  # to be copied whole
        if result.setup:
            console.print("setup.yaml, as far as the text shows it:", style="bold")
            console.print(indent(setup_file(result.setup), "   "), markup=False)
    ctx.exit(ExitCode.WORKS if result.matches else ExitCode.INCONCLUSIVE)


def as_data(result: Explanation) -> dict[str, object]:
    """The JSON of ``--json``; ``matches`` is best first.

    ``errors`` are those that no entry knows, and are there only if there are some.
    """
    data: dict[str, object] = {"matches": [_match_data(match) for match in result.matches]}
    if result.errors:
        data["errors"] = [asdict(error) for error in result.errors]
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
