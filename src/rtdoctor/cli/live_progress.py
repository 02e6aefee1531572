"""Live progress on standard error: how many, what now, how long."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rtdoctor.domain.run import Observation
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.wording.printable import printable


class LiveProgress:
    """A progress bar on a terminal; one line at the start and nothing more elsewhere."""

    def __init__(self, planned: int, what: str, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, soft_wrap=True)
        self._quiet = quiet
        self._what = what
        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=12),
            # how many a diagnosis will need, nobody knows before
            MofNCompleteColumn() if planned else TextColumn("{task.completed:.0f} done"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._bar.add_task("Probing", total=planned or None, now="")

    def __enter__(self) -> LiveProgress:
        if not self._quiet and not self._console.is_terminal:
            self._console.print(self._what, markup=False, highlight=False)
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # a terminal that was closed
            self._bar.stop()

    def __call__(self, observation: Observation) -> None:
        """An observation was recorded."""
        row, column = row_of(observation.setup), column_of(observation.setup)
        now = f"{observation.probe} {row.label} → {column.label}"
        # What the other columns take. A line that wraps would be left behind when the bar is
        # redrawn.
        width = max(10, self._console.width - 44)
        with suppress(OSError):
            self._bar.update(self._task, advance=1, now=printable(now[:width], one_line=True))
