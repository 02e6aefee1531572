"""A page as the subject on the command line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rtdoctor.browser.pressing import MOST_PRESSES, Instructions
from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.full_page_check import PageTask, run_page_check
from rtdoctor.check.page_account import (
    TitledLines,
    page_headline,
    page_next_step,
    proof_on_page,
    what_it_did,
    works_without_page,
)
from rtdoctor.check.page_check import MOST_PAGE_RUNS, PageFinished
from rtdoctor.cli import what_was_read
from rtdoctor.cli.options import read_text
from rtdoctor.cli.outputs import Outputs, write
from rtdoctor.cli.page_options import read_fill
from rtdoctor.cli.session import Circumstances
from rtdoctor.cli.shown_run import show
from rtdoctor.cli.source_fix import write_page_fix
from rtdoctor.errors import UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.limits import Limits
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import Target
from rtdoctor.wording.command_line import command_line
from rtdoctor.wording.printable import printable

if TYPE_CHECKING:
    from rtdoctor.cli.check import Given

Say = Callable[[str], None]


def check_page(
    page: Path | str,
    given: Given,
    target: Target | EmbeddedSandbox,
    catalogue: Catalogue,
    outputs: Outputs,
) -> int:
    """Check a page as the options say; returns the exit code."""
    asked = given.page
    task = PageTask(
        page=page,
        target=target,
        instructions=Instructions(
            clicks=asked.clicks,
            fills=tuple(map(read_fill, asked.fills)),
            script=None if asked.script is None else read_text(asked.script),
        ),
        storage_state=asked.storage_state,
        allowed_hosts=asked.allowed_hosts,
        fix=given.fix_file is not None,
        budget=given.budget,
        journal=given.journal_place,
        command=command_line(["rtdoctor", *sys.argv[1:]]),
    )
    circumstances = Circumstances(
        catalogue=catalogue,
        limits=Limits(http_s=given.timeout, ice_s=given.ice_timeout, probes_alive=given.jobs),
        keep_addresses=given.keep_addresses,
        quiet=given.quiet,
    )
    return check_page_and_report(task, circumstances, outputs, given.fix_file)


def ask_for_yes(page: Path | str, base_url: str) -> None:
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

    found = asyncio.run(
        run_page_check(
            task,
            catalogue=circumstances.catalogue,
            redactor=redactor,
            limits=circumstances.limits,
            tell=tell,
        )
    )
    with fit_to_be_shown(redactor):
        finished = found.finished
        try:
            if finished is not None:
                write(outputs, finished.run, finished.diagnosis, redactor)
        finally:
            keep = circumstances.keep_addresses
            _show(found, redactor, keep_addresses=keep, to_stderr=outputs.takes_stdout)
        if fix_file is not None and isinstance(task.page, Path):
            write_page_fix(found, task.page, fix_file, redactor)
    return found.exit_code


def _show(
    found: PageFinished, redactor: Redactor, *, keep_addresses: bool, to_stderr: bool
) -> None:
    """The page first, then the diagnosis of its setup, then the proof on the page."""
    say = _printer(redactor, to_stderr=to_stderr)
    if found.reading is not None:
        for secret in found.reading.secrets:
            redactor.add(secret)
    say(page_headline(found) + "\n")
    _say_section(what_it_did(found), say)
    if found.reading is not None:
        what_was_read.show(found.reading, keep_addresses=keep_addresses, to_stderr=to_stderr)
    works = works_without_page(found)
    if found.first.is_connected:
        pass
    elif works is not None:
        say(f"{works}\n")
    elif found.finished is not None:
        show(found.finished.run, found.finished.diagnosis, redactor, to_stderr=to_stderr)
        say("")
    proof = proof_on_page(found)
    if proof is not None:
        _say_section(proof, say)
    next_step = page_next_step(found)
    if next_step:
        say(f"Next: {next_step}")


def _say_section(section: TitledLines, say: Say) -> None:
    say(section.title)
    for line in section.lines:
        say(f"  {line}")
    say("")


def _printer(redactor: Redactor, *, to_stderr: bool) -> Say:
    def say(text: str) -> None:
        clean = printable(redactor.clean_text(text))
        redactor.guard(clean.encode("utf-8", "replace"))
        (sys.stderr if to_stderr else sys.stdout).write(clean + "\n")

    return say
