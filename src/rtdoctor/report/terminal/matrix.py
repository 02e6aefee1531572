"""The matrix of a survey for the terminal: panels, the calls by letter, single probes, legend.

Readable at 80 columns, with and without colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.run import Run
from rtdoctor.report.view import matrix as grid
from rtdoctor.report.view.matrix import Cell, CellKind, ColumnKey, Matrix

_STYLES = {
    CellKind.PASS: "bold green",
    CellKind.FAIL: "red",
    CellKind.IMPLIED: "dim red",
    CellKind.TRANSIENT: "yellow",
    CellKind.SKIPPED: "dim",
    CellKind.MIXED: "bold yellow",
}

_GAP = 2
_LABEL = 20  # the least room for a row's name


def matrix(run: Run, width: int) -> RenderableType:
    """Rows are token endpoint and body, columns the calls, one panel for each auth."""
    whole = grid.build(run)
    panels = whole.panels
    letters = _letters(panels)
    parts = [
        _panel(part, letters, run.header.goal, width)
        for panel in panels
        for part in _fitting(panel, letters, width)
    ]
    for part in (_calls(panels, letters), _variations(whole, run), _legend(whole, run)):
        if part is not None:
            parts.append(part)
    spaced = [part for one in parts for part in (one, Text(""))]
    return Group(*spaced[:-1])


def _letters(panels: Iterable[Matrix]) -> dict[ColumnKey, str]:
    """A letter for each call, the same in every panel."""
    names = iter([*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)])
    of_call: dict[str, str] = {}
    letters = {}
    for column in (c for panel in panels for c in panel.columns):
        if column.label not in of_call:
            of_call[column.label] = next(names)
        letters[column.key] = of_call[column.label]
    return letters


def _widths(panel: Matrix, letters: dict[ColumnKey, str]) -> dict[ColumnKey, int]:
    """How wide each column is, with the gap behind it."""
    widths = {c.key: len(letters[c.key]) + _GAP for c in panel.columns}
    for (_, column), cell in panel.cells.items():
        widths[column] = max(widths[column], len(cell_label(cell)) + _GAP)
    return widths


def _fitting(panel: Matrix, letters: dict[ColumnKey, str], width: int) -> Iterator[Matrix]:
    """The panel in as many parts as it needs for no cell to be cut off."""
    widths = _widths(panel, letters)
    columns = list(panel.columns)
    while columns:
        taken, room = 0, width - _LABEL - _GAP
        while taken < len(columns) and (not taken or widths[columns[taken].key] <= room):
            room -= widths[columns[taken].key]
            taken += 1
        part, columns = columns[:taken], columns[taken:]
        keys = {c.key for c in part}
        cells = {key: cell for key, cell in panel.cells.items() if key[1] in keys}
        rows = tuple(r for r in panel.rows if any(row == r.key for row, _ in cells))
        yield Matrix(rows, tuple(part), cells)


def _panel(panel: Matrix, letters: dict[ColumnKey, str], goal: Stage, width: int) -> RenderableType:
    table = Table(
        title=f"auth: {panel.columns[0].auth}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
    )
    cells = {key: (cell_label(cell), cell_style(cell, goal)) for key, cell in panel.cells.items()}
    room = max(_LABEL, width - sum(_widths(panel, letters).values()) - _GAP)
    heading = "token endpoint · body"
    table.add_column(heading if len(heading) <= room else "endpoint · body", no_wrap=True)
    for column in panel.columns:
        table.add_column(letters[column.key], justify="left", no_wrap=True)
    for row in panel.rows:
        shown = [cells.get((row.key, c.key), ("", "")) for c in panel.columns]
        table.add_row(_row_label(row.label, room), *(Text(t, style=s) for t, s in shown))
    return table


def _row_label(label: str, room: int) -> str:
    """Endpoint and body on a line, or on one each, long names broken behind ``_``."""
    if len(label) <= room:
        return label
    endpoint, _, body = label.partition(" · ")
    return "\n".join([*_broken(endpoint, room), *(f"  {b}" for b in _broken(body, room - 2))])


def _broken(name: str, room: int) -> list[str]:
    pieces: list[str] = []
    while len(name) > room:
        cut = name.rfind("_", 0, room) + 1 or room
        pieces.append(name[:cut])
        name = " " + name[cut:]
    return [*pieces, name] if name.strip() else pieces


def _calls(panels: Iterable[Matrix], letters: dict[ColumnKey, str]) -> RenderableType | None:
    labels = {letters[c.key]: c.label for panel in panels for c in panel.columns}
    if not labels:
        return None
    lines = [Text.assemble((letter, "bold"), f" {label}") for letter, label in labels.items()]
    return Group(Text("The calls", style="bold"), *lines)


def cell_label(cell: Cell) -> str:
    """``session``, ``400``, ``m404`` (refused at the mint), ``(m404)`` (implied)."""
    text = cell.text
    if cell.stage is Stage.MINT and text.isdigit():
        text = f"m{text}"
    if cell.kind is CellKind.IMPLIED:
        text = f"({text})"
    if cell.kind is CellKind.TRANSIENT:
        text = f"{text}?"
    return text


def cell_style(cell: Cell, goal: Stage) -> str:
    """Green only for what reached the goal."""
    short = cell.kind is CellKind.PASS and not _reaches(cell, goal)
    return "yellow" if short else _STYLES[cell.kind]


def _reaches(cell: Cell, goal: Stage) -> bool:
    return cell.stage is not None and cell.stage.order >= goal.order


def _variations(matrix: Matrix, run: Run) -> RenderableType | None:
    found = matrix.variations
    if not found:
        return None
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row, column, cell in found:
        parts = [row.label, f"auth {column.auth}", column.label]
        label = Text(cell_label(cell), style=cell_style(cell, run.header.goal))
        table.add_row(label, " → ".join(parts))
    return Group(Text("Single probes", style="bold"), table)


def _meaning(cell: Cell, goal: Stage) -> str:
    match cell.kind:
        case CellKind.PASS if _reaches(cell, goal):
            return "connected, and the session's first event came"
        case CellKind.PASS:
            return "connected as far as this stage; no first event came"
        case CellKind.FAIL if cell.stage is Stage.MINT and cell.text.isdigit():
            return "the request for a token (the mint) was refused with this HTTP status"
        case CellKind.FAIL if cell.text.isdigit():
            return "the call was refused with this HTTP status"
        case CellKind.FAIL:
            return "the stage at which the connection failed"
        case CellKind.IMPLIED:
            return "not run: the same mint was refused in another probe"
        case CellKind.TRANSIENT:
            return "no evidence: rate limit, server error, time-out or no connection"
        case CellKind.MIXED:
            return "the same setup answered differently"
        case _:
            return "not run"


def _legend(matrix: Matrix, run: Run) -> RenderableType | None:
    """What the marks mean, each by an example that stands above."""
    samples: dict[str, Text] = {}
    for cell in sorted(matrix.cells.values(), key=lambda c: list(_STYLES).index(c.kind)):
        meaning = _meaning(cell, run.header.goal)
        samples.setdefault(meaning, Text(cell_label(cell), cell_style(cell, run.header.goal)))
    if not samples:
        return None
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for meaning, sample in samples.items():
        table.add_row(sample, meaning)
    return Group(Text("How to read it", style="bold"), table)
