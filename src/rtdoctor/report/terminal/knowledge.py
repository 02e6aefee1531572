"""An entry of the knowledge for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from rtdoctor.knowledge.entry import Entry


def entry_parts(entry: Entry) -> Iterator[RenderableType]:
    """The entry in full, one paragraph a part."""
    yield Text.assemble((entry.id, "bold"), "  ", (entry.title, "bold"))
    dates = " to ".join(filter(None, (entry.first_seen, entry.last_verified)))
    seen = f"; sources dated {dates}" if dates else ""
    yield Text(
        f"{entry.target}: {', '.join(entry.eras)}; {entry.confidence} ({entry.kind}){seen}",
        style="dim",
    )
    said = (
        ("Why", entry.why),
        ("Ends on", entry.dies or ""),
        ("Fix", entry.fix.text),
        ("Cannot tell", entry.cannot_tell),
        ("Conflict", entry.conflict),
        ("Notes", entry.notes),
    )
    for label, text in said:
        if text:
            yield Text()
            yield Text.assemble((f"{label}: ", "bold"), text)
    if entry.condition is not None:
        yield Text()
        yield from _levels("Occurs with", entry.condition.levels)
    for change in entry.fix.changes:
        yield Text()
        yield from _levels("Change to", {factor: (level,) for factor, level in change.items()})
    yield Text()
    yield Text("Sources:", style="bold")
    for source in entry.sources:
        yield Padding(Text(source), (0, 0, 0, 2), expand=False)


def _levels(label: str, levels: dict[str, tuple[str, ...]]) -> Iterator[RenderableType]:
    yield Text(f"{label}:", style="bold")
    for factor, names in levels.items():
        yield Padding(Text(f"{factor}: {' or '.join(names)}"), (0, 0, 0, 2), expand=False)
