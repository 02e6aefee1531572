"""A survey's refusals for the terminal: each error once, who got it, and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rtdoctor.domain.finding import Pattern
from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.view import matrix as grid
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels
from rtdoctor.wording.outcomes import describe_error, plural

_SHARED = (
    "A counter-example is a probe with the same levels that got so far and was answered otherwise."
)


def print_refusals(run: Run, patterns: Iterable[Pattern], screen: Screen) -> None:
    """Every error as it came, the 400s first, with the probes that got it."""
    groups: dict[Signature, list[Observation]] = {}
    for observation in run.observations:
        signature = observation.outcome.signature
        if observation.outcome.is_fail and signature is not None:
            groups.setdefault(signature, []).append(observation)
    shared: dict[Signature, list[Pattern]] = {}
    for pattern in patterns:
        shared.setdefault(pattern.signature, []).append(pattern)
    if groups or shared:
        screen.title("Refused, with the exact error")
    if shared:
        screen.line((_SHARED, "dim"))
    implied = implied_counts(run.observations)
    cells = sum(o.outcome.is_evidence or o.outcome.because_of is not None for o in run.observations)
    everything = dict.fromkeys([*groups, *shared])
    for signature in sorted(everything, key=lambda s: (s.status != 400, s.status or 999)):
        screen.line((f"{signature.stage.value} ", "dim"), (describe_error(signature), "red"))
        who = groups.get(signature) or [
            run.probe(probe) for pattern in shared[signature] for probe in pattern.failing
        ]
        for observation in who:
            _who(observation, implied, screen)
        alike = shared.get(signature, ())
        for pattern in alike:
            _pattern(pattern, run, screen, cells, alone=len(alike) == 1)


def _who(observation: Observation, implied: Mapping[str, int], screen: Screen) -> None:
    row, column = grid.row_of(observation.setup), grid.column_of(observation.setup)
    more = implied.get(observation.probe)
    tail = f" (and {plural(more, 'more call')} with this mint)" if more else ""
    said = f"{observation.probe} {row.label} → {column.auth} → {column.label}{tail}"
    screen.line(said, indent=2)


def _pattern(pattern: Pattern, run: Run, screen: Screen, cells: int, *, alone: bool) -> None:
    """What the failing cells share. ``alone``: no other pattern has this error."""
    shared = finding_text.levels_text(pattern.levels, run, pattern.failing)
    count = len(pattern.failing)
    who = f"all {count} failing cells contain " if alone else f"{count} failing cells contain "
    if count == 1:
        who = "this failing cell contains " if alone else "1 failing cell contains "
    screen.line(who, (shared, "red"), f"; 0 counter-examples in {plural(cells, 'cell')}", indent=4)
    for witness in pattern.passing_neighbours:
        changed = levels.factor_names(witness.factors)
        said = f"{witness.passing} passes, with only {changed} changed from {witness.failing}"
        screen.line((said, "dim"), indent=4)


def implied_counts(observations: Iterable[Observation]) -> Mapping[str, int]:
    """How many probes each probe made unnecessary."""
    counts: dict[str, int] = {}
    for observation in observations:
        because = observation.outcome.because_of
        if because is not None:
            counts[because] = counts.get(because, 0) + 1
    return counts


def print_no_evidence(run: Run, screen: Screen) -> None:
    """The probes that say nothing about a setup, by what happened to them."""
    groups: dict[str, list[str]] = {}
    for observation in run.observations:
        outcome = observation.outcome
        if outcome.kind is OutcomeKind.TRANSIENT or _is_plain_skip(outcome):
            said = outcome.signature.describe() if outcome.signature else outcome.reason
            groups.setdefault(said, []).append(observation.probe)
    if not groups:
        return
    screen.title("No evidence")
    for said, ids in groups.items():
        screen.line((f"{said}: {_probes(ids)}", "yellow"), indent=2)


def _is_plain_skip(outcome: Outcome) -> bool:
    return outcome.kind is OutcomeKind.SKIPPED and outcome.because_of is None


def _probes(ids: Sequence[str]) -> str:
    shown = " ".join(ids[:12])
    return shown if len(ids) <= 12 else f"{shown} and {len(ids) - 12} more"
