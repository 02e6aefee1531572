"""One check on the command line: progress, signals, report, exit code."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.full_check import Finished, run_check
from rtdoctor.check.task import Task
from rtdoctor.check.watcher import Watcher
from rtdoctor.cli.outputs import Outputs, write
from rtdoctor.cli.shown_run import show
from rtdoctor.cli.stop_signals import stop_on_signals
from rtdoctor.domain.run import Observation, Run, RunHeader, TargetInfo
from rtdoctor.domain.secret import Secret
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.limits import Limits
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import OPENAI_BASE_URL
from rtdoctor.wording.command_line import command_line
from rtdoctor.wording.outcomes import plural


class AfterReport(Protocol):
    """What is done with a check when it was reported."""

    def __call__(self, finished: Finished, *, redactor: Redactor) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How a command carries out a check, whatever the check is about.

    ``secrets`` are those of the subject, which no output may hold.
    """

    catalogue: Catalogue
    limits: Limits | None = None
    keep_addresses: bool = False
    quiet: bool = False
    secrets: tuple[Secret, ...] = ()


def check_and_report(
    task: Task, circumstances: Circumstances, outputs: Outputs, then: AfterReport | None = None
) -> int:
    """Probe, print, write; returns the exit code. ``then`` is called when all was reported."""
    redactor = knowing_redactor(os.environ, keep_addresses=circumstances.keep_addresses)
    for secret in circumstances.secrets:
        # Before anything is read or printed, since a redactor cleans only what comes after.
        redactor.add(secret)
    finished = check_quietly(task, circumstances, redactor)
    run, diagnosis = finished.run, finished.diagnosis
    with fit_to_be_shown(redactor):
        try:
            write(outputs, run, diagnosis, redactor)
        finally:  # a file that cannot be written keeps nobody from seeing what was found
            show(run, diagnosis, redactor, to_stderr=outputs.takes_stdout)
            if run.finished == "interrupted":
                _say_interrupted(run, finished.journal)
        if then is not None:
            then(finished, redactor=redactor)
    return finished.exit_code


def check_quietly(task: Task, circumstances: Circumstances, redactor: Redactor) -> Finished:
    """The check itself, with progress and signals, without a report."""
    stop = asyncio.Event()
    with ExitStack() as stack:
        return asyncio.run(
            run_check(
                task,
                limits=circumstances.limits,
                catalogue=circumstances.catalogue,
                redactor=redactor,
                watcher=_Terminal(stack, stop, quiet=circumstances.quiet),
                stop=stop,
            )
        )


class _Terminal(Watcher):
    """Progress on standard error, and signals that end the run in good order."""

    def __init__(self, stack: ExitStack, stop: asyncio.Event, *, quiet: bool) -> None:
        self._stack = stack
        self._stop = stop
        self._quiet = quiet

    def begins(self, header: RunHeader, target: TargetInfo) -> None:
        from rtdoctor.cli.live_progress import LiveProgress

        # what was imported stays: the collector need not look at it during the probes
        gc.freeze()
        count = header.planned
        survey = header.subject is None
        what = f"{plural(count, 'probe')} against" if survey else "Diagnosing a setup at"
        progress = LiveProgress(count, f"{what} {target.describe()}", quiet=self._quiet)
        self._progress = self._stack.enter_context(progress)
        # Only now: before the first probe there is nothing to hang up, and Ctrl-C may end the
        # process.
        stop_on_signals(self._stop.set)

    def observed(self, observation: Observation) -> None:
        self._progress(observation)

    def journal_problem(self, problem: str) -> None:
        click.echo(problem, err=True)


def _say_interrupted(run: Run, journal: Path | None) -> None:
    """The way on, as the last thing on the screen: the report above may be long."""
    seen = plural(len(run.observations), "probe")
    if journal is None:
        on = f"No journal was kept; to begin again: {run.header.command}"
    else:
        go_on = command_line(["rtdoctor", "check", "--resume", str(journal), *_service(run)])
        on = f"To go on: {go_on}"
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.flush()
        click.echo(f"Interrupted after {seen}; what they saw is reported.\n{on}", err=True)


def _service(run: Run) -> list[str]:
    """The option that names the service again, without which no journal sends a key there."""
    target = run.header.target
    if target.era is not None or target.base_url == OPENAI_BASE_URL:
        return []
    return ["--base-url", target.base_url]
