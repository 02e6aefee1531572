"""``rtdoctor diff``: two saved runs, cell by cell."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rtdoctor.cli.saved import RunFile, read_saved
from rtdoctor.errors import ExitCode


@click.command()
@click.argument("first", type=RunFile())
@click.argument("second", type=RunFile())
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def diff(first: Path, second: Path, as_json: bool) -> int:
    """Compare the runs in FIRST and SECOND: two days, two networks, two keys.

    Exit code 0 when every setup did the same in both, 1 when something changed.
    """
    from rtdoctor.diagnose.compare import compare

    _, runs = read_saved(first, second)
    comparison = compare(*runs)
    if as_json:
        changes = [
            {
                "setup": cell.setup.names,
                "likeness": cell.likeness.value,
                "first": cell.first.outcome.describe() if cell.first else None,
                "second": cell.second.outcome.describe() if cell.second else None,
            }
            for cell in comparison.cells
        ]
        click.echo(json.dumps({"frame": comparison.frame, "cells": changes}, indent=1))
    else:
        from rich.console import Console

        from rtdoctor.report.terminal.comparison import print_comparison

        print_comparison(comparison, Console(highlight=False))
    return ExitCode.FAILURE_REPRODUCED if comparison.differing else ExitCode.WORKS
