"""A comparison of two runs for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rtdoctor.domain.comparison import Compared, Comparison, Likeness
from rtdoctor.domain.run import Observation
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.wording.printable import printable

_STYLES = {
    Likeness.SAME: "dim",
    Likeness.CURED: "bold green",
    Likeness.BROKEN: "bold red",
    Likeness.CHANGED: "bold yellow",
}


def print_comparison(comparison: Comparison, console: Console) -> None:
    """What differs in the frames, then each setup that did something else, then the count."""
    for name, one, other in comparison.frame:
        console.print(Text(printable(f"{name}: {one} → {other}"), style="dim"))
    for cell in comparison.differing:
        console.print()
        _cell(cell, console)
    console.print()
    counts = dict.fromkeys(Likeness, 0)
    for cell in comparison.cells:
        counts[cell.likeness] += 1
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    console.print(Text(f"{len(comparison.cells)} setups: {said or 'none'}"))


def _cell(cell: Compared, console: Console) -> None:
    row, column = row_of(cell.setup), column_of(cell.setup)
    where = printable(f"{row.label} → {column.auth} → {column.label}")
    console.print(
        Text.assemble((cell.likeness.value, _STYLES.get(cell.likeness, "")), f"  {where}")
    )
    console.print(Text(printable(f"  first:  {_seen(cell.first)}")))
    console.print(Text(printable(f"  second: {_seen(cell.second)}")))


def _seen(observation: Observation | None) -> str:
    if observation is None:
        return "not probed"
    return f"{observation.probe} {observation.outcome.describe()}"
