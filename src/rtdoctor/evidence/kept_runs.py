"""The journals that earlier checks left in the state folder, and their short names."""

from __future__ import annotations

import re
from pathlib import Path

from rtdoctor.errors import UsageError
from rtdoctor.evidence.journal import runs_folder

_SHORT_NAME = re.compile(r"last(?:~([0-9]{1,6}))?")


def kept_runs() -> list[Path]:
    """The journals of this user's own state folder, the newest first."""
    try:
        found = [path for path in runs_folder().glob("*.ndjson") if path.is_file()]
    except OSError:
        return []
    # the name begins with the time of the start
    return sorted(found, key=lambda path: path.name, reverse=True)


def run_file(text: str) -> Path:
    """The file that a run is read from: ``last`` is the newest journal, ``last~1`` the one before.

    A file of that name comes first. Raises ``UsageError`` where no such run is kept.
    """
    short = _SHORT_NAME.fullmatch(text)
    if short is None or Path(text).exists():
        return Path(text)
    back, kept = int(short[1] or 0), kept_runs()
    if back < len(kept):
        return kept[back]
    if not kept:
        raise UsageError(
            f"{text}: no run is kept yet in {runs_folder()}",
            hint="rtdoctor check keeps one: rtdoctor check --sandbox",
        )
    raise UsageError(
        f"{text}: only {len(kept)} {'run is' if len(kept) == 1 else 'runs are'} kept",
        hint="See them: rtdoctor runs",
    )
