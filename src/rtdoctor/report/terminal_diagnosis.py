"""A diagnosis for the terminal: verdict, what to change, cause with its witness pairs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from rtdoctor.domain.finding import Cause, Diagnosis, Repair, Verdict, Witness
from rtdoctor.domain.outcome import LocalCode
from rtdoctor.domain.run import Observation, Run
from rtdoctor.domain.setup import Setup
from rtdoctor.report import setup_text
from rtdoctor.report.terminal import describe_error, line, print_cost, print_heading
from rtdoctor.report.terminal_refusals import print_no_evidence, print_refusals
from rtdoctor.report.terminal_words import plural

_STYLES = {
    Verdict.WORKS: "bold green",
    Verdict.SURVEYED: "bold",
    Verdict.EXPLAINED: "bold red",
    Verdict.REPRODUCED: "bold red",
    Verdict.CANNOT_TEST: "bold yellow",
    Verdict.INCONCLUSIVE: "bold yellow",
}
_PROBES = "Each #n is a probe: rtdoctor show RUN n, where RUN is the journal or a --json file."
_PARTIAL = "To go on where this run ended: rtdoctor check --resume JOURNAL"


def print_diagnosis(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """The diagnosis of one setup, from the verdict down to what it does not prove."""
    print_heading(run, console)
    console.print()
    line(console, (diagnosis.sentence, _STYLES[diagnosis.verdict]))
    _repairs(run.header.subject, diagnosis.repairs, console)
    for number, cause in enumerate(diagnosis.causes, 1):
        _cause(number, cause, console)
    _residue(run, diagnosis, console)
    console.print()
    _ending(run, console)


def print_findings(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """Below a survey's matrix: every refusal and what the refused share; the verdict last."""
    print_refusals(run, diagnosis.patterns, console)
    print_no_evidence(run, console)
    _residue(run, diagnosis, console)
    console.print()
    line(console, (diagnosis.sentence, _STYLES[diagnosis.verdict]))
    if diagnosis.verdict in (Verdict.SURVEYED, Verdict.REPRODUCED):
        line(console, ("To find out why one setup fails: rtdoctor check --setup FILE", "dim"))
    _ending(run, console)


def _ending(run: Run, console: Console) -> None:
    if run.finished not in ("complete", "budget"):
        line(console, (f"The run is partial: {run.finished}. {_PARTIAL}", "bold yellow"))
    missing = [o for o in run.observations if _not_recorded(o)]
    if missing:
        said = f"The recording lacks what {plural(len(missing), 'probe')} asked for, so nothing is "
        again = "known of it. Make it again: rtdoctor check --record DIR"
        line(console, (said + again, "bold yellow"))
    line(console, (_PROBES, "dim"))
    print_cost(run, console)


def _not_recorded(observation: Observation) -> bool:
    signature = observation.outcome.signature
    return signature is not None and signature.code == LocalCode.NOT_RECORDED


def _title(text: str, console: Console) -> None:
    console.print()
    line(console, (text, "bold"))


def _cause(number: int, cause: Cause, console: Console) -> None:
    hidden = ""
    if cause.hidden_behind:
        behind = " and ".join(str(i + 1) for i in cause.hidden_behind)
        hidden = f", hidden behind {behind} until that is repaired"
    levels = " with ".join(f"{b.factor}={b.level}" for b in cause.levels)
    _title(f"Cause {number}{hidden}", console)
    line(console, (levels, "red"), indent=2)
    answer = f"{cause.signature.stage}: {describe_error(cause.signature)}"
    line(console, ("answer ", "dim"), answer, indent=2)
    for witness in cause.witnesses:
        line(console, *_witness(witness), indent=2)
    line(
        console,
        ("seen ", "dim"),
        f"{cause.contexts_failed} of {plural(cause.contexts_tried, 'setup')} tried with this "
        f"failed; {cause.contexts_possible} possible",
        indent=2,
    )
    if cause.knowledge:
        known = f"as {cause.knowledge[0]}: rtdoctor knowledge show {cause.knowledge[0]}"
        line(console, ("known ", "dim"), known, indent=2)


def _witness(witness: Witness) -> list[str | tuple[str, str]]:
    word = "necessary" if witness.repeated else "probably necessary (seen once)"
    return [
        ("proof ", "dim"),
        f"{' with '.join(witness.factors)} is {word}: ",
        f"{witness.failing} fails, {witness.passing} passes with only that changed",
    ]


def _repairs(subject: Setup | None, repairs: Sequence[Repair], console: Console) -> None:
    """The first change as the requests to send, every other as the levels that differ."""
    if repairs:
        _title("Changes that work, each probed", console)
    for number, repair in enumerate(repairs, 1):
        label = " (LEAKS THE KEY)" if repair.leaks_key else ""
        passed = f"{number}. passed in {', '.join(repair.probes)}"
        line(console, f"{passed}, edit cost {repair.cost}{label}", indent=2)
        for change in repair.changes:
            line(console, (f"- {change.factor}={change.old}", "red"), indent=5)
            line(console, (f"+ {change.factor}={change.new}", "green"), indent=5)
        for note in repair.notes:
            line(console, (note, "yellow"), indent=5)
        if number == 1 and subject is not None:
            line(console, ("That is, in the requests:", "dim"), indent=5)
            _requests(subject, repair.setup, console)


def _requests(old: Setup, new: Setup, console: Console) -> None:
    """The changed requests whole, so that they can be compared with one's own code."""
    styles = {"-": "red", "+": "green"}
    for text in setup_text.diff(old, new):
        if text.endswith(": as it is") or not text:
            continue
        line(console, (text, styles.get(text[0], "dim")), indent=5)


def _residue(run: Run, diagnosis: Diagnosis, console: Console) -> None:
    """Ruled out, unresolved, pending, likely, facts, drift, and the limits of it all."""
    stale = "This entry may be stale; attach this report."
    if run.header.target.is_sandbox:
        stale = "The sandbox may differ from the service here."
    groups: list[tuple[str, list[str]]] = [
        ("Facts", [f"{f.kind}: {f.text}{_in(f.probes)}" for f in diagnosis.facts]),
        ("Ruled out", [f"{r.factor}: {r.why}{_in(r.probes)}" for r in diagnosis.ruled_out]),
        ("Unresolved", [f"{u.factor}: {u.why}" for u in diagnosis.unresolved]),
        ("Likely, not probed", [f"{x.text} ({x.knowledge})" for x in diagnosis.likely]),
        (
            "Drift: knowledge that a probe contradicts",
            [f"{d.text} (probe {d.probe}). {stale}" for d in diagnosis.drift],
        ),
        ("Rests on", list(diagnosis.assumptions)),
        ("Does not prove", list(diagnosis.does_not_prove)),
    ]
    if diagnosis.pending:
        groups.insert(3, ("Pending", [f"{diagnosis.pending} two-level interactions untested"]))
    for title, lines in groups:
        if lines:
            _title(title, console)
        for text in lines:
            line(console, text, indent=2)


def _in(probes: tuple[str, ...]) -> str:
    if not probes:
        return ""
    more = f" and {len(probes) - 6} more" if len(probes) > 6 else ""
    return f" ({' '.join(probes[:6])}{more})"
