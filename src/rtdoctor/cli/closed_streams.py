"""Standard streams that were closed before the program began, as ``>&-`` of a shell does."""

from __future__ import annotations

import os
import sys

_STREAMS = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


def open_closed_streams() -> None:
    """Let each closed standard stream lead nowhere.

    Python sets it to ``None``, which no ``print`` survives; and the next file that is opened would
    get its number, so that a journal could receive what others print.
    """
    for number, name, mode in _STREAMS:
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
