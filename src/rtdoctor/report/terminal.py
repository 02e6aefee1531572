"""A run and its diagnosis for the terminal: readable at 80 columns, with and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_uppercase

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report import matrix as grid
from rtdoctor.report.matrix import Cell, CellKind, Matrix

_STYLES = {
    CellKind.PASS: "bold green",
    CellKind.FAIL: "red",
    CellKind.IMPLIED: "dim red",
    CellKind.TRANSIENT: "yellow",
    CellKind.SKIPPED: "dim",
    CellKind.MIXED: "bold yellow",
}


def print_survey(run: Run, console: Console) -> None:
    """The matrix, its legend, every refusal with its exact error, and what it cost."""
    console.print(heading(run))
    matrix = grid.build(run)
    for panel in matrix.panels:
        console.print()
        console.print(_panel(panel))
    for part in (_variations(matrix), _legend(matrix), _refusals(run), _transients(run)):
        if part is not None:
            console.print()
            console.print(part)
    console.print()
    console.print(cost(run))


def heading(run: Run) -> RenderableType:
    """Which service and era was probed; the sandbox is never taken for the service."""
    target = run.header.target
    lines = [Text.assemble("Probed ", (target.describe(), "bold"))]
    if target.is_sandbox:
        guessed = sum(any(r.basis != "fact" for r in o.rules) for o in run.observations)
        lines.append(
            Text(
                "Its answers follow recorded facts where there are any; "
                f"in {guessed} of {len(run.observations)} probes an answer is inferred.",
                style="dim",
            )
        )
    if run.finished != "complete":
        lines.append(Text(f"The run is partial: {run.finished}.", style="bold yellow"))
    return Group(*lines)


def _panel(panel: Matrix) -> RenderableType:
    table = Table(
        title=f"auth: {panel.columns[0].auth}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    table.add_column("token endpoint · body", overflow="fold", max_width=26)
    letters = _letters(len(panel.columns))
    for letter in letters:
        table.add_column(letter, justify="left", no_wrap=True)
    for row in panel.rows:
        label = row.label.replace(" · ", "\n  ")
        cells = [panel.cells.get((row.key, c.key)) for c in panel.columns]
        table.add_row(label, *(_cell_text(c) for c in cells))
    calls = [
        Text.assemble((letter, "bold"), " ", column.label)
        for letter, column in zip(letters, panel.columns, strict=True)
    ]
    return Group(table, *calls)


def _letters(count: int) -> list[str]:
    names = list(ascii_uppercase) + [a + b for a in ascii_uppercase for b in ascii_uppercase]
    return names[:count]


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


def _cell_text(cell: Cell | None) -> Text:
    return Text("") if cell is None else Text(cell_label(cell), style=_STYLES[cell.kind])


def _variations(matrix: Matrix) -> RenderableType | None:
    found = matrix.variations
    if not found:
        return None
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row, column, cell in found:
        parts = [row.label, f"auth {column.auth}", column.label]
        table.add_row(_cell_text(cell), " → ".join(parts))
    return Group(Text("Single variations", style="bold"), table)


_MEANINGS = (
    (CellKind.PASS, "session", "connected, and the session's first event came"),
    (CellKind.FAIL, "400", "the call was refused with this HTTP status"),
    (CellKind.FAIL, "m404", "the mint was refused with this HTTP status"),
    (CellKind.FAIL, "ice", "a stage by name: the connection failed there"),
    (CellKind.IMPLIED, "(m404)", "not run: another probe's mint is the same and was refused"),
    (CellKind.TRANSIENT, "429?", "no evidence: rate limit, server error or time-out"),
    (CellKind.MIXED, "mixed", "the same setup answered differently"),
    (CellKind.SKIPPED, "-", "not run"),
)


def _legend(matrix: Matrix) -> RenderableType:
    kinds = {c.kind for c in matrix.cells.values()}
    texts = {cell_label(c) for c in matrix.cells.values()}
    minted = any(t.strip("(").startswith("m") and t != "mixed" for t in texts)
    staged = any(t in set(Stage) and k is CellKind.FAIL for t, k in _labelled(matrix))
    lines = []
    for kind, sample, meaning in _MEANINGS:
        if kind not in kinds or (sample == "m404" and not minted):
            continue
        if sample == "ice" and not staged:
            continue
        lines.append(Text.assemble((f"{sample:<8}", _STYLES[kind]), meaning))
    return Group(*lines)


def _labelled(matrix: Matrix) -> Iterator[tuple[str, CellKind]]:
    return ((c.text, c.kind) for c in matrix.cells.values())


def _refusals(run: Run) -> RenderableType | None:
    groups: dict[Signature, list[Observation]] = {}
    for observation in run.observations:
        signature = observation.outcome.signature
        if observation.outcome.is_fail and signature is not None:
            groups.setdefault(signature, []).append(observation)
    if not groups:
        return None
    implied = implied_counts(run.observations)
    lines: list[RenderableType] = [Text("Refused, with the exact error", style="bold")]
    ordered = sorted(groups.items(), key=lambda g: (g[0].status != 400, g[0].status or 999))
    for signature, group in ordered:
        lines += _refusal(signature, group, implied)
    return Group(*lines)


def implied_counts(observations: Iterable[Observation]) -> Mapping[str, int]:
    """How many probes each probe made unnecessary."""
    counts: dict[str, int] = {}
    for observation in observations:
        because = observation.outcome.because_of
        if because is not None:
            counts[because] = counts.get(because, 0) + 1
    return counts


def _refusal(
    signature: Signature, group: Sequence[Observation], implied: Mapping[str, int]
) -> list[RenderableType]:
    lines: list[RenderableType] = [
        Text.assemble((f"{signature.stage.value} ", "dim"), (describe_error(signature), "red"))
    ]
    for observation in group:
        row, column = grid.row_of(observation.setup), grid.column_of(observation.setup)
        more = implied.get(observation.probe)
        tail = f" (and {more} more calls with this mint)" if more else ""
        lines.append(
            Text(f"  {observation.probe} {row.label} → {column.auth} → {column.label}{tail}")
        )
    return lines


def describe_error(signature: Signature) -> str:
    """The error as the service sent it, empty fields included."""
    if signature.is_local:
        return signature.describe()
    fields = {
        "message": signature.message,
        "type": signature.type,
        "code": signature.code,
        "param": signature.param,
    }
    said = ", ".join(f'{k}: "{v}"' for k, v in fields.items() if v is not None)
    return f"{signature.status if signature.status is not None else 'event'} {{{said}}}"


def _transients(run: Run) -> RenderableType | None:
    groups: dict[str, list[str]] = {}
    for observation in run.observations:
        outcome = observation.outcome
        if outcome.kind is OutcomeKind.TRANSIENT or _is_plain_skip(outcome):
            said = outcome.signature.describe() if outcome.signature else outcome.reason
            groups.setdefault(said, []).append(observation.probe)
    if not groups:
        return None
    lines = [Text("No evidence", style="bold")]
    lines += [Text(f"{said}: {_probes(ids)}", style="yellow") for said, ids in groups.items()]
    return Group(*lines)


def _is_plain_skip(outcome: Outcome) -> bool:
    return outcome.kind is OutcomeKind.SKIPPED and outcome.because_of is None


def _probes(ids: Sequence[str]) -> str:
    shown = " ".join(ids[:12])
    return shown if len(ids) <= 12 else f"{shown} and {len(ids) - 12} more"


def cost(run: Run) -> Text:
    """The ledger in one line."""
    ledger = run.ledger
    return Text(
        f"{ledger.probed} probes, {ledger.implied} implied, {ledger.skipped} not run; "
        f"{ledger.tokens_minted} tokens minted, {ledger.sessions_opened} sessions opened, "
        f"{ledger.sessions_hung_up} hung up; {ledger.wall_ms / 1000:.1f} s",
        style="dim",
    )
