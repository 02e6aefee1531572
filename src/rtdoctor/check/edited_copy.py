"""A copy of the folder of an app with some files edited, in which its command can be run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LINKED = ("node_modules", ".venv", "venv", "vendor")
"""What a package manager has installed: it is large, and is not edited."""
_LEFT_OUT = (".git", "__pycache__")
_MOST_BYTES = 200_000_000
_MOST_FILES = 20_000


class TooLarge(Exception):
    """The folder is too large to be copied."""


@contextmanager
def edited_copy(folder: Path, texts: Mapping[str, str]) -> Iterator[Path]:
    """A copy for the block, with these texts in place of its files (paths below the folder).

    The files are copied and not linked, since programs follow a link to where it leads, and would
    read the originals beside it. Raises ``TooLarge`` before anything is copied, ``OSError`` for
    files that cannot be read.
    """
    _weigh(folder)
    with tempfile.TemporaryDirectory(prefix="rtdoctor-app-") as made:
        copy = Path(made, folder.resolve().name or "app")
        shutil.copytree(
            folder, copy, symlinks=True, ignore=shutil.ignore_patterns(*_LINKED, *_LEFT_OUT)
        )
        for name in _LINKED:
            if (folder / name).is_dir():
                (copy / name).symlink_to((folder / name).resolve(), target_is_directory=True)
        for name, text in texts.items():
            # As bytes: in text mode Windows would turn every line end into two characters.
            (copy / name).write_bytes(text.encode("utf-8", "replace"))
        yield copy


def _weigh(folder: Path) -> None:
    total = files = 0
    waiting = [folder]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.name in (*_LINKED, *_LEFT_OUT) or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
                continue
            files += 1
            total += path.stat().st_size
            if total > _MOST_BYTES or files > _MOST_FILES:
                raise TooLarge
