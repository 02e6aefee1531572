"""A page as the subject on the command line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path

import click

from rtdoctor.browser.cdn_hosts import cdn_hosts
from rtdoctor.browser.pressing import MOST_PRESSES, Instructions
from rtdoctor.check.app_command import START_LIMIT_S
from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.full_page_check import PageTask, run_page_check
from rtdoctor.check.page_check import PageFinished
from rtdoctor.check.page_runs import MOST_PAGE_RUNS
from rtdoctor.cli import what_was_read
from rtdoctor.cli.check_options import CheckOptions
from rtdoctor.cli.new_file import require_new
from rtdoctor.cli.options import read_text
from rtdoctor.cli.outputs import Outputs, write
from rtdoctor.cli.page_options import read_fill
from rtdoctor.cli.session import Circumstances
from rtdoctor.cli.shown_run import show
from rtdoctor.cli.source_fix import write_page_fix
from rtdoctor.cli.stop_signals import stop_on_signals
from rtdoctor.errors import UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import OPENAI_BASE_URL


def check_page(
    page: Path | str,
    given: CheckOptions,
    catalogue: Catalogue,
    outputs: Outputs,
    sandbox: EmbeddedSandbox | None,
) -> int:
    """Check a page as the options say; returns the exit code."""
    asked = given.page
    if given.fix_file is not None:
        _require_files(page, asked.source, given.fix_file)
    if isinstance(page, Path) and (asked.app_command is not None or asked.source is not None):
        raise UsageError(
            "--run and --source are about an app, and this is a file",
            hint='Give the address at which it answers: --run "npm start" http://localhost:3000',
        )
    if sandbox is None and not asked.yes:
        _ask_for_yes(page, given.base_url or OPENAI_BASE_URL)
    if asked.start_limit is not None and asked.app_command is None:
        raise UsageError("--start-limit is for the app that --run starts; add --run COMMAND")
    task = PageTask(
        page=page,
        target=given.target(sandbox),
        instructions=Instructions(
            clicks=asked.clicks,
            fills=tuple(map(read_fill, asked.fills)),
            script=None if asked.script is None else read_text(asked.script),
        ),
        storage_state=asked.storage_state,
        allowed_hosts=(*asked.allowed_hosts, *(cdn_hosts() if asked.allow_cdn else ())),
        app_command=asked.app_command,
        start_limit_s=asked.start_limit or START_LIMIT_S,
        source=asked.source,
        fix=given.fix_file is not None,
        budget=given.budget,
        journal=given.journal_place,
        command=given.command,
    )
    return check_page_and_report(task, given.circumstances(catalogue), outputs, given.fix_file)


def _require_files(page: Path | str, source: Path | None, fix_file: Path) -> None:
    """Raise ``UsageError`` where ``--fix`` has no file to change, or its own file exists."""
    if isinstance(page, str) and source is None:
        raise UsageError(
            "--fix changes files, and this is an address",
            hint="Give the page's file, or add the folder with the app's code: --source DIR",
        )
    require_new(fix_file)


async def _until_stopped(checking: Coroutine[object, object, PageFinished]) -> PageFinished:
    """The check, cancelled in order when the user or the system ends this process."""
    task = asyncio.current_task()
    assert task is not None
    # Cancelled and not stopped: each part of a page check, the browser included, ends with its
    # block.
    stop_on_signals(task.cancel)
    return await checking


def _ask_for_yes(page: Path | str, base_url: str) -> None:
    """Raise ``UsageError`` with what a check of a page does at a real service."""
    is_url = isinstance(page, str)
    raise UsageError(
        f"the page would be run up to {MOST_PAGE_RUNS} times against {base_url}, with up to "
        f"{MOST_PRESSES} presses each; every run may mint a token and open a call, and a press may "
        "do things in your own backend",
        hint="If that is what you want, add --yes. Without a key and without cost: --sandbox."
        + ("\nIf you mean the service: --base-url URL" if is_url else ""),
    )


def check_page_and_report(
    task: PageTask, circumstances: Circumstances, outputs: Outputs, fix_file: Path | None = None
) -> int:
    """Run the page, diagnose it, prove the repair on it, write it where ``fix_file`` says; returns
    the exit code."""
    redactor = knowing_redactor(os.environ, keep_addresses=circumstances.keep_addresses)

    def tell(text: str) -> None:
        if not circumstances.quiet:
            click.echo(f"{text} ...", err=True)

    checking = run_page_check(
        task,
        catalogue=circumstances.catalogue,
        redactor=redactor,
        limits=circumstances.limits,
        tell=tell,
    )
    try:
        found = asyncio.run(_until_stopped(checking))
    except asyncio.CancelledError:
        # As for Ctrl-C before there is a run: nothing can be reported yet.
        raise click.Abort from None
    finished = found.finished
    assert finished is not None
    with fit_to_be_shown(redactor):
        if found.reading is not None:
            what_was_read.show(found.reading, keep_addresses=circumstances.keep_addresses)
        try:
            write(outputs, finished.run, finished.diagnosis, redactor)
        finally:
            show(finished.run, finished.diagnosis, redactor, to_stderr=outputs.takes_stdout)
        if fix_file is not None:
            write_page_fix(found, fix_file, redactor)
    return found.exit_code
