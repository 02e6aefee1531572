"""A diagnosis for the terminal: verdict, smallest change, cause with its witness pairs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rtdoctor.domain.finding import Cause, Diagnosis, Pattern, Repair, Verdict, Witness
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal import cost, describe_error, heading

_STYLES = {
    Verdict.WORKS: "bold green",
    Verdict.SURVEYED: "bold",
    Verdict.EXPLAINED: "bold red",
    Verdict.REPRODUCED: "bold red",
    Verdict.CANNOT_TEST: "bold yellow",
    Verdict.INCONCLUSIVE: "bold yellow",
}


def print_diagnosis(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The diagnosis of one setup, from the verdict down to what it does not prove."""
    console.print(heading(run))
    console.print()
    console.print(Text(diagnosis.sentence, style=_STYLES[diagnosis.verdict]))
    for number, cause in enumerate(diagnosis.causes, 1):
        _cause(number, cause, diagnosis, console)
    _repairs(diagnosis.repairs, console)
    _residue(diagnosis, console)
    console.print()
    console.print(cost(run))


def print_findings(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """What a survey's failures have in common, below its matrix."""
    if diagnosis.patterns:
        _title("What the failures have in common", console)
        for pattern in diagnosis.patterns:
            _pattern(pattern, len(run.observations), console)
    _residue(diagnosis, console)


def _title(text: str, console: Console) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _line(console: Console, *parts: str | tuple[str, str], indent: int = 2) -> None:
    console.print(Padding(Text.assemble(*parts), (0, 0, 0, indent), expand=False))


def _cause(number: int, cause: Cause, diagnosis: Diagnosis, console: Console) -> None:
    hidden = ""
    if cause.hidden_behind:
        behind = " and ".join(str(i + 1) for i in cause.hidden_behind)
        hidden = f", hidden behind {behind} until that is repaired"
    levels = " with ".join(f"{b.factor}={b.level}" for b in cause.levels)
    _title(f"Cause {number}{hidden}", console)
    _line(console, (levels, "red"))
    _line(
        console, ("answer ", "dim"), f"{cause.signature.stage}: {describe_error(cause.signature)}"
    )
    for witness in cause.witnesses:
        _line(console, *_witness(witness))
    _line(
        console,
        ("seen ", "dim"),
        f"failed in {cause.contexts_failed} of {cause.contexts_tried} contexts tried, "
        f"{cause.contexts_possible} possible; 0 counter-examples",
    )
    if cause.knowledge:
        _line(
            console,
            ("known ", "dim"),
            f"as {cause.knowledge[0]}: rtdoctor knowledge show {cause.knowledge[0]}",
        )


def _witness(witness: Witness) -> list[str | tuple[str, str]]:
    word = "necessary" if witness.repeated else "probably necessary (seen once)"
    return [
        ("proof ", "dim"),
        f"{' with '.join(witness.factors)} is {word}: ",
        f"{witness.failing} fails, {witness.passing} passes with only that changed",
    ]


def _repairs(repairs: Iterable[Repair], console: Console) -> None:
    for number, repair in enumerate(repairs, 1):
        if number == 1:
            _title("Changes that work, each probed", console)
        probes = ", ".join(repair.probes)
        label = " (LEAKS THE KEY)" if repair.leaks_key else ""
        _line(console, f"{number}. cost {repair.cost}, passed in {probes}{label}")
        for change in repair.changes:
            _line(console, (f"- {change.factor}={change.old}", "red"), indent=5)
            _line(console, (f"+ {change.factor}={change.new}", "green"), indent=5)
        for note in repair.notes:
            _line(console, (note, "yellow"), indent=5)


def _residue(diagnosis: Diagnosis, console: Console) -> None:
    """Ruled out, unresolved, pending, likely, facts, drift, and the limits of it all."""
    groups: list[tuple[str, list[str]]] = [
        ("Facts", [f"{f.kind}: {f.text}{_in(f.probes)}" for f in diagnosis.facts]),
        ("Ruled out", [f"{r.factor}: {r.why}{_in(r.probes)}" for r in diagnosis.ruled_out]),
        ("Unresolved", [f"{u.factor}: {u.why}" for u in diagnosis.unresolved]),
        ("Likely, not probed", [f"{x.text} ({x.knowledge})" for x in diagnosis.likely]),
        (
            "Drift: knowledge that a probe contradicts",
            [
                f"{d.text} (probe {d.probe}). This entry may be stale; attach this report."
                for d in diagnosis.drift
            ],
        ),
        ("Rests on", list(diagnosis.assumptions)),
        ("Does not prove", list(diagnosis.does_not_prove)),
    ]
    if diagnosis.pending:
        groups.insert(3, ("Pending", [f"{diagnosis.pending} two-level interactions untested"]))
    for title, lines in groups:
        if lines:
            _title(title, console)
            for line in lines:
                _line(console, line)


def _in(probes: tuple[str, ...]) -> str:
    if not probes:
        return ""
    more = f" and {len(probes) - 6} more" if len(probes) > 6 else ""
    return f" ({' '.join(probes[:6])}{more})"


def _pattern(pattern: Pattern, cells: int, console: Console) -> None:
    levels = " with ".join(f"{b.factor}={b.level}" for b in pattern.levels)
    count = len(pattern.failing)
    which = "this failing cell contains" if count == 1 else f"all {count} failing cells contain"
    _line(console, f"{pattern.signature.describe()}")
    _line(
        console,
        f"{which} ",
        (levels, "red"),
        f"; {pattern.counter_examples} counter-examples in {cells} cells",
        indent=4,
    )
    for witness in pattern.passing_neighbours:
        _line(
            console,
            (
                f"{witness.passing} passes, with only {witness.factors[0]} changed from "
                f"{witness.failing}",
                "dim",
            ),
            indent=4,
        )
