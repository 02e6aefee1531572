"""Files that are named to the program: opened so that none can stall it, read up to a limit."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from rtdoctor.errors import ConfigError

_LARGEST = 16_000_000  # bytes of a setup, rules, a key, a script


def open_at_once(path: Path) -> BinaryIO:
    """Open a file to be read, without waiting for somebody to write into a pipe.

    Raises ``OSError``, also for a device: ``/dev/zero`` has no end.
    """
    if sys.platform == "win32":  # has no pipes among its files, and set_blocking refuses files
        descriptor = os.open(path, os.O_RDONLY | os.O_BINARY)
    else:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(descriptor, True)
    try:
        _refuse_what_is_no_file(descriptor)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_what_is_no_file(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not os.isatty(descriptor)):
        raise OSError(errno.EINVAL, "it is a device and not a file")


def read_text(path: Path) -> str:
    """The file's text, with or without a byte order mark. Raises ``ConfigError``."""
    try:
        with open_at_once(path) as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(str(path), f"cannot be read: {reason}") from None
    if len(data) > _LARGEST:
        raise ConfigError(str(path), f"is larger than {_LARGEST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(
            str(path), "is not UTF-8 text", hint="Save it as UTF-8, then try again."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
