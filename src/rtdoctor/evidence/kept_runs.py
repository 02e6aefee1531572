"""Where journals are kept, and the short names of those that earlier checks left there."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from rtdoctor.errors import UsageError

_SHORT_NAME = re.compile(r"last(?:~([0-9]{1,6}))?")


def runs_folder() -> Path:
    """``<state>/rtdoctor/runs``, where journals are kept.

    The state folder is ``$XDG_STATE_HOME``, else ``%LOCALAPPDATA%`` (which Windows sets), else
    ``~/.local/state``.
    """
    named = (Path(os.environ.get(name, "")) for name in ("XDG_STATE_HOME", "LOCALAPPDATA"))
    base = next((p for p in named if p.is_absolute()), None) or Path.home() / ".local" / "state"
    return base / "rtdoctor" / "runs"


def default_journal_path(run_id: str, now: datetime | None = None) -> Path:
    """``<UTC time>-<short id>.ndjson`` in the folder of the runs."""
    time = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    short = re.sub(r"[^A-Za-z0-9]", "", run_id)[:8] or "run"
    return runs_folder() / f"{time}-{short}.ndjson"


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
