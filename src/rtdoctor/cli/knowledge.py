"""``rtdoctor knowledge``: the entries that explanations rest on, with dates and sources."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from rtdoctor.domain.era import Era
from rtdoctor.errors import ExitCode
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.knowledge.entry import Entry
from rtdoctor.report.terminal.knowledge import entry_parts


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
    for part in entry_parts(entry):
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
        "since": entry.since,
        "dies": entry.dies,
        "symptoms": list(entry.symptoms),
        "first_seen": entry.first_seen,
        "last_verified": entry.last_verified,
        "conflict": entry.conflict,
        "notes": entry.notes,
        "sources": list(entry.sources),
    }
