"""A setup as the subject on the command line: read from a THING, or from a setup file."""

from __future__ import annotations

from functools import partial

from rtdoctor.check.task import NewDiagnosis
from rtdoctor.cli import what_was_read
from rtdoctor.cli.check_options import CheckOptions
from rtdoctor.cli.options import read_text
from rtdoctor.cli.outputs import Outputs
from rtdoctor.cli.plan import show_subject_plan
from rtdoctor.cli.session import check_and_report
from rtdoctor.cli.source_fix import require_source, write_fix
from rtdoctor.errors import ExitCode
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.detect import reading_of_setup_file
from rtdoctor.subjects.reading import Reading
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox


def check_setup(
    given: CheckOptions,
    catalogue: Catalogue,
    outputs: Outputs,
    sandbox: EmbeddedSandbox | None,
) -> int:
    """Diagnose the setup that was named, or show what that would cost; returns the exit code."""
    reading = _read(given, catalogue)
    if given.fix_file is not None:
        require_source(reading, given.fix_file)
    if given.dry_run:
        show_subject_plan(reading.setup, catalogue)
        return ExitCode.WORKS
    task = NewDiagnosis(
        subject=reading.setup,
        target=given.target(sandbox, reading.base_url),
        budget=given.budget,
        journal=given.journal_place,
        record=given.record,
        command=given.command,
    )
    then = None
    if given.fix_file is not None:
        then = partial(write_fix, reading=reading, path=given.fix_file)
    circumstances = given.circumstances(catalogue, reading.secrets)
    return check_and_report(task, circumstances, outputs, then)


def _read(given: CheckOptions, catalogue: Catalogue) -> Reading:
    """What the command is about, shown and kept as the options say."""
    if given.setup_file is not None:
        text = read_text(given.setup_file)
        return reading_of_setup_file(text, str(given.setup_file), catalogue)
    assert given.thing is not None
    reading = what_was_read.read(given.thing, catalogue)
    if not reading.is_setup_file:
        shown = _with_destination(reading, given)
        what_was_read.show(shown, keep_addresses=given.keep_addresses)
    if given.written_file is not None:
        what_was_read.write(
            reading, given.written_file, catalogue, keep_addresses=given.keep_addresses
        )
    return reading


def _with_destination(reading: Reading, given: CheckOptions) -> Reading:
    """The reading, with a word on requests that are sent elsewhere than they went."""
    here = "the sandbox" if given.era else given.base_url
    if reading.base_url is None or here in (None, reading.base_url):
        return reading
    return reading.noting(f"the requests went to {reading.base_url}; here they go to {here}")
