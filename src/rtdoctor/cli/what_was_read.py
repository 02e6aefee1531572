"""Showing and keeping what was read out of a thing; secrets in it are known from then on."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from rtdoctor.cli.new_file import write_new
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.secrets.walker import Walker
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.written_setup import written_setup
from rtdoctor.wording.printable import printable


def read(thing: str, catalogue: Catalogue) -> Reading:
    """The reading of what the command names. Raises ``UsageError`` or ``ConfigError``."""
    from rtdoctor.subjects.thing import read_thing

    return read_thing(thing, sys.stdin.buffer, catalogue)


def show(reading: Reading, *, keep_addresses: bool, to_stderr: bool = True) -> None:
    """What was read, without secrets and control characters."""
    from rich.console import Console

    from rtdoctor.report.terminal.reading import print_reading

    redactor = _redactor(reading, keep_addresses)
    visible = Walker(printable, lambda name, text: printable(text))
    shown = replace(
        reading,
        kind=redactor.clean_text(reading.kind),
        places=tuple(map(redactor.clean, reading.places)),
        notes=redactor.clean(reading.notes),
        not_said=redactor.clean(reading.not_said),
        secrets=(),
    )
    console = Console(stderr=to_stderr, highlight=False)
    with console.capture() as captured:
        print_reading(visible.rebuild(shown), console)
    text = captured.get()
    redactor.guard(text.encode("utf-8", "replace"))
    stream = sys.stderr if to_stderr else sys.stdout
    stream.write(text)
    stream.flush()


def write(reading: Reading, path: Path, catalogue: Catalogue, *, keep_addresses: bool) -> None:
    """Keep a reading as a setup file. Raises ``UsageError`` for a file that exists already."""
    redactor = _redactor(reading, keep_addresses)
    text = written_setup(reading, catalogue, redactor)
    data = redactor.guard(text.encode("utf-8", "replace"))
    write_new(path, data)


def _redactor(reading: Reading, keep_addresses: bool) -> Redactor:
    redactor = knowing_redactor(os.environ, keep_addresses=keep_addresses)
    for secret in reading.secrets:
        redactor.add(secret)
    return redactor
