"""What the command prints, cleaned of the secrets that its environment and its options name."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from rtdoctor.secrets.clean_stream import clean_stream
from rtdoctor.secrets.redactor import Redactor

_LONGEST_KEY_FILE = 65536
_OPTION = re.compile(r"(--key-file|--token-file)(?:=(.*))?", re.DOTALL)


def clean_standard_streams() -> None:
    """From now on no secret that is known from the start leaves through stdout or stderr.

    Addresses stay: a report hides those of its run, and an error has to name what was given. A
    stream that the shell closed has to be opened before (``open_closed_streams``).
    """

    @cache
    def redactor() -> Redactor:
        return _knowing_redactor(sys.argv[1:])

    sys.stdout = clean_stream(sys.stdout, redactor)
    sys.stderr = clean_stream(sys.stderr, redactor)


def _knowing_redactor(arguments: Sequence[str]) -> Redactor:
    from rtdoctor.domain.secret import Secret
    from rtdoctor.secrets.appearance import looks_random
    from rtdoctor.secrets.environment import knowing_redactor

    redactor = knowing_redactor(os.environ, keep_addresses=True)
    for file in _secret_files(arguments):
        text = _small_file(file)
        redactor.add(Secret(text.strip(), "<api-key>"))
        # a file that is not a key alone is refused, and the key in it must not be shown either
        for word in filter(looks_random, re.split(r"[\s=:\"'`]+", text)):
            redactor.add(Secret(word, "<api-key>"))
    return redactor


def _secret_files(arguments: Sequence[str]) -> Iterator[Path]:
    """The files that hold secrets, by the names of their options."""
    for at, argument in enumerate(arguments):
        option = _OPTION.fullmatch(argument)
        if option is not None:
            name = option[2] if option[2] is not None else "".join(arguments[at + 1 : at + 2])
            yield Path(name)


def _small_file(path: Path) -> str:
    """Its text; nothing of what can be read only once, such as a pipe, or is no key's file."""
    try:
        if path.is_file() and path.stat().st_size <= _LONGEST_KEY_FILE:
            return path.read_text("utf-8-sig", "replace")
    except (OSError, ValueError):
        pass  # the option itself will be refused
    return ""
