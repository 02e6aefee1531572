"""A file that an option names for something new. What exists is never written over."""

from __future__ import annotations

from pathlib import Path

from rtdoctor.errors import UsageError


def require_new(path: Path) -> None:
    """Raise ``UsageError`` for a file that exists: before anything is sent, where that matters."""
    if path.exists():
        raise _exists(path)


def write_new(path: Path, data: bytes) -> None:
    """Write the file. Raises ``UsageError`` where it exists or cannot be written."""
    try:
        # Mode x fails where the file has come into being since `require_new` looked.
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists already, and is not written over", hint="Name another file.")
