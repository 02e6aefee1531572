"""A whole check: target, journal, recording, probes, diagnosis. Nothing is printed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtdoctor.check.check import Check, open_check, run_header
from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.diagnosis import conversation_about, diagnosis_of
from rtdoctor.check.earlier import interrupted_run, recorded_run
from rtdoctor.check.journal_place import open_journal
from rtdoctor.check.task import NewDiagnosis, NewSurvey, Replay, Resume, Task
from rtdoctor.check.watcher import Watcher
from rtdoctor.diagnose.verdict import exit_code
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run, RunHeader
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import ExitCode
from rtdoctor.evidence import cassettes, codec
from rtdoctor.evidence.write import write_report
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.plan.survey import survey
from rtdoctor.probe.http import HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.peers.recorded import RecordedPeers
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.keys import read_key, require_key
from rtdoctor.targets.target import Target
from rtdoctor.targets.trust import refuse_foreign, resumed_base_url


@dataclass(frozen=True, slots=True)
class Finished:
    """A check that has ended.

    ``run`` holds what was observed, ``diagnosis`` what that proves: each cause and each repair
    names the probes behind it. ``diagnosis.does_not_prove`` says in words what it leaves open.
    ``journal`` is the file the run was kept in. Secrets are masked in all of them.

    >>> from rtdoctor import NewSurvey, serve_sandbox, setup_from_yaml
    >>> async with serve_sandbox() as sandbox:
    ...     finished = await run_check(NewSurvey(sandbox, (setup_from_yaml("auth: none"),)))
    >>> finished.run.finished, finished.exit_code.name, finished.journal
    ('complete', 'FAILURE_REPRODUCED', None)
    """

    run: Run
    diagnosis: Diagnosis
    journal: Path | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What ``rtdoctor check`` would end with: 0 works, 1 failure reproduced, 3 could not test,
        4 inconclusive, 130 interrupted."""
        return exit_code(self.run, self.diagnosis)


async def run_check(
    task: Task,
    *,
    limits: Limits | None = None,
    catalogue: Catalogue | None = None,
    redactor: Redactor | None = None,
    watcher: Watcher | None = None,
    stop: asyncio.Event | None = None,
) -> Finished:
    """Run a survey or a diagnosis with real probes, and diagnose what they observed.

    A probe mints a token, posts an SDP offer, and connects over ICE, DTLS and SCTP up to the first
    event of the session. A failure is blamed on something only where a failing and a passing
    probe differ in nothing else and both gave the same result when they were repeated. A pass
    shows that the session began here and now; it does not show that sound works.

    ``limits`` are the seconds that a stage may take, and how many probes run at once.
    ``catalogue`` holds recipes and levels, those of the shipped probes.yaml unless it is given.
    ``redactor`` masks keys, tokens and addresses in everything that is kept; the default one knows
    the secrets in the environment. ``watcher`` is told of every probe as it ends.

    Set ``stop`` to end the run early: every open call is hung up, and what was seen until then is
    returned, with ``run.finished == "interrupted"``. When the awaiting task is cancelled, the
    calls are hung up as well and the journal is closed, and ``CancelledError`` goes on.

    Raises ``UsageError`` or ``ConfigError`` before anything is sent: no key, a journal that exists,
    an endpoint that is not the target's. Raises ``EvidenceError`` for a journal or a recording that
    cannot be read, ``CannotTest`` when a sandbox does not start, ``RedactionError`` when a
    secret would have been written, and ``InternalError`` for a bug in rtdoctor. All of them are
    ``RtdoctorError``. That a service refuses or cannot be reached is not an error but a result.

    >>> from rtdoctor import NewSurvey, serve_sandbox, setup_from_yaml
    >>> async with serve_sandbox(era="ga-only") as sandbox:
    ...     setups = (setup_from_yaml("auth: none"), setup_from_yaml("auth: ephemeral"))
    ...     finished = await run_check(NewSurvey(sandbox, setups))
    >>> for observation in finished.run.observations:
    ...     print(observation.setup.auth.name, "-", observation.outcome.describe())
    none - fail at exchange: 401 ...
    ephemeral - passed up to session
    >>> finished.diagnosis.sentence
    '1 of 2 setups connects, up to the first event, here and now.'
    """
    catalogue = catalogue or probes.read()
    if redactor is None:
        redactor = knowing_redactor(os.environ, keep_addresses=False)
    with fit_to_be_shown(redactor):
        run, journal = await _probed(
            task, limits or Limits(), catalogue, redactor, watcher or Watcher(), stop
        )
        # once more with everything that became known during the run
        run = redactor.clean(run)
        _complete_recording(task, run, redactor)
        return Finished(run, diagnosis_of(run, catalogue), journal)


async def _probed(
    task: Task,
    limits: Limits,
    catalogue: Catalogue,
    redactor: Redactor,
    watcher: Watcher,
    stop: asyncio.Event | None,
) -> tuple[Run, Path | None]:
    """The run, and the journal it is kept in."""
    earlier = _earlier(task)
    async with AsyncExitStack() as stack:
        service = _service(task, earlier)
        if isinstance(service, EmbeddedSandbox):
            # The first in, so the last out: the calls are hung up while the sandbox still runs.
            stack.callback(service.stop)
        recorded = await _recorded(task, earlier, limits, stack)
        if recorded is None:
            # a slow import, which overlaps with the start of a sandbox
            from rtdoctor.probe.peers import aiortc as aiortc_peer  # noqa: F401
        target = await service.target() if isinstance(service, EmbeddedSandbox) else service
        if isinstance(task, NewDiagnosis):
            # Before the recording and the journal: a task that is refused leaves no file behind.
            refuse_foreign(task.subject, target)
        recording = None
        if isinstance(task, NewSurvey | NewDiagnosis) and task.record is not None:
            recording = stack.enter_context(cassettes.recording(task.record, redactor))
        header = earlier.header if earlier is not None else _header(task, target, catalogue)
        watcher.begins(header, target.info)
        journal = open_journal(task, header, redactor, watcher.journal_problem)
        resumed = earlier if isinstance(task, Resume) else None
        http, new_peer = recorded or (None, None)
        check = await stack.enter_async_context(
            open_check(
                target,
                header,
                redactor,
                journal=journal,
                listener=watcher.observed,
                limits=limits,
                http=http,
                recording=recording,
                new_peer=new_peer,
                earlier=resumed.observations if resumed else (),
                cut_short=resumed.cut_short if resumed else (),
                replayed=recorded is not None,
            )
        )
        try:
            finished = await _until_done_or_stopped(_work(check, header, catalogue), stop)
        except asyncio.CancelledError:
            check.end("interrupted")
            raise
        return check.end(finished), journal.path if journal is not None else None


def _complete_recording(task: Task, run: Run, redactor: Redactor) -> None:
    """Put the run beside its HTTP exchanges, which say nothing of ICE and later."""
    if isinstance(task, NewSurvey | NewDiagnosis) and task.record is not None:
        write_report(task.record / cassettes.RUN_FILE, codec.encode(run), redactor)


def _earlier(task: Task) -> Run | None:
    match task:
        case Resume():
            return interrupted_run(task.journal)
        case Replay():
            return recorded_run(task.recording)
        case _:
            return None


def _service(task: Task, earlier: Run | None) -> Target | EmbeddedSandbox:
    """Where the probes go. A sandbox is started here, unless the task brings one that runs."""
    match task:
        case NewSurvey() | NewDiagnosis():
            return task.target
        case Replay():
            assert earlier is not None
            # The recording knows no key, and the requests of a replay need one to be built.
            info = earlier.header.target
            key = Secret("recorded-api-key", "<api-key>")
            return Target(info.name, info.base_url, key, info.era)
        case Resume():
            assert earlier is not None
            era = earlier.header.target.era
            if era is not None:
                return EmbeddedSandbox(era, task.rules, key=task.key)
            key = require_key(task.key or read_key())
            return Target.of(task.base_url or resumed_base_url(earlier.header), key)


async def _recorded(
    task: Task, earlier: Run | None, limits: Limits, stack: AsyncExitStack
) -> tuple[HttpxPort, RecordedPeers] | None:
    """HTTP and peers that answer from the recording of a ``Replay``."""
    if not isinstance(task, Replay):
        return None
    assert earlier is not None
    not_recorded = (cassettes.not_recorded_error(),)
    port = HttpxPort(limits=limits, on_loopback=True, https=False, no_answer_errors=not_recorded)
    stack.enter_context(cassettes.replaying(task.recording))
    return await stack.enter_async_context(port), RecordedPeers(earlier.observations)


def _header(task: Task, target: Target, catalogue: Catalogue) -> RunHeader:
    match task:
        case NewDiagnosis():
            return run_header(target, task.command, subject=task.subject, budget=task.budget)
        case NewSurvey():
            setups = survey(catalogue).setups if task.setups is None else task.setups
            plan = setups[: task.budget]
            return run_header(target, task.command, plan=plan, budget=task.budget)
        case _:
            raise AssertionError("other tasks have the header of an earlier run")


def _work(check: Check, header: RunHeader, catalogue: Catalogue) -> Coroutine[Any, Any, str]:
    if header.subject is None:
        return check.survey()
    return check.converse(conversation_about(header, catalogue))


async def _until_done_or_stopped(work: Coroutine[Any, Any, str], stop: asyncio.Event | None) -> str:
    """Why the work ended, as in ``Run.finished``. Calls are hung up however it ends."""
    if stop is None:
        return await work
    # The work is a task of its own, so that a stop cancels it and not the caller, who still wants
    # the run that was observed until then.
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    # This also runs when `stopping` is cancelled below. To cancel what is done already does
    # nothing.
    stopping.add_done_callback(lambda _: working.cancel())
    try:
        return await working
    except asyncio.CancelledError:
        us = asyncio.current_task()
        if us is not None and us.cancelling():  # it is not the stop that was asked for
            raise
        return "interrupted"
    finally:
        stopping.cancel()
