"""Where final bytes leave the program: searched for secrets, then written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rtdoctor.errors import UsageError
from rtdoctor.secrets.clean_stream import final_bytes
from rtdoctor.secrets.redactor import Redactor

STDOUT = "-"
PRIVATE = 0o600


def write_report(path: Path | str, data: bytes, redactor: Redactor, *, mode: int = PRIVATE) -> None:
    """Write ``data`` to ``path`` (``-``: stdout) after the redaction self-test.

    A file is replaced as a whole: its readers see the old one or the new one. ``mode`` is its
    permissions. Raises ``RedactionError`` with nothing written, and ``UsageError`` when the
    place cannot be written to. ``BrokenPipeError`` of a closed stdout passes through.
    """
    redactor.guard(data)
    _write(path, data, mode)


def write_reports(
    reports: Sequence[tuple[Path | str, bytes]], redactor: Redactor
) -> Iterator[tuple[Path | str, int]]:
    """Write several as ``write_report`` does, none when a secret is in any of them.

    Yields each place and its bytes once they are there. A place that cannot be written to does
    not keep the others from being written; its ``UsageError`` is raised at the end.
    """
    for _, data in reports:
        redactor.guard(data)
    problem: UsageError | None = None
    for path, data in reports:
        try:
            _write(path, data, PRIVATE)
        except UsageError as error:
            problem = problem or error
        else:
            yield path, len(data)
    if problem is not None:
        raise problem


def _write(path: Path | str, data: bytes, mode: int) -> None:
    if str(path) == STDOUT:
        _print(data)
        return
    place = Path(path)
    try:
        target = place.resolve()
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)  # a pipe or a device cannot be replaced
        else:
            _replace(target, data, mode)
    except OSError as error:
        raise UsageError(
            f"cannot write {place}: {error.strerror or error} ({len(data)} bytes)",
            hint="Nothing was written there. Choose another place; the journal has what it had "
            "room for: rtdoctor runs",
        ) from None


def _print(data: bytes) -> None:
    stream = final_bytes(sys.stdout)
    try:
        sys.stdout.flush()
        stream.write(data)
        stream.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise  # nobody reads it any more
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())  # what is left would fail once more
        raise UsageError(
            f"cannot write to standard output: {error.strerror} ({len(data)} bytes)",
            hint="What was written there is not whole; the journal has what it had room for: "
            "rtdoctor runs",
        ) from None


def _replace(target: Path, data: bytes, mode: int) -> None:
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    # In the same folder, since a file cannot be renamed into another file system.
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}-", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            # Before the rename: after a power cut the new name could stand for an empty file.
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
