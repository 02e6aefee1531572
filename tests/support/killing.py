"""A check that is killed, and taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LIKE_WINDOWS = """
import asyncio
from rtdoctor.cli.main import main

def none(*_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = none
main()
"""


def start(
    *arguments: str | Path,
    shown: Path = Path(os.devnull),
    like_windows: bool = False,
    **env: str,
) -> subprocess.Popen[bytes]:
    """A ``rtdoctor`` process that goes on while the test does; ``shown`` gets what it prints.

    ``like_windows``: its event loop has no signal handlers.
    """
    program = ["-c", _LIKE_WINDOWS] if like_windows else ["-m", "rtdoctor"]
    with shown.open("wb") as screen:
        return subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            stdout=screen,
            stderr=screen,
            env={**os.environ, **env},
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # see interrupt
        )


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C; on Windows Ctrl-Break, since nothing else can be sent to one process group."""
    process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))


def wait_until(done: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    """Whether ``done()`` came true before the process ended (or a minute was over)."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if done():
            return True
        if process.poll() is not None:
            return done()
        time.sleep(0.005)
    return False


def journalled(path: Path) -> int:
    """How many whole lines a journal has."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


_KILLED_AT_LINE = """
import os, signal
from rtdoctor.cli.main import main
from rtdoctor.evidence.journal import JournalWriter

put, left = JournalWriter._put, [{lines}]

def put_and_die(journal, line):
    put(journal, line)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

JournalWriter._put = put_and_die
main()
"""


def kill_after(lines: int, journal: Path, *arguments: str | Path, **env: str) -> None:
    """A check that SIGKILL ends the moment its journal has so many lines."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_LINE.format(lines=lines), *map(str, arguments),
         "--journal", str(journal)],
        capture_output=True,
        env={**os.environ, **env},
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
