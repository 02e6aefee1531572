"""A survey's observations as rows, columns and cells; every rendering draws from this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rtdoctor.domain.outcome import OutcomeKind, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Setup

RowKey = tuple[str, str]  # token endpoint, token body
ColumnKey = tuple[str, ...]  # auth, then the levels of the call


class CellKind(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    IMPLIED = "implied"  # not run: its mint was refused in another probe
    TRANSIENT = "transient"
    SKIPPED = "skipped"
    MIXED = "mixed"  # the same setup answered differently


@dataclass(frozen=True, slots=True)
class Row:
    key: RowKey
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """``auth`` is the group a column belongs to, ``label`` names the call."""

    key: ColumnKey
    auth: str
    label: str


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` is the status or the depth reached; ``stage`` where it ended."""

    kind: CellKind
    text: str
    stage: Stage | None
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are token endpoint and body, columns are auth and call."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[RowKey, ColumnKey], Cell]

    @property
    def panels(self) -> tuple[Matrix, ...]:
        """One matrix for each auth that has more than one cell, columns and rows in use only."""
        panels = []
        for auth in dict.fromkeys(c.auth for c in self.columns):
            columns = [c for c in self.columns if c.auth == auth and not self._is_variation(c)]
            cells = {k: v for k, v in self.cells.items() if k[1] in {c.key for c in columns}}
            if len(cells) > 1:
                rows = tuple(r for r in self.rows if any(k[0] == r.key for k in cells))
                panels.append(Matrix(rows, tuple(columns), cells))
        return tuple(panels)

    @property
    def variations(self) -> tuple[tuple[Row, Column, Cell], ...]:
        """What is left beside the panels: single changes to one row's call."""
        shown = {k for panel in self.panels for k in panel.cells}
        rows = {r.key: r for r in self.rows}
        columns = {c.key: c for c in self.columns}
        return tuple(
            (rows[r], columns[c], v) for (r, c), v in self.cells.items() if (r, c) not in shown
        )

    def _is_variation(self, column: Column) -> bool:
        # an unusual encoding, offer or header tried on a single row
        unusual = column.key[3:] != USUAL
        return unusual and sum(k[1] == column.key for k in self.cells) == 1


USUAL = ("raw", "audio_channel", "none")


def row_of(setup: Setup) -> Row:
    """The row a setup belongs to."""
    sent = setup.as_sent()
    endpoint, body = sent.token_endpoint.name, sent.token_body.name
    if sent.token_endpoint.value.path is None:
        return Row((endpoint, body), "no token")
    return Row((endpoint, body), f"{endpoint} · {body}")


def column_of(setup: Setup) -> Column:
    """The column a setup belongs to."""
    sent = setup.as_sent()
    unusual = (sent.call_encoding.name, sent.offer.name, sent.beta_header.name)
    key = (sent.auth.name, sent.call_endpoint.name, sent.call_query.name, *unusual)
    query = "&".join(f"{k}={v}" for k, v in sent.call_query.value.params)
    label = sent.call_endpoint.value.path + (f"?{query}" if query else "")
    said = (sent.call_encoding.name, sent.offer.name, f"beta header {sent.beta_header.name}")
    extra = [s for s, name, usual in zip(said, unusual, USUAL, strict=True) if name != usual]
    return Column(key, sent.auth.name, " + ".join([label, *extra]))


def build(run: Run) -> Matrix:
    """The matrix of a run, rows and columns in the order the setups were planned."""
    rows: dict[RowKey, Row] = {}
    columns: dict[ColumnKey, Column] = {}
    seen: dict[tuple[RowKey, ColumnKey], list[Observation]] = {}
    for observation in run.observations:
        row, column = row_of(observation.setup), column_of(observation.setup)
        rows.setdefault(row.key, row)
        columns.setdefault(column.key, column)
        seen.setdefault((row.key, column.key), []).append(observation)
    by_id = {o.probe: o for o in run.observations}
    return Matrix(
        tuple(rows.values()),
        tuple(columns.values()),
        {key: _cell(group, by_id) for key, group in seen.items()},
    )


def _cell(group: list[Observation], by_id: Mapping[str, Observation]) -> Cell:
    cells = [_single(o, by_id) for o in group]
    # A transient probe beside an answer takes nothing away from it.
    evidence = [c for c in cells if c.kind in (CellKind.PASS, CellKind.FAIL)] or cells
    first = evidence[0]
    probes = tuple(o.probe for o in group)
    if any((c.kind, c.text, c.stage) != (first.kind, first.text, first.stage) for c in evidence):
        return Cell(CellKind.MIXED, "mixed", None, probes)
    return Cell(first.kind, first.text, first.stage, probes)


def _single(observation: Observation, by_id: Mapping[str, Observation]) -> Cell:
    outcome, probes = observation.outcome, (observation.probe,)
    if outcome.kind is OutcomeKind.SKIPPED:
        source = by_id.get(outcome.because_of or "")
        if source is not None:
            return Cell(CellKind.IMPLIED, _text(source), source.outcome.stage, probes)
        return Cell(CellKind.SKIPPED, "-", None, probes)
    kind = CellKind(outcome.kind.value)
    return Cell(kind, _text(observation), outcome.stage, probes)


def _text(observation: Observation) -> str:
    outcome = observation.outcome
    if outcome.is_pass and outcome.stage is not None:
        return outcome.stage.value
    if outcome.signature is not None and outcome.signature.status is not None:
        return str(outcome.signature.status)
    return outcome.stage.value if outcome.stage is not None else "-"
