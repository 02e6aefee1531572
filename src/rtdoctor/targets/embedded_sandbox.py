"""The embedded sandbox as a target: another process, reached over a socket like any service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import CannotTest, ExitCode, RtdoctorError, UsageError
from rtdoctor.targets.keys import KEY_VARIABLE
from rtdoctor.targets.target import Target

_START_S = 20.0
_END_S = 5.0


def choose_era(text: str, named: str = "era") -> str:
    """A sandbox era by name. Raises ``UsageError`` with the closest one."""
    if text not in ERAS:
        from rtdoctor.strict_yaml import closest

        raise UsageError(f"{named}: no era is called {text!r}", hint=closest(text, ERAS))
    return text


@asynccontextmanager
async def serve_sandbox(era: str = TODAY, *, rules: Path | None = None) -> AsyncIterator[Target]:
    """Serve one era of the embedded sandbox on a free port of 127.0.0.1 for the block.

    Yields the ``Target`` to probe: ``base_url`` (without ``/v1``), ``key`` and ``era``. The eras
    are ``beta``, ``coexist``, ``ga-only`` and ``single-use``, which is today's and the default.
    ``rules`` is a file of rules of your own that are tried before the era's
    (docs/sandbox-rules.md).

    The sandbox is another process, which ends with the block, and at the latest with this one.
    It imitates recorded behaviour: what it answers proves nothing about the real service.

    Raises ``UsageError`` for an unknown era, ``UsageError`` for rules that it refuses, and
    ``CannotTest`` when it does not listen within 20 seconds.

    >>> async with serve_sandbox(era="beta") as sandbox:
    ...     print(sandbox.era, sandbox.key, sandbox.base_url.startswith("http://127.0.0.1:"))
    beta <sandbox-key> True
    """
    async with EmbeddedSandbox(choose_era(era), rules) as target:
        yield target


class EmbeddedSandbox:
    """Started on construction, so that its imports overlap with ours; stopped on exit.

    It ends by itself when our end of its standard input closes, however we end.
    ``key`` is the key to probe it with, when that is not the sandbox's own.
    """

    def __init__(
        self,
        era: str = TODAY,
        rules: Path | None = None,
        *,
        key: Secret | None = None,
        log_requests: bool = False,
    ) -> None:
        self.era = era
        self.key = key
        # -P: a file of the user's, such as queue.py, must not stand for a module of Python's
        command = [sys.executable, "-P", "-m", "rtdoctor.sandbox", "--era", era, "--port", "0"]
        command += ["--candidates", "loopback", "--announce"]
        if log_requests:
            command += ["--log-requests"]
        if rules is not None:
            command += ["--rules", str(rules)]
        # The sandbox has a key of its own. The user's has no business in another process.
        env = {k: v for k, v in os.environ.items() if k != KEY_VARIABLE}
        env["PYTHONIOENCODING"] = "utf-8"  # what it complains of is read back as UTF-8
        # a file, not a pipe: nobody reads it while the sandbox runs, and a full pipe would stop it
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=env,
            # Ctrl-C is for us: the sandbox must stay up until the calls are hung up
            start_new_session=True,  # POSIX
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows
        )

    async def __aenter__(self) -> Target:
        try:
            return await self.target()
        except BaseException:
            self.stop()
            raise

    async def __aexit__(self, *exc: object) -> None:
        self.stop()

    async def target(self) -> Target:
        """The target once it listens. Raises ``CannotTest`` when it does not start."""
        import asyncio

        return await asyncio.to_thread(self.wait_for_target)

    def wait_for_target(self) -> Target:
        """``target`` for a caller without an event loop; it blocks until the sandbox listens."""
        assert self._process.stdout is not None
        too_late = threading.Timer(_START_S, self._process.kill)  # which ends the read below
        too_late.start()
        try:
            said = json.loads(self._process.stdout.readline())
        except ValueError:
            # A process that ended without a word gives an empty line, which is no JSON either.
            raise self._complaint() from None
        finally:
            too_late.cancel()
        key = self.key or Secret(said["key"], "<sandbox-key>")
        return Target("sandbox", said["url"], key, said["era"])

    def _complaint(self) -> RtdoctorError:
        """What the sandbox said on its way out; a wrong rules file is the caller's to mend."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = None
            self._process.kill()
            self._process.wait()
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip()
        if code == ExitCode.USAGE:
            message, _, hint = re.sub("^error: ", "", said, flags=re.IGNORECASE).partition("\n")
            return UsageError(message, hint=hint)
        return CannotTest(
            f"the embedded sandbox did not start: {said or f'nothing within {_START_S:g} s'}",
            hint=f"Try: {sys.executable} -m rtdoctor.sandbox --era {self.era}",
        )

    def end_calls_and_stop(self) -> None:
        """Let the sandbox close the calls that are open, so that their clients notice, and stop."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            # Closing its input asks it to end; it says goodbye to its calls first.
            self._process.wait(_END_S)
        self.stop()

    def stop(self) -> None:
        """End the process; safe to call more than once.

        By then every call is hung up, and the sandbox keeps nothing, so there is nothing to wait
        for.
        """
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._stderr.close()
