"""What to change, for the terminal: the repairs, and the changes that were tried in vain."""

from __future__ import annotations

from rtdoctor.domain.finding import Diagnosis, Repair
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels
from rtdoctor.wording import outcomes as words
from rtdoctor.wording import requests as setup_text
from rtdoctor.wording.outcomes import plural

_TRIED = 3
_STYLES = {"-": "red", "+": "green"}


def print_repairs(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """The first change with the requests to send, every other with what differs."""
    subject = run.header.subject
    if subject is None or not diagnosis.repairs:
        return
    screen.title("Changes that work, each probed")
    for number, repair in enumerate(diagnosis.repairs, 1):
        _print_repair(number, repair, subject, screen)
        if number == 1:
            _print_requests(subject, repair.setup, screen)
    screen.line((finding_text.AS_CODE, "dim"), indent=2)


def _print_repair(number: int, repair: Repair, subject: Setup, screen: Screen) -> None:
    leaks = " (LEAKS THE KEY)" if repair.leaks_key else ""
    passed = f"{number}. passed in {words.ids(repair.probes)}, edit cost {repair.cost}"
    screen.line(f"{passed}{leaks}", indent=2)
    for change in repair.changes:
        old, new = levels.sides(change, subject, repair.setup)
        name = levels.factor_name(change.factor)
        places = levels.places_moved(change, subject, repair.setup)
        if places is not None:
            screen.line(f"{name}: ", (places, "green"), indent=5)
            continue
        if screen.fits(f"{name}: {old} → {new}", 1, indent=5):
            screen.line(f"{name}: ", (old, "red"), " → ", (new, "green"), indent=5)
            continue
        screen.line(f"{name}:", indent=5)
        screen.single((f"- {old}", "red"), indent=7)
        screen.single((f"+ {new}", "green"), indent=7)
    for note in words.repair_warnings(repair):
        screen.line((note, "yellow"), indent=5)


def _print_requests(old: Setup, new: Setup, screen: Screen) -> None:
    """The changed requests, so that they can be compared with one's own code.

    Lines to change are whole; a line that stays takes one line of the screen at most.
    """
    lines = setup_text.diff(old, new)
    if any(text.startswith(("-", "+")) for text in lines):  # none where an offer only gets shorter
        screen.line(("That is, in the requests:", "dim"), indent=5)
    for text in lines:
        if text.endswith(": as it is") or not text:
            continue
        style = _STYLES.get(text[0])
        if style is None:
            screen.single((text, "dim"), indent=5)
        else:
            screen.line((text, style), indent=5)


def print_tried(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """The smaller changes that were probed: the smallest with the answer that came, the number
    of the others."""
    if diagnosis.tried:
        screen.title(finding_text.TRIED)
    for found in diagnosis.tried[:_TRIED]:
        screen.line(finding_text.tried(found, run), (f" ({found.probe})", "dim"), indent=2)
    more = len(diagnosis.tried) - _TRIED
    if more > 0:
        screen.line((f"and {plural(more, 'larger change')}, refused as well", "dim"), indent=2)
