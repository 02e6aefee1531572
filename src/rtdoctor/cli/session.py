"""One check from start to exit code: target, journal, recording, probes, report."""

from __future__ import annotations

import asyncio
import gc
import os
import shlex
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.cli.options import read_key
from rtdoctor.cli.outputs import write
from rtdoctor.cli.request import Request
from rtdoctor.cli.saved import diagnosis_of
from rtdoctor.cli.stop_signals import stop_on_signals
from rtdoctor.cli.target import fixed_target, refuse_foreign
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run, RunHeader
from rtdoctor.errors import InternalError, RtdoctorError, UsageError
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import Target
from rtdoctor.wording.printable import printable
from rtdoctor.wording.terminal_words import plural

if TYPE_CHECKING:
    from rtdoctor.diagnose.conversation import Conversation


def run_check(request: Request) -> int:
    """Probe, print, write; returns the exit code."""
    redactor = knowing_redactor(os.environ, keep_addresses=request.keep_addresses)
    with _fit_to_be_shown(redactor):
        # once more with everything that became known during the run
        run, journal = asyncio.run(_probe(request, redactor))
        run = redactor.clean(run)
        diagnosis = diagnosis_of(run, request.catalogue)
        try:
            write(request.outputs, run, diagnosis, redactor, request.record)
        finally:  # a file that cannot be written keeps nobody from seeing what was found
            show(run, diagnosis, redactor, to_stderr=request.outputs.takes_stdout)
            if run.finished == "interrupted":
                _say_interrupted(run, journal)
    from rtdoctor.diagnose.verdict import exit_code

    return exit_code(run, diagnosis)


def probe_all(request: Request) -> Run:
    """Only the probes of a request, without printing or writing a report."""
    redactor = knowing_redactor(os.environ, keep_addresses=request.keep_addresses)
    with _fit_to_be_shown(redactor):
        run, _ = asyncio.run(_probe(request, redactor))
        return run


@contextmanager
def _fit_to_be_shown(redactor: Redactor) -> Iterator[None]:
    """A bug inside the block ends in a trace without secrets: only here is it known which
    ones a run has seen."""
    try:
        yield
    except (RtdoctorError, OSError):
        raise
    except Exception as error:
        ours = _ours(error)
        if ours is not None:
            raise ours from None
        raise InternalError(redactor.clean_text("".join(format_exception(error)))) from None


def _ours(error: BaseException) -> RtdoctorError | None:
    """The error raised on purpose in a group that a task group made of it, if there is one."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_ours, error.exceptions)), None)
    return error if isinstance(error, RtdoctorError) else None


def show(run: Run, diagnosis: Diagnosis, redactor: Redactor, *, to_stderr: bool) -> None:
    """The run and its diagnosis on the terminal, control characters made visible.

    Raises ``RedactionError``, with nothing shown, when a secret is in it.
    """
    from rich.console import Console

    from rtdoctor.report.terminal.run import print_run
    from rtdoctor.secrets.values import Walker

    console = Console(stderr=to_stderr, highlight=False)
    visible = Walker(printable, lambda name, text: printable(text))
    run, diagnosis = visible.rebuild(run), visible.rebuild(diagnosis)
    with console.capture() as captured:
        print_run(run, diagnosis, console)
    text = captured.get()
    redactor.guard(text.encode("utf-8", "replace"))
    (sys.stderr if to_stderr else sys.stdout).write(text)


def _say_interrupted(run: Run, journal: Path | None) -> None:
    """The way on, as the last thing on the screen: the report above may be long."""
    seen = plural(len(run.observations), "probe")
    if journal is None:
        on = f"No journal was kept; to begin again: {run.header.command}"
    else:
        on = f"To go on: rtdoctor check --resume {shlex.quote(str(journal))}"
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.flush()
        click.echo(f"Interrupted after {seen}; what they saw is reported.\n{on}", err=True)


async def _probe(request: Request, redactor: Redactor) -> tuple[Run, Path | None]:
    """The run, and the journal it is kept in."""
    async with AsyncExitStack() as stack:
        sandbox = _start_sandbox(request, stack)
        target = None if sandbox else fixed_target(request)
        # the slow imports overlap with the start of the sandbox
        from rtdoctor.check import open_check, run_header
        from rtdoctor.evidence import cassettes
        from rtdoctor.probe.limits import Limits

        ports: dict[str, Any] = {}
        limits = Limits(
            http_s=request.timeout, ice_s=request.ice_timeout, probes_alive=request.jobs
        )
        if request.replay is not None:
            ports = _recorded_ports(request, limits)
            stack.enter_context(cassettes.replaying(request.replay))
        else:
            from rtdoctor.probe.peers import aiortc as aiortc_peer  # noqa: F401
        # what was imported stays: the collector need not look at it during the probes
        gc.freeze()
        if target is None:
            assert sandbox is not None
            target = await sandbox.target()
            if request.key_file is not None:
                target = replace(target, key=read_key(request.key_file))
        if request.subject is not None:
            refuse_foreign(request.subject, target)
        if request.record is not None:
            stack.enter_context(cassettes.recording(request.record, redactor))
        if request.earlier is None:
            header = run_header(
                target,
                request.command,
                plan=request.plan,
                subject=request.subject,
                budget=request.budget,
            )
        else:
            header = request.earlier.header
        progress = stack.enter_context(_progress(request, header, target))
        journal = _journal(request, header, redactor)
        resumed = request.earlier if request.resume else None
        check = await stack.enter_async_context(
            open_check(
                target,
                header,
                redactor,
                journal=journal,
                listener=progress,
                limits=limits,
                earlier=resumed.observations if resumed else (),
                cut_short=resumed.cut_short if resumed else (),
                **ports,
            )
        )
        if header.subject is None:
            work = check.survey()
        else:
            work = check.converse(_conversation(request, header))
        finished = await _until_done_or_told(work)
        return check.end(finished), journal.path if journal is not None else None


def _conversation(request: Request, header: RunHeader) -> Conversation:
    from rtdoctor.check.terrain import terrain_of
    from rtdoctor.diagnose.verdict import conversation
    from rtdoctor.knowledge import base as knowledge_base

    return conversation(header, terrain_of(request.catalogue), knowledge_base.load())


async def _until_done_or_told(work: Coroutine[Any, Any, str]) -> str:
    """Run to the end, or until a signal ends it; calls are hung up either way."""
    task = asyncio.create_task(work)
    stop_on_signals(task.cancel)
    with suppress(asyncio.CancelledError):
        return await task
    return "interrupted"


def _start_sandbox(request: Request, stack: AsyncExitStack) -> EmbeddedSandbox | None:
    era = request.era
    if request.earlier is not None:
        era = request.earlier.header.target.era
    if era is None or request.replay is not None:
        return None
    sandbox = request.sandbox or EmbeddedSandbox(era, request.rules)
    stack.callback(sandbox.stop)
    return sandbox


def _recorded_ports(request: Request, limits: Any) -> dict[str, Any]:
    from rtdoctor.evidence.cassettes import not_recorded_error
    from rtdoctor.probe.http import HttpxPort
    from rtdoctor.probe.peers.recorded import RecordedPeers

    assert request.earlier is not None
    errors = (not_recorded_error(),)
    http = HttpxPort(limits=limits, on_loopback=True, https=False, no_answer_errors=errors)
    peers = RecordedPeers(request.earlier.observations)
    return {"http": http, "new_peer": peers, "replayed": True}


def _journal(request: Request, header: Any, redactor: Redactor) -> Any:
    from rtdoctor.evidence.journal import JournalWriter, default_journal_path

    def complain(problem: str) -> None:
        click.echo(problem, err=True)

    if request.resume is not None:
        return JournalWriter.resume(request.resume, redactor, on_problem=complain)
    if request.journal == "none" or request.replay is not None:
        return None
    path = Path(request.journal) if request.journal else default_journal_path(header.run_id)
    try:
        return JournalWriter(path, header, redactor, on_problem=complain)
    except UsageError as error:
        if request.journal:
            raise
        # a home that cannot be written to, as in many containers, is no reason not to check
        elsewhere = Path(tempfile.mkdtemp(prefix="rtdoctor-"), path.name)
        complain(f"{error.message}; it is kept at {elsewhere}")
        return JournalWriter(elsewhere, header, redactor, on_problem=complain)


def _progress(request: Request, header: Any, target: Target) -> Any:
    from rtdoctor.cli.progress import LiveProgress

    count = header.planned
    what = (
        f"{plural(count, 'probe')} against" if header.subject is None else "Diagnosing a setup at"
    )
    return LiveProgress(count, f"{what} {target.info.describe()}", quiet=request.quiet)
