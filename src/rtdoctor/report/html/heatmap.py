"""The matrix with the failing interactions and the distinct answers marked in it.

Calls with a token: one grid for each kind of call (credential, encoding, offer, header), the
token down the side, the URL along the top. Calls without: one grid, the kind down the side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TypeVar

from rtdoctor.domain.finding import Cause, Diagnosis, Pattern
from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.report.view.matrix import USUAL, Cell, CellKind, Column, Row, build, column_of, row_of
from rtdoctor.report.view.selection import by_signature, is_inferred
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.levels import level_text

T = TypeVar("T")

TOKEN = (Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY)
CALL_URL = (Factor.CALL_ENDPOINT, Factor.CALL_QUERY)
PACKING = (Factor.CALL_ENCODING, Factor.OFFER, Factor.BETA_HEADER)
CALL_KIND = (Factor.AUTH, *PACKING)

MOST_MARKED = 3
"""With more interactions than these, numbers at every heading would hide the cells."""
FEWEST = 4
"""Fewer cells than these of an unusual kind of call are listed; a grid would be mostly empty."""

KIND: dict[CellKind, tuple[str, str]] = {
    CellKind.PASS: ("✓", "connects, up to the stage named"),
    CellKind.FAIL: ("✕", "refused or failed: the status, or the stage"),
    CellKind.IMPLIED: ("↳", "not run: its token request was refused in another probe"),
    CellKind.TRANSIENT: ("◇", "no evidence: rate limit, server fault or network"),
    CellKind.SKIPPED: ("–", "not run"),
    CellKind.MIXED: ("≠", "answered differently when repeated"),
}


@dataclass(frozen=True, slots=True)
class CellAnswer:
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
class MatrixLine:
    """A row as drawn. ``span`` is how many rows its group has, 0 when it is not the first."""

    group: Head
    span: int
    head: Head
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One grid. ``groups`` are call endpoints over their columns; ``tally`` counts its probes."""

    title: str
    usual: bool
    tally: str
    groups: tuple[tuple[Head, int], ...]
    columns: tuple[Head, ...]
    lines: tuple[MatrixLine, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """``rest`` are the cells that stand in no panel."""

    panels: tuple[Panel, ...]
    rest: tuple[tuple[Head, Head, Square], ...]
    answers: tuple[CellAnswer, ...]
    kinds: tuple[CellKind, ...]
    guessed: bool
    heads_marked: bool


def answers(run: Run) -> tuple[CellAnswer, ...]:
    """The distinct failures of a run, the most frequent first, lettered a, b, c."""
    groups = [(o, seen) for o, seen in by_signature(run) if o.is_fail]
    return tuple(
        CellAnswer(_letter(i), outcome, tuple(seen)) for i, (outcome, seen) in enumerate(groups)
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


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell with the setup that it stands for."""

    setup: Setup
    row: Row
    column: Column
    cell: Cell

    def levels(self, factors: Iterable[Factor]) -> tuple[str, ...]:
        return tuple(self.setup[factor].name for factor in factors)


class _Drawing:
    def __init__(self, run: Run, diagnosis: Diagnosis) -> None:
        cells = build(run).cells
        places: dict[object, _Place] = {}
        for observation in run.observations:
            setup = observation.setup.as_sent()
            row, column = row_of(setup), column_of(setup)
            key = row.key, column.key
            places.setdefault(key, _Place(setup, row, column, cells[key]))
        self.places = list(places.values())
        # Usual is what most calls of this run have in common, whatever it is.
        packings = Counter(place.levels(PACKING) for place in self.places)
        self.usual = packings.most_common(1)[0][0] if packings else USUAL
        self.observations = {o.probe: o for o in run.observations}
        self.interactions = interactions(diagnosis)
        self.inferred = {o.probe for o in run.observations if is_inferred(o)}
        self.answers = answers(run)
        self.letters = {o.probe: a.letter for a in self.answers for o in a.probes}

    def draw(self) -> HeatMap:
        with_token, without = self._grids()
        panels = [self._panel(_title(g[0]), g, self._token_side, TOKEN) for g in with_token]
        panels += [self._panel("without a token", g, self._kind_side, CALL_KIND) for g in without]
        drawn = {id(place) for grid in (*with_token, *without) for place in grid}
        return HeatMap(
            tuple(sorted(panels, key=lambda panel: not panel.usual)),
            tuple(self._single(place) for place in self.places if id(place) not in drawn),
            self.answers,
            tuple(kind for kind in KIND if any(p.cell.kind is kind for p in self.places)),
            bool(self.inferred),
            len(self.interactions) <= MOST_MARKED,
        )

    def _grids(self) -> tuple[list[list[_Place]], list[list[_Place]]]:
        """The cells that make a grid, with a token and without."""
        with_token: dict[tuple[str, ...], list[_Place]] = {}
        without = []
        for place in self.places:
            if place.setup.auth.value.kind.needs_token:
                with_token.setdefault(place.levels(CALL_KIND), []).append(place)
            else:
                without.append(place)
        enough = (g for g in with_token.values() if len(g) >= (2 if self._is_usual(g) else FEWEST))
        return list(enough), [without] if len(without) > 1 else []

    def _is_usual(self, grid: list[_Place]) -> bool:
        return grid[0].levels(PACKING) == self.usual

    def _panel(
        self,
        title: str,
        places: list[_Place],
        side: Callable[[_Place], tuple[Head, Head]],
        row_factors: tuple[Factor, ...],
    ) -> Panel:
        tops = {p.levels(CALL_URL): p for p in places}
        sides = {p.levels(row_factors): p for p in places}
        columns = _grouped(list(tops.items()), lambda item: item[0][0])
        rows = _grouped(list(sides.items()), lambda item: side(item[1])[0].label)
        at = {(p.levels(row_factors), p.levels(CALL_URL)): self._square(p) for p in places}
        lines = []
        for (key, place), span in rows:
            group, head = side(place)
            squares = tuple(at.get((key, top)) for (top, _), _ in columns)
            lines.append(MatrixLine(group, span, head, squares))
        probes = (self.observations[probe] for place in places for probe in place.cell.probes)
        return Panel(
            title,
            row_factors is CALL_KIND or self._is_usual(places),
            words.tally_line(probes),
            tuple((self._head(p, CALL_URL[:1]), span) for (_, p), span in columns if span),
            tuple(self._head(p, CALL_URL[1:]) for (_, p), _ in columns),
            tuple(lines),
        )

    def _token_side(self, place: _Place) -> tuple[Head, Head]:
        return self._head(place, TOKEN[:1]), self._head(place, TOKEN[1:])

    def _kind_side(self, place: _Place) -> tuple[Head, Head]:
        return Head("credential", ()), self._head(place, CALL_KIND, _kind(place))

    def _single(self, place: _Place) -> tuple[Head, Head, Square]:
        call = f"{place.column.auth} {place.column.label}"
        return (
            self._head(place, TOKEN, place.row.label),
            self._head(place, (*CALL_KIND, *CALL_URL), call),
            self._square(place),
        )

    def _head(self, place: _Place, factors: tuple[Factor, ...], label: str | None = None) -> Head:
        said = label or level_text(factors[0], place.setup[factors[0]])
        if len(self.interactions) > MOST_MARKED:
            return Head(said, ())
        levels = {factor.value: place.setup[factor].name for factor in factors}
        marks = (
            number
            for number, found in enumerate(self.interactions, 1)
            if any(levels.get(b.factor) == b.level for b in found.levels)
        )
        return Head(said, tuple(marks))

    def _square(self, place: _Place) -> Square:
        cell, levels = place.cell, place.setup.names
        marks = tuple(
            number
            for number, found in enumerate(self.interactions, 1)
            if all(levels.get(b.factor) == b.level for b in found.levels)
            and any(self.observations[p].outcome.signature == found.signature for p in cell.probes)
        )
        letter = next((self.letters[p] for p in cell.probes if p in self.letters), "")
        sign, text = KIND[cell.kind][0], cell.text if cell.kind is not CellKind.SKIPPED else ""
        count, inferred = len(cell.probes), any(p in self.inferred for p in cell.probes)
        return Square(cell.kind, sign, text, letter, cell.probes[0], count, marks, inferred)


def _title(place: _Place) -> str:
    return f"with the {_kind(place)}"


def _kind(place: _Place) -> str:
    """The kind of call in words: ``API key, multipart``."""
    packed = (
        level_text(factor, place.setup[factor])
        for factor, usual in zip(PACKING, USUAL, strict=True)
        if place.setup[factor].name != usual
    )
    return ", ".join([level_text(Factor.AUTH, place.setup.auth), *packed])


def _grouped(items: list[T], group: Callable[[T], str]) -> list[tuple[T, int]]:
    """Items of a group side by side, groups in the order they appear.

    With each item the size of its group, or 0 when it is not the first of it.
    """
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(item)
    return [(item, 0 if i else len(g)) for g in groups.values() for i, item in enumerate(g)]


def legend(kinds: tuple[CellKind, ...]) -> tuple[tuple[CellKind, str, str], ...]:
    """Sign and meaning of each kind of cell that occurs."""
    return tuple((kind, *KIND[kind]) for kind in kinds)
