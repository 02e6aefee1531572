"""An explanation for the terminal: what matches, why, what to do, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from rtdoctor.explain.advice import cannot_tell
from rtdoctor.explain.explanation import Explanation, Match

_STYLES = {"strong": "bold red", "likely": "bold yellow", "possible": "bold"}


Place = Callable[[int], str]


def _of_one_text(line: int) -> str:
    return f"line {line}"


def explanation_parts(result: Explanation, place: Place = _of_one_text) -> Iterator[RenderableType]:
    """The explanation from the best match down, one paragraph a part.

    ``place`` names a line of the text, for a text that was put together of several files.
    """
    yield from _errors(result, place)
    if not result.matches:
        yield from _bodies(result, place)
        yield from _retirements(result, place)
        if not (result.errors or result.bodies):
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
        yield _match(number, match, place)
    yield from _bodies(result, place)
    yield from _retirements(result, place)
    yield from _list("What the text cannot tell:", cannot_tell(result))
    yield Text("Next:", style="bold")


def _bodies(result: Explanation, place: Place) -> Iterator[RenderableType]:
    """What the published schema says of the bodies that stand in the text."""
    if not result.bodies:
        return
    yield Text("By OpenAI's published schema, of what the text sends:", style="bold")
    for body in result.bodies:
        for said in body.faults:
            yield _Indented(Text.assemble((f"{place(body.line)}: ", "dim"), said), 3, "- ")
    yield Text()


def _retirements(result: Explanation, place: Place) -> Iterator[RenderableType]:
    """The models in use that the service gives up, which need not be the fault."""
    if not result.retirements:
        return
    yield Text("What the service gives up:", style="bold")
    for ending in result.retirements:
        yield _Indented(Text.assemble((f"{place(ending.line)}: ", "dim"), ending.said), 3, "- ")
    yield Text()


def _errors(result: Explanation, place: Place) -> Iterator[RenderableType]:
    """What no entry knows, read out; the schema says where its parameter belongs."""
    if not result.errors:
        return
    yield Text("Read in the text; no recorded cause is known for it:", style="bold")
    for error in result.errors:
        yield _Indented(Text.assemble((f"{place(error.line)}: ", "dim"), error.said), 3)
        if error.place:
            yield _Indented(Text.assemble(("Place: ", "bold"), error.place), 5)
    yield Text()


def _match(number: int, match: Match, place: Place) -> RenderableType:
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
        where = (f"{place(e.line)}: ", "dim")
        lines.append(_Indented(Text.assemble(where, (e.quote, "cyan")), 5))
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
