"""A page as the subject on the command line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

import click

from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.full_page_check import PageTask, run_page_check
from rtdoctor.check.page_account import (
    Section,
    page_headline,
    page_next_step,
    proof_on_page,
    what_it_did,
)
from rtdoctor.check.page_check import PageFinished
from rtdoctor.cli.outputs import Outputs, write
from rtdoctor.cli.session import Circumstances
from rtdoctor.cli.shown_run import show
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.wording.printable import printable

Say = Callable[[str], None]


def check_page_and_report(task: PageTask, circumstances: Circumstances, outputs: Outputs) -> int:
    """Run the page, diagnose it, prove the repair on it; returns the exit code."""
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
            _show(found, redactor, to_stderr=outputs.takes_stdout)
    return found.exit_code


def _show(found: PageFinished, redactor: Redactor, *, to_stderr: bool) -> None:
    """The page first, then the diagnosis of its setup, then the proof on the page."""
    say = _printer(redactor, to_stderr=to_stderr)
    if found.reading is not None:
        for secret in found.reading.secrets:
            redactor.add(secret)
    say(page_headline(found) + "\n")
    _say_section(what_it_did(found), say)
    if found.reading is not None:
        _say_section(_what_was_read(found), say)
    if found.finished is not None and not found.first.is_connected:
        show(found.finished.run, found.finished.diagnosis, redactor, to_stderr=to_stderr)
        say("")
    proof = proof_on_page(found)
    if proof is not None:
        _say_section(proof, say)
    next_step = page_next_step(found)
    if next_step:
        say(f"Next: {next_step}")


def _what_was_read(found: PageFinished) -> Section:
    assert found.reading is not None
    lines = [
        f"{place.place}: {place.value[:200]}"
        + (f"  (inferred: {place.origin})" if place.inferred else "")
        for place in found.reading.places
    ]
    lines += [f"not seen: {text}" for text in found.reading.not_said]
    return Section("What I read", tuple(lines))


def _say_section(section: Section, say: Say) -> None:
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
