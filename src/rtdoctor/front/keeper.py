"""A process between rtdoctor and a user's command, which ends the command's whole process tree.

It is run by path with nothing but the standard library. It lives as long as the command or anything
that the command has started, and at most until its standard input closes, which happens at the
latest when rtdoctor ends, however it ends. Its exit code is the command's.

On Linux orphans become children of the keeper, so that also what has left the command's session is
found. Elsewhere the command's process group is ended (macOS), or what `taskkill /T` finds
(Windows). If the keeper itself is killed by force, only the shell of the command ends with it, and
that on Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_LOOK_S = 0.05
_TO_END_S = 3.0
_ROUNDS = 3
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_OF_THE_TERMINAL = ("SIGINT", "SIGTERM", "SIGHUP")


def main(command: str) -> int:
    """Run a command line until it ends or nobody wants it any more; returns its exit code."""
    for name in _OF_THE_TERMINAL:
        if hasattr(signal, name):
            # Ctrl-C reaches the whole foreground group. The keeper must outlive it to end what is
            # left.
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.platform == "linux":
        # A process that forks twice is adopted by the nearest subreaper instead of by init.
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    process = subprocess.Popen(  # noqa: S602 - the user's own command line
        command,
        shell=True,
        # The standard input of the keeper is its lifeline; a command that read it would end itself.
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_as_the_user_expects if os.name == "posix" else None,
    )
    unwanted = threading.Event()
    threading.Thread(target=_watch_stdin, args=(unwanted,), daemon=True).start()
    while not unwanted.wait(_LOOK_S):
        if not _anything_left(process):
            return process.returncode
    _end(process)
    return process.returncode if process.poll() is not None else 1


def _as_the_user_expects() -> None:
    """In the child: signals act as they do by default, and it does not outlive the keeper."""
    for name in _OF_THE_TERMINAL:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _watch_stdin(closed: threading.Event) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    closed.set()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask everything to end, and after a while make it."""
    if sys.platform == "win32":
        ending = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(ending, capture_output=True, check=False)  # noqa: S603 - Windows' own
        process.wait(_TO_END_S)
    elif not _gone_after(process, signal.SIGTERM):
        for _ in range(_ROUNDS):  # something may have been started meanwhile
            if _gone_after(process, signal.SIGKILL):
                return


def _gone_after(process: subprocess.Popen[bytes], number: int) -> bool:
    """Signal everything, and wait for it to end."""
    until = time.monotonic() + _TO_END_S
    _signal_all(process, number)
    while _anything_left(process):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True


def _anything_left(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None or bool(_descendants()) or _is_there(process.pid)


def _is_there(group: int) -> bool:
    """Whether a process group still has members."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(group, 0)
            return True
    return False


def _signal_all(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(process.pid, number)
    for pid in _descendants():
        with suppress(OSError):
            os.kill(pid, number)


def _descendants() -> set[int]:
    """All that descend from this process and have not ended. Empty but on Linux."""
    parents = dict(_parents()) if sys.platform == "linux" else {}
    found: set[int] = set()
    # Parents may be listed in any order, so the set grows until no process adds to it.
    while new := {p for p, parent in parents.items() if parent in {os.getpid(), *found}} - found:
        found |= new
    return found


def _parents() -> Iterator[tuple[int, int]]:
    """Each process that runs with its parent (proc(5), ``/proc/pid/stat``). Orphans are buried."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                # The name of a process may hold blanks and brackets, so the fields are counted from
                # its last bracket.
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(entry.name), int(parent)
                elif int(parent) == os.getpid() and sys.platform != "win32":
                    os.waitpid(int(entry.name), os.WNOHANG)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
