"""The time that a text speaks of, and whether what ends on a day has ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rtdoctor.domain.era import Era

# Not the dates in names, such as gpt-4o-2024-12-17 and api-version=2025-04-01-preview.
_DATE = re.compile(r"(?<![\w=-])(20[2-9]\d)-(\d\d)-(\d\d)(?!-?preview)")
_ERA_STARTS = (
    ("2026-07-31", Era.SINGLE_USE),
    ("2026-05-12", Era.GA_ONLY),
    ("2025-08-28", Era.COEXIST),
    ("2024-10-01", Era.BETA),
)


@dataclass(frozen=True, slots=True)
class DayOfText:
    """The latest day that a text names (``""``: none), and today, if the caller told it."""

    day: str
    today: date | None

    @property
    def era(self) -> Era | None:
        """The era of that day; ``None`` where the text names no day."""
        return next((era for start, era in _ERA_STARTS if self.day >= start), None)

    def is_before(self, dies: str) -> bool:
        """Whether today is told and what ends on the day ``dies`` still works."""
        return self.today is not None and self.today < date.fromisoformat(dies)

    def about_end(self, dies: str) -> str:
        """A sentence on the day ``dies``."""
        if self.today is None:
            return f"It ends on {dies}."
        if self.is_before(dies):
            return f"It works until {dies}, so this is a warning and no cause yet."
        return f"It ended on {dies}."


def latest_day(text: str) -> str:
    """The latest date in the text, as ``2026-05-12``; ``""`` when it has none."""
    return max((m.group(0) for m in _DATE.finditer(text)), default="")
