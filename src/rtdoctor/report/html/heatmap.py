"""The matrix with the failing interactions and the distinct answers marked in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import TypeVar

from rtdoctor.domain.finding import Cause, Diagnosis, Pattern
from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor
from rtdoctor.report.matrix import Cell, CellKind, Column, ColumnKey, Matrix, Row, RowKey, build
from rtdoctor.report.selection import by_signature, is_inferred

T = TypeVar("T")

ROW_FACTORS = (Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY)
COLUMN_FACTORS = (
    Factor.AUTH,
    Factor.CALL_ENDPOINT,
    Factor.CALL_QUERY,
    Factor.CALL_ENCODING,
    Factor.OFFER,
    Factor.BETA_HEADER,
)

MOST_MARKED = 3
"""With more interactions than these, numbers at every heading would hide the cells."""

KIND: dict[CellKind, tuple[str, str]] = {
    CellKind.PASS: ("✓", "connects, up to the stage named"),
    CellKind.FAIL: ("✕", "refused or failed: the status, or the stage"),
    CellKind.IMPLIED: ("↳", "not run: its token request was refused in another probe"),
    CellKind.TRANSIENT: ("◇", "no evidence: rate limit, server fault or network"),
    CellKind.SKIPPED: ("–", "not run"),
    CellKind.MIXED: ("≠", "answered differently when repeated"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A distinct failure, its letter in the heat map, and the probes that met it."""

    letter: str
    outcome: Outcome
    probes: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as drawn. ``marks`` are the numbers of the interactions it is an example of."""

    kind: CellKind
    sign: str
    text: str
    letter: str
    probe: str
    count: int
    marks: tuple[int, ...]
    inferred: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A row's or column's heading, with the interactions one of whose levels it carries."""

    label: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as drawn. ``span`` is how many rows its group has, 0 when it is not the first."""

    group: Head
    span: int
    head: Head
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The cells of one kind of credential. ``groups`` are call endpoints over their columns."""

    title: str
    groups: tuple[tuple[Head, int], ...]
    columns: tuple[Head, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """``rest`` are the cells that stand in no panel: single changes to one call."""

    panels: tuple[Panel, ...]
    rest: tuple[tuple[Head, Head, Square], ...]
    answers: tuple[Answer, ...]
    kinds: tuple[CellKind, ...]
    guessed: bool
    heads_marked: bool


def answers(run: Run) -> tuple[Answer, ...]:
    """The distinct failures of a run, the most frequent first, lettered a, b, c."""
    groups = [(o, seen) for o, seen in by_signature(run) if o.is_fail]
    return tuple(
        Answer(_letter(i), outcome, tuple(seen)) for i, (outcome, seen) in enumerate(groups)
    )


def _letter(index: int) -> str:
    more, last = divmod(index, 26)
    return (_letter(more - 1) if more else "") + ascii_lowercase[last]


def interactions(diagnosis: Diagnosis) -> tuple[Cause | Pattern, ...]:
    """What is marked, numbered from 1: the causes, in a survey the patterns."""
    return diagnosis.causes or diagnosis.patterns


def heat_map(run: Run, diagnosis: Diagnosis) -> HeatMap:
    """The heat map of a run."""
    return _Drawing(run, diagnosis).draw()


class _Drawing:
    def __init__(self, run: Run, diagnosis: Diagnosis) -> None:
        self.matrix = build(run)
        self.interactions = interactions(diagnosis)
        self.outcomes = {o.probe: o.outcome for o in run.observations}
        self.inferred = {o.probe for o in run.observations if is_inferred(o)}
        self.answers = answers(run)
        self.letters = {o.probe: a.letter for a in self.answers for o in a.probes}

    def draw(self) -> HeatMap:
        kinds = {cell.kind for cell in self.matrix.cells.values()}
        panels = self.matrix.panels
        bare = [p for p in panels if all(r.key[0] == "none" for r in p.rows)]
        drawn = [self._panel(p) for p in panels if p not in bare]
        return HeatMap(
            (*drawn, *([self._without_token(bare)] if bare else [])),
            tuple(
                (self._row(row), self._column(column), self._square(row.key, column.key, cell))
                for row, column, cell in self.matrix.variations
            ),
            self.answers,
            tuple(kind for kind in KIND if kind in kinds),
            bool(self.inferred),
            len(self.interactions) <= MOST_MARKED,
        )

    def _panel(self, panel: Matrix) -> Panel:
        columns = _grouped(panel.columns, lambda column: _path(column)[0])
        rows = _grouped(panel.rows, lambda row: row.key[0])
        lines = tuple(
            Line(
                self._head(row.key[0], {Factor.TOKEN_ENDPOINT: row.key[0]}),
                span,
                self._head(row.key[1], {Factor.TOKEN_BODY: row.key[1]}),
                self._squares([(row.key, column.key) for column, _ in columns]),
            )
            for row, span in rows
        )
        title = f"with the credential {panel.columns[0].auth}"
        return Panel(title, self._spans(columns), self._heads(columns), lines)

    def _without_token(self, panels: list[Matrix]) -> Panel:
        """One panel for all calls that need no token: a row for each credential."""
        calls = {c.key[1:]: c for panel in panels for c in panel.columns}
        columns = _grouped(tuple(calls.values()), lambda column: _path(column)[0])
        lines = []
        for panel in panels:
            auth, row = panel.columns[0].auth, panel.rows[0]
            keys = [(row.key, (auth, *column.key[1:])) for column, _ in columns]
            head = self._head(auth, {Factor.AUTH: auth})
            lines.append(Line(Head("credential", ()), 0, head, self._squares(keys)))
        lines[0] = replace(lines[0], span=len(lines))
        return Panel("without a token", self._spans(columns), self._heads(columns), tuple(lines))

    def _spans(self, columns: list[tuple[Column, int]]) -> tuple[tuple[Head, int], ...]:
        return tuple(
            (self._head(_path(column)[0], {Factor.CALL_ENDPOINT: column.key[1]}), span)
            for column, span in columns
            if span
        )

    def _heads(self, columns: list[tuple[Column, int]]) -> tuple[Head, ...]:
        heads = []
        for column, _ in columns:
            levels = _levels(None, column.key)
            del levels[Factor.AUTH], levels[Factor.CALL_ENDPOINT]
            heads.append(self._head(_path(column)[1], levels))
        return tuple(heads)

    def _squares(self, keys: list[tuple[RowKey, ColumnKey]]) -> tuple[Square | None, ...]:
        cells = self.matrix.cells
        return tuple(self._square(*key, cells[key]) if key in cells else None for key in keys)

    def _row(self, row: Row) -> Head:
        return self._head(row.label, _levels(row.key, ()))

    def _column(self, column: Column) -> Head:
        return self._head(f"{column.auth} {column.label}", _levels(None, column.key))

    def _head(self, label: str, levels: Mapping[str, str]) -> Head:
        if len(self.interactions) > MOST_MARKED:
            return Head(label, ())
        marks = (
            number
            for number, found in enumerate(self.interactions, 1)
            if any(levels.get(b.factor) == b.level for b in found.levels)
        )
        return Head(label, tuple(marks))

    def _square(self, row: RowKey, column: ColumnKey, cell: Cell) -> Square:
        levels = _levels(row, column)
        marks = tuple(
            number
            for number, found in enumerate(self.interactions, 1)
            if all(levels.get(b.factor) == b.level for b in found.levels)
            and any(self.outcomes[p].signature == found.signature for p in cell.probes)
        )
        letter = next((self.letters[p] for p in cell.probes if p in self.letters), "")
        sign, text = KIND[cell.kind][0], cell.text if cell.kind is not CellKind.SKIPPED else ""
        count, inferred = len(cell.probes), any(p in self.inferred for p in cell.probes)
        return Square(cell.kind, sign, text, letter, cell.probes[0], count, marks, inferred)


def _grouped(items: tuple[T, ...], group: Callable[[T], str]) -> list[tuple[T, int]]:
    """Items of a group side by side, groups in the order they appear.

    With each item the size of its group, or 0 when it is not the first of it.
    """
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(item)
    return [(item, 0 if i else len(g)) for g in groups.values() for i, item in enumerate(g)]


def _path(column: Column) -> tuple[str, str]:
    """A call's path, and what follows it."""
    first, space, rest = column.label.partition(" ")
    path, mark, query = first.partition("?")
    return path, f"{mark}{query}{space}{rest}" or "no query"


def _levels(row: RowKey | None, column: ColumnKey) -> dict[str, str]:
    named = [*zip(ROW_FACTORS, row or (), strict=False), *zip(COLUMN_FACTORS, column, strict=False)]
    return {factor.value: level for factor, level in named}


def legend(kinds: tuple[CellKind, ...]) -> tuple[tuple[CellKind, str, str], ...]:
    """Sign and meaning of each kind of cell that occurs."""
    return tuple((kind, *KIND[kind]) for kind in kinds)
