"""The journal of a run: a new one where the task says, or the one that is gone on with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from rtdoctor.check.task import JournalPlace, Replay, Resume, Task
from rtdoctor.domain.run import RunHeader
from rtdoctor.errors import UsageError
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.evidence.kept_runs import default_journal_path
from rtdoctor.secrets.redactor import Redactor

Complain = Callable[[str], None]


def open_journal(
    task: Task, header: RunHeader, redactor: Redactor, complain: Complain
) -> JournalWriter | None:
    """The journal for a task; ``None`` when none is to be kept. Raises ``UsageError``."""
    match task:
        case Resume():
            return JournalWriter.resume(task.journal, redactor, on_problem=complain)
        case Replay():
            return None
        case _:
            return _new_journal(task.journal, header, redactor, complain)


def _new_journal(
    place: JournalPlace, header: RunHeader, redactor: Redactor, complain: Complain
) -> JournalWriter | None:
    if place is None:
        return None
    if isinstance(place, Path):
        return JournalWriter(place, header, redactor, on_problem=complain)
    path = default_journal_path(header.run_id)
    try:
        return JournalWriter(path, header, redactor, on_problem=complain)
    except UsageError as error:
        # a home that cannot be written to, as in many containers, is no reason not to check
        # mkdtemp makes a folder that only this user can read.
        elsewhere = Path(tempfile.mkdtemp(prefix="rtdoctor-"), path.name)
        complain(f"{error.message}; it is kept at {elsewhere}")
        return JournalWriter(elsewhere, header, redactor, on_problem=complain)
