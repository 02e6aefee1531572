"""Running the command on a terminal: libraries write otherwise there than to a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def rtdoctor_on_a_terminal(*arguments: str | Path, cwd: Path | None = None, **env: str) -> str:
    """One ``rtdoctor`` process with a terminal for its output; returns what it shows."""
    import pty  # not on Windows

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "rtdoctor", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", **env},
    )
    os.close(follower)
    shown = b""
    with suppress(OSError):  # how Linux says that nobody holds the other end any more
        while piece := os.read(leader, 65536):
            shown += piece
    os.close(leader)
    process.wait(timeout=60)
    return shown.decode("utf-8", "replace")
