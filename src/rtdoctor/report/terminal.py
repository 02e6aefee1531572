"""A run for the terminal: what was probed, its matrix, how errors are written, what it cost."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Run
from rtdoctor.report.selection import is_inferred
from rtdoctor.report.terminal_matrix import matrix
from rtdoctor.report.terminal_words import plural


def print_survey(run: Run, console: Console) -> None:
    """What was probed, the matrix and its legend; ``print_findings`` says the rest."""
    print_heading(run, console)
    console.print()
    console.print(matrix(run, console.width))


def print_heading(run: Run, console: Console) -> None:
    """Which service and era was probed; the sandbox is never taken for the service."""
    target = run.header.target
    line(console, "Probed ", (target.describe(), "bold"))
    if target.is_sandbox:
        guessed = sum(map(is_inferred, run.observations))
        if guessed:
            of = f"{guessed} of {plural(len(run.observations), 'probe')}"
            said = (
                "Its answers follow recorded facts where there are any; "
                f"in {of} the deciding answer is inferred."
            )
        else:
            said = "The answers that decide here follow recorded facts."
        if any(o.rules for o in run.observations):
            line(console, (said, "dim"))
    if any(o.replayed for o in run.observations):
        replayed = (
            "Played back from a recording, without a network: the HTTP exchanges, and the later "
            "stages as they were recorded."
        )
        line(console, (replayed, "bold"))
    if run.finished != "complete":
        line(console, (f"The run is partial: {run.finished}.", "bold yellow"))


def line(console: Console, *parts: str | tuple[str, str], indent: int = 0) -> None:
    """One paragraph, wrapped below its own indent, without spaces at line ends."""
    text = Text.assemble(*parts)
    for wrapped in text.wrap(console, max(20, console.width - indent)):
        wrapped.rstrip()
        shown = Text(" " * indent) + wrapped if wrapped else wrapped
        console.print(shown, no_wrap=True, crop=False)


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


def print_cost(run: Run, console: Console) -> None:
    """The ledger in one line."""
    ledger = run.ledger
    said = [
        plural(ledger.probed, "probe"),
        f"{ledger.implied} implied" if ledger.implied else "",
        f"{ledger.skipped} not run" if ledger.skipped else "",
    ]
    spent = [
        f"{plural(ledger.tokens_minted, 'token')} minted",
        f"{plural(ledger.sessions_opened, 'session')} opened",
        f"{ledger.sessions_hung_up} hung up",
    ]
    text = f"{', '.join(filter(None, said))}; {', '.join(spent)}; {ledger.wall_ms / 1000:.1f} s"
    line(console, (text, "dim"))
