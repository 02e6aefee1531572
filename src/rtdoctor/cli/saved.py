"""A saved run as commands read it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from rtdoctor.domain.run import Run
from rtdoctor.secrets.redactor import Redactor


class RunFile(click.Path):
    """A file that holds a run, or ``last`` and ``last~1`` for the runs that were kept."""

    name = "run"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        from rtdoctor.evidence.kept_runs import run_file

        return run_file(os.fspath(value))


def read_saved(*files: Path) -> tuple[Redactor, list[Run]]:
    """The runs in these files, and the redactor they went through.

    What a stranger saved may hold what our rules would have masked. Raises ``EvidenceError``.
    """
    from rtdoctor.evidence.load import load_run
    from rtdoctor.secrets.environment import knowing_redactor

    redactor = knowing_redactor(os.environ, keep_addresses=True)
    return redactor, [redactor.clean(load_run(file)[0]) for file in files]
