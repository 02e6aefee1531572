"""What was read out of somebody's thing, for the terminal, before anything is sent."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console

from rtdoctor.report.terminal.screen import Screen
from rtdoctor.subjects.reading import Reading, ReadPlace

_WIDEST_PLACE, _WIDEST_VALUE, _MOST_PLACES = 44, 48, 60


def print_reading(reading: Reading, console: Console) -> None:
    """Places, values and where each was read; values that were inferred are marked.

    The reading is clean: secrets are masked and nothing in it acts on a terminal.
    """
    screen = Screen(console)
    screen.line(("What I read", "bold"), f": {reading.kind}")
    shown = reading.places[:_MOST_PLACES]
    width = min(_WIDEST_PLACE, max((len(p.place) for p in shown), default=0))
    for origin, places in groupby(shown, key=lambda p: (p.origin, p.inferred)):
        where, inferred = origin
        screen.line(("inferred: " if inferred else "", "yellow"), (where, "dim"), indent=1)
        for place in places:
            name, value = _row(place, width)
            if screen.fits(name + value, 1, indent=3):
                screen.line(name, value, indent=3)
            else:
                screen.line(name, indent=3)
                screen.line(value, indent=7)
    if len(reading.places) > len(shown):
        screen.line(f"and {len(reading.places) - len(shown)} more", indent=3)
    for note in reading.notes:
        screen.line(f"- {note}", indent=1)
    for missing in reading.not_said:
        screen.line(("- not known: ", "yellow"), missing, indent=1)
    screen.blank()
    screen.show()


def _row(place: ReadPlace, width: int) -> tuple[str, str]:
    value = " ".join(place.value.split())
    if len(value) > _WIDEST_VALUE:
        value = f"{value[: _WIDEST_VALUE - 1]}…"
    return f"{_cut(place.place).ljust(width)}  ", value


def _cut(place: str) -> str:
    """The place, or its beginning and its end: the last name of a path says most."""
    if len(place) <= _WIDEST_PLACE:
        return place
    return f"{place[:12]}…{place[13 - _WIDEST_PLACE :]}"
