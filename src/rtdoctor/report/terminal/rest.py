"""Below the proof, for the terminal: what is left open, what all of it rests on, what it cost."""

from __future__ import annotations

from rtdoctor.domain.finding import Diagnosis, Lint
from rtdoctor.domain.outcome import LocalCode
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.view.selection import is_inferred
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.outcomes import plural

_PROBES = "Each #n is a probe: rtdoctor show RUN n, where RUN is last, a journal or a --json file."
_REPLAYED = (
    "Played back from a recording, without a network: the HTTP exchanges, and the later "
    "stages as they were recorded."
)


def print_rest(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """Facts, ruled out, unresolved, pending, likely, drift, and the limits of it all."""
    stale = "This entry may be stale; attach this report."
    if run.header.target.is_sandbox:
        stale = "The sandbox may differ from the service here."
    unresolved = [f"{levels.factor_name(u.factor)}: {u.why}" for u in diagnosis.unresolved]
    groups: list[tuple[str, list[str]]] = [
        ("Facts", [f"{f.kind}: {f.text}{_in(f.probes)}" for f in diagnosis.facts]),
        (
            "Ruled out",
            [f"{finding_text.ruled_out(r, run)}{_in(r.probes)}" for r in diagnosis.ruled_out],
        ),
        ("Unresolved", unresolved),
        ("Pending", [words.pending(diagnosis.pending)] if diagnosis.pending else []),
        ("Likely, not probed", [_lint(found) for found in diagnosis.likely]),
        (
            "Drift: knowledge that a probe contradicts",
            [f"{d.text} (probe {d.probe}). {stale}" for d in diagnosis.drift],
        ),
        ("Rests on", [*diagnosis.assumptions, *_basis(run)]),
        ("Does not prove", list(diagnosis.does_not_prove)),
    ]
    for title, lines in groups:
        if lines:
            screen.title(title)
        for text in lines:
            screen.line(text, indent=2)


def _lint(found: Lint) -> str:
    return f"{found.text} ({found.knowledge})" if found.knowledge else found.text


def _in(probes: tuple[str, ...]) -> str:
    return f" ({words.ids(probes)})" if probes else ""


def _basis(run: Run) -> list[str]:
    """What stands behind the answers themselves, where it is not a service's own word."""
    said = [_REPLAYED] if any(o.replayed for o in run.observations) else []
    if run.header.target.is_sandbox and any(o.rules for o in run.observations):
        guessed = sum(map(is_inferred, run.observations))
        if guessed:
            of = f"{guessed} of {plural(len(run.observations), 'probe')}"
            said.append(
                "The sandbox's answers follow recorded facts where there are any; "
                f"in {of} the deciding answer is inferred."
            )
        else:
            said.append("The sandbox's answers that decide here follow recorded facts.")
    return said


def print_cost(run: Run, screen: Screen) -> None:
    """The service in full, what a recording lacks, how to read ``#n``, and the ledger."""
    screen.line((f"Probed {run.header.target.describe()}", "dim"))
    missing = [o for o in run.observations if _not_recorded(o)]
    if missing:
        said = f"The recording lacks what {plural(len(missing), 'probe')} asked for, so nothing is "
        again = "known of it. Make it again: rtdoctor check --record DIR"
        screen.line((said + again, "bold yellow"))
    screen.line((_PROBES, "dim"))
    ledger = run.ledger
    probes = [
        plural(ledger.probed, "probe"),
        f"{ledger.implied} implied" if ledger.implied else "",
        f"{ledger.skipped} not run" if ledger.skipped else "",
    ]
    spent = [
        f"{plural(ledger.tokens_minted, 'token')} minted",
        f"{plural(ledger.sessions_opened, 'session')} opened",
        f"{ledger.sessions_hung_up} hung up",
    ]
    text = f"{', '.join(filter(None, probes))}; {', '.join(spent)}; {ledger.wall_ms / 1000:.1f} s"
    screen.line((text, "dim"))


def _not_recorded(observation: Observation) -> bool:
    signature = observation.outcome.signature
    return signature is not None and signature.code == LocalCode.NOT_RECORDED
