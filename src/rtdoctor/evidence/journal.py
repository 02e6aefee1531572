"""The journal of a run: every observation is written before the next one is looked at.

NDJSON, one object a line: first the frame (``run``), then each ``observation``, at last ``end``;
``resumed`` where the run went on after an interruption, ``cut_short`` for a probe that an
interruption stopped after it had cost something, ``page`` for what the page did whose setup was
probed. Whatever ends the process, what was written can be read, short of a torn last line.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from rtdoctor.domain.page_result import PageResult
from rtdoctor.domain.run import DATA_FORMAT, Observation, RunHeader
from rtdoctor.errors import EvidenceError, UsageError
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.wording.command_line import command_line

if TYPE_CHECKING:
    from filelock import BaseFileLock

KIND = "rtdoctor.journal"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal. ``event`` is ``run``, ``observation``, ``cut_short``, ``resumed``,
    ``page`` or ``end``.

    ``wall_ms`` counts from the start or the last resumption, ``at`` is UTC, ISO 8601.
    """

    event: str
    kind: str | None = None
    data_format: int | None = None
    header: RunHeader | None = None
    observation: Observation | None = None
    page: PageResult | None = None
    finished: str | None = None
    at: str | None = None
    wall_ms: float = 0.0


LINES = msgspec.json.Decoder(Line)


class JournalWriter:
    """Appends to a journal; each line is searched for secrets, written at once, and
    synced to the device at the end.

    A full disk does not end the run: ``problem`` says what happened, ``on_problem`` is told once,
    and the lines are kept and written as soon as there is room again.
    """

    path: Path
    problem: str | None
    _file: int
    _length: int
    _lock: BaseFileLock | None

    def __init__(
        self,
        path: Path,
        header: RunHeader,
        redactor: Redactor,
        *,
        on_problem: Callable[[str], None] | None = None,
    ) -> None:
        """Begin a new journal. ``UsageError`` when it exists or cannot be made."""
        self._prepare(path, redactor, on_problem)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open(os.O_CREAT | os.O_EXCL)
        except OSError as error:
            if path.is_file():
                raise UsageError(
                    f"the journal {path} exists already",
                    hint=f"Go on with it: {command_line(['--resume', str(path)])}",
                ) from None
            reason = error.strerror or str(error)
            if isinstance(error, FileExistsError):
                place = "it" if path.exists() else "its folder"
                reason = f"something else stands where {place} should be"
            raise UsageError(
                f"cannot make the journal {path}: {reason}",
                hint="Name another place: --journal FILE, or --journal none to keep none.",
            ) from None
        header = redactor.clean(header)
        self._put(Line("run", kind=KIND, data_format=DATA_FORMAT, header=header))

    @classmethod
    def resume(
        cls,
        path: Path,
        redactor: Redactor,
        *,
        on_problem: Callable[[str], None] | None = None,
    ) -> JournalWriter:
        """Go on with a journal that was interrupted: a torn last line is cut off.

        Load it first. Aliases go on where they ended. ``EvidenceError`` when it is being
        written by another process, ``UsageError`` when it cannot be written.
        """
        writer, sound = cls._reopened(path, redactor, on_problem)
        redactor.continue_numbering(sound.decode("utf-8", "replace"))
        writer._put(Line("resumed", at=_now()))
        return writer

    @classmethod
    def add_page(cls, path: Path, page: PageResult, redactor: Redactor) -> None:
        """Add what a page did to the journal of its setup's probes, which has ended.

        Raises as ``resume``.
        """
        writer, _ = cls._reopened(path, redactor, None)
        try:
            writer._put(Line("page", page=redactor.clean(page)))
            writer._sync()
        finally:
            writer.close()

    @classmethod
    def _reopened(
        cls, path: Path, redactor: Redactor, on_problem: Callable[[str], None] | None
    ) -> tuple[JournalWriter, bytes]:
        """A writer at the end of an earlier journal, and the whole lines that are in it."""
        writer = cls.__new__(cls)
        writer._prepare(path, redactor, on_problem)
        try:
            # The lock comes first: what another process writes after we have read would be cut off.
            writer._open(0)
            sound, _ = split_torn(path.read_bytes())
            os.truncate(writer._file, len(sound))
            writer._length = len(sound)
            if sound and not sound.endswith(b"\n"):
                writer._write(b"\n")
                writer._length += 1
        except OSError as error:
            raise UsageError(f"cannot go on with the journal {path}: {error.strerror}") from None
        return writer, sound

    def append(self, observation: Observation) -> Observation:
        """Clean one observation and put it on disk; returns it as it was written.

        ``RedactionError`` when a secret is still in it.
        """
        return self._keep("observation", observation)

    def cut_short(self, observation: Observation) -> Observation:
        """As ``append``, for a probe that an interruption stopped."""
        return self._keep("cut_short", observation)

    def _keep(self, event: str, observation: Observation) -> Observation:
        clean = self._redactor.clean(observation)
        self._put(Line(event, observation=clean))
        return clean

    def end(self, finished: str, wall_ms: float) -> None:
        """Say why the run ended and how long this stretch of it took; closes the journal."""
        if self._file >= 0:
            self._put(Line("end", finished=finished, at=_now(), wall_ms=wall_ms))
            self._sync()
            if self._waiting and self._on_problem is not None:
                self._on_problem(
                    f"the journal {self.path} is not whole: there was no room for its last "
                    f"{len(self._waiting)} lines, so only a report has all of the run"
                )
        self.close()

    def _sync(self) -> None:
        # A line that was written survives the end of this process. Forcing each one through to
        # the device would stop the event loop, and with it every stage's clock, for milliseconds.
        with suppress(OSError):
            os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file. Without ``end`` the run counts as crashed."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._unlock()

    # -- the file --------------------------------------------------------------------------

    def _prepare(
        self, path: Path, redactor: Redactor, on_problem: Callable[[str], None] | None
    ) -> None:
        self.path = path
        self.problem: str | None = None
        self._redactor = redactor
        self._on_problem = on_problem
        self._waiting: list[bytes] = []
        # No descriptor: 0 would be one.
        self._file = -1
        self._length = 0
        self._lock = None

    def _open(self, flags: int) -> None:
        flags |= os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        flags |= getattr(os, "O_BINARY", 0)  # else Windows would write two bytes for a line end
        self._file = os.open(self.path, flags, 0o600)
        try:
            self._take_lock()
        except BaseException:
            self.close()
            raise

    def _take_lock(self) -> None:
        """Keep other writers out. Readers are let in: the lock is a file beside the journal, since
        Windows lets nobody read what is locked."""
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.lock", timeout=0, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise EvidenceError(
                f"the journal {self.path} is being written by another rtdoctor",
                hint="Wait until that run has ended.",
            ) from None
        except OSError as error:
            raise UsageError(f"cannot lock the journal {self.path}: {error.strerror}") from None
        self._lock = lock

    def _unlock(self) -> None:
        if self._lock is None:
            return
        # While the lock is held: who waits for the file that goes away does not get it, and takes
        # a new one. Windows removes it after the release, as files in use cannot be removed there.
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()
        self._lock.release()
        self._lock = None

    def _put(self, line: Line) -> None:
        data = self._redactor.guard(msgspec.json.encode(_compact(line)) + b"\n", decoded=False)
        # in order: a later line never overtakes one that found no room
        self._waiting.append(data)
        try:
            while self._waiting:
                self._write(self._waiting[0])
                self._length += len(self._waiting.pop(0))
        except OSError as error:
            self._take_back()
            if self.problem is None:
                self.problem = (
                    f"the journal {self.path} cannot be written: {error.strerror or error}; "
                    "the run goes on, and the report will have what was seen"
                )
                if self._on_problem is not None:
                    self._on_problem(self.problem)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]

    def _take_back(self) -> None:
        """Remove the part of a line that was written before the disk was full."""
        try:
            os.truncate(self._file, self._length)
        except OSError:
            self.close()


def split_torn(data: bytes) -> tuple[bytes, bytes]:
    """The whole lines of a journal, and what is left of one that was being written."""
    data = data.rstrip(b"\0")  # a file system may fill up with zeros after a power cut
    start = data.rfind(b"\n") + 1
    try:
        msgspec.json.decode(data[start:])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return data[:start], data[start:]
    return data, b""  # only its line end is missing


def _compact(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(line)
    return {name: value for name, value in found.items() if value is not None}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
