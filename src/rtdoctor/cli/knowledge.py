"""``rtdoctor knowledge``: the entries that explanations rest on, with dates and sources."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rtdoctor.errors import ExitCode
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.knowledge.entry import Entry, Era


@click.group()
def knowledge() -> None:
    """What is known about failures: why, the cure, since when, and who says so.

    Entries are dated and never outrank a probe; one that a probe contradicts is reported.
    """


@knowledge.command("list")
@click.option("--era", help=f"Only entries of this era: {', '.join(Era)}.")
@click.option("--area", help=f"Only entries of this area: {', '.join(knowledge_base.AREAS)}.")
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def list_entries(era: str | None, area: str | None, as_json: bool) -> None:
    """List the entries."""
    entries = knowledge_base.load().select(era=era, area=area)
    if as_json:
        click.echo(json.dumps([as_data(e) for e in entries], indent=1, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "title"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        table.add_row(entry.id, entry.title)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{len(entries)} entries. One of them in full: rtdoctor knowledge show ID")


@knowledge.command()
@click.argument("entry_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the entry as JSON.")
def show(entry_id: str, as_json: bool) -> None:
    """Show one entry in full."""
    entry = knowledge_base.load().entry(entry_id)
    if as_json:
        click.echo(json.dumps(as_data(entry), indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for part in _parts(entry):
        console.print(part)


@knowledge.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """List the facts that have no entry and why, and what is inconsistent (exit 1)."""
    known = knowledge_base.load()
    without = knowledge_base.facts_without_entry(known)
    held = len(known.facts) - len(without)
    own = sum(entry.id.startswith("PRV-") for entry in known.entries)
    click.echo(f"{held} of {len(known.facts)} facts have an entry; {own} entries are of providers.")
    for fact, reason in without:
        click.echo(f"  {fact}: {reason}")
    problems = knowledge_base.check_facts(known)
    for problem in problems:
        click.echo(f"Wrong: {problem}", err=True)
    ctx.exit(ExitCode.FAILURE_REPRODUCED if problems else ExitCode.WORKS)


def as_data(entry: Entry) -> dict[str, object]:
    """An entry as plain data, without what is only for matching."""
    return {
        "id": entry.id,
        "title": entry.title,
        "area": entry.area,
        "target": entry.target.value,
        "why": entry.why,
        "fix": entry.fix.text,
        "changes": [dict(change) for change in entry.fix.changes],
        "eras": [era.value for era in entry.eras],
        "condition": (
            {f: list(levels) for f, levels in entry.condition.levels.items()}
            if entry.condition
            else None
        ),
        "works": entry.works.value if entry.works else None,
        "hints": list(entry.hints),
        "confidence": entry.confidence,
        "kind": entry.kind,
        "first_seen": entry.first_seen,
        "last_verified": entry.last_verified,
        "conflict": entry.conflict,
        "notes": entry.notes,
        "sources": list(entry.sources),
    }


def _parts(entry: Entry) -> Iterator[RenderableType]:
    yield Text.assemble((entry.id, "bold"), "  ", (entry.title, "bold"))
    dates = " to ".join(filter(None, (entry.first_seen, entry.last_verified)))
    seen = f"; sources dated {dates}" if dates else ""
    yield Text(
        f"{entry.target}: {', '.join(entry.eras)}; {entry.confidence} ({entry.kind}){seen}",
        style="dim",
    )
    said = (
        ("Why", entry.why),
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
