"""The embedded sandbox as a target: another process, reached over a socket like any service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import CannotTest, ExitCode, RtdoctorError, UsageError
from rtdoctor.targets.target import KEY_VARIABLE, Target

ERAS = ("beta", "coexist", "ga-only", "single-use")
TODAY = "single-use"
_START_S = 20.0


class EmbeddedSandbox:
    """Started on construction, so that its imports overlap with ours; stopped on exit.

    It ends by itself when our end of its standard input closes, however we end.
    """

    def __init__(self, era: str = TODAY, rules: Path | None = None) -> None:
        self.era = era
        command = [sys.executable, "-m", "rtdoctor.sandbox", "--era", era, "--port", "0"]
        command += ["--candidates", "loopback", "--announce"]
        if rules is not None:
            command += ["--rules", str(rules)]
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
        return await self.target()

    async def __aexit__(self, *exc: object) -> None:
        self.stop()

    async def target(self) -> Target:
        """The target once it listens. Raises ``CannotTest`` when it does not start."""
        import asyncio

        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_S):
                line = await asyncio.to_thread(self._process.stdout.readline)
            said = json.loads(line)
        except (TimeoutError, ValueError):
            raise self._complaint() from None
        return Target("sandbox", said["url"], Secret(said["key"], "<sandbox-key>"), said["era"])

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
