"""``rtdoctor explain``: what an error, a log or a piece of code points to, without any probe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import indent

import click
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from rtdoctor.cli.pasted import read_source
from rtdoctor.errors import ExitCode
from rtdoctor.explain.advice import cannot_tell, next_commands
from rtdoctor.explain.ranking import Explanation, Match, explain_text
from rtdoctor.explain.shown_setup import setup_file

_STYLES = {"strong": "bold red", "likely": "bold yellow", "possible": "bold"}


@click.command(epilog="Exit codes: 0 something matched, 4 nothing did, 2 nothing to read.")
@click.argument("source", metavar="[TEXT|FILE|-]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the matches as JSON.")
@click.pass_context
def explain(ctx: click.Context, source: tuple[str, ...], as_json: bool) -> None:
    """Rank the known causes that a pasted text points to.

    Give the text itself, a file, or - for standard input: an error body, a browser console, an
    SDK's exception, a log, a piece of code, a whole issue. Nothing is sent anywhere, and keys and
    tokens in the text are not repeated.
    """
    result = explain_text(read_source(source))
    if as_json:
        click.echo(json.dumps(as_data(result), indent=1, ensure_ascii=False))
    else:
        console = Console(highlight=False)
        for part in _parts(result):
            console.print(part)
        for command in next_commands(result):
            console.print(f"   {command}", soft_wrap=True, markup=False)  # to be copied whole
        if result.setup:
            console.print("setup.yaml, as far as the text shows it:", style="bold")
            console.print(indent(setup_file(result.setup), "   "), markup=False)
    ctx.exit(ExitCode.WORKS if result.matches else ExitCode.INCONCLUSIVE)


def as_data(result: Explanation) -> dict[str, object]:
    """The JSON of ``--json``: these fields and no others; ``matches`` is best first."""
    return {"matches": [_match_data(match) for match in result.matches]}


def _match_data(match: Match) -> dict[str, object]:
    entry = match.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "confidence": match.strength.word,
        "why": entry.why,
        "fix": entry.fix.text,
        "evidence": [e.quote for e in match.evidence],
    }


def _parts(result: Explanation) -> Iterator[RenderableType]:
    if not result.matches:
        yield Text("Nothing known matches this text.", style="bold")
        yield from _list("What it cannot tell:", cannot_tell(result))
        yield _Indented(
            Text(
                "If this is from a Realtime call, add what surrounds it: the request's URL, the "
                "status, the body of the answer, the code that sends it."
            ),
            0,
        )
        return
    for number, match in enumerate(result.matches, 1):
        yield _match(number, match)
    yield from _list("What the text cannot tell:", cannot_tell(result))
    yield Text("Next:", style="bold")


def _match(number: int, match: Match) -> RenderableType:
    entry, word = match.entry, match.strength.word
    lines: list[RenderableType] = [
        Text.assemble(f"{number}. ", (entry.title, "bold")),
        _Indented(Text.assemble((word, _STYLES[word]), f"  {entry.id}"), 3),
    ]
    for label, text in (("Why", entry.why), ("Fix", entry.fix.text)):
        lines.append(_Indented(Text.assemble((f"{label}: ", "bold"), text), 3))
    says = ""
    for e in match.evidence[:4]:
        if e.says != says:
            says = e.says
            lines.append(_Indented(Text.assemble(("Seen: ", "bold"), says), 3))
        lines.append(_Indented(Text.assemble((f"line {e.line}: ", "dim"), (e.quote, "cyan")), 5))
    return Group(*lines, Text())


class _Indented:
    """A text wrapped behind a margin, whose first line has a mark in it; no blanks at line ends."""

    def __init__(self, text: Text, by: int, mark: str = "") -> None:
        self.text, self.by, self.mark = text, by, mark

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        margin = self.mark.rjust(self.by)
        for line in self.text.wrap(console, max(20, options.max_width - self.by)):
            line.rstrip()
            yield Text(margin) + line
            margin = " " * self.by


def _list(title: str, items: tuple[str, ...]) -> Iterator[RenderableType]:
    if items:
        yield Text(title, style="bold")
        for item in items:
            yield _Indented(Text(item), 3, "- ")
