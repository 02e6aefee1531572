"""The command that starts the user's app: it runs behind the front, and is waited for."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rtdoctor.errors import CannotTest, UsageError
from rtdoctor.front.command import CommandBehindFront, run_behind
from rtdoctor.front.front import Front
from rtdoctor.secrets.redactor import Redactor

_STARTS_S = 90.0  # a cold start of a dev server that compiles
_POLL_S = 0.25
_ANSWER_S = 30.0  # such a server compiles the page while it is asked for
_PROGRESS_S = 10.0
_LINES_KEPT = 200
_LINES_SHOWN = 12
_LONGEST_LINE = 300
_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # control sequences (ECMA-48, section 5.4)

Tell = Callable[[str], None]


class AppOutput:
    """The last lines that the command printed, redacted."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)

    def add(self, line: str) -> None:
        plain = _COLOURS.sub("", line).rstrip()
        if plain:
            self._lines.append(plain[:_LONGEST_LINE])

    @property
    def end(self) -> tuple[str, ...]:
        """The last of them, as many as a message can show."""
        return tuple(self._lines)[-_LINES_SHOWN:]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCommand:
    """A command line that starts an app at ``url``, behind ``front``.

    With ``own_key`` the command keeps the key of ``environment``; else it gets the front's
    placeholder. ``tell`` hears of the progress.
    """

    line: str
    url: str
    front: Front
    redactor: Redactor
    environment: Mapping[str, str]
    own_key: bool
    tell: Tell
    starts_within_s: float = _STARTS_S

    @asynccontextmanager
    async def running(self, folder: Path | None = None) -> AsyncIterator[AppOutput]:
        """Run the app for the block, in ``folder`` if given, and enter it once ``url`` answers.

        Any HTTP answer counts, since a route may well refuse. The command's whole process tree
        ends with the block (``run_behind``).

        Raises ``UsageError`` when something answers already, so that it would not be this command
        that is checked; ``CannotTest`` with what it printed when it ends or does not answer.
        """
        if not self.line.strip():
            raise UsageError("--run: there is no command", hint='Give one, such as "npm start".')
        if await _answers(self.url):
            raise UsageError(
                f"something answers at {self.url} already, before the command was started",
                hint="Stop it first, or leave --run out to check what runs there.",
            )
        output = AppOutput()
        self.tell(f"Starting the app, until {self.url} answers")
        async with run_behind(
            self.line,
            self.front,
            self.redactor,
            self.environment,
            say=output.add,
            own_key=self.own_key,
            folder=folder,
        ) as running:
            await self._until_it_answers(running, output)
            yield output

    async def _until_it_answers(self, running: CommandBehindFront, output: AppOutput) -> None:
        began = told = time.monotonic()
        ending = asyncio.create_task(running.wait())
        try:
            while not await _answers(self.url):
                now = time.monotonic()
                if ending.done():
                    raise _not_up(
                        f"the command has ended with exit code {ending.result()}, "
                        f"and {self.url} does not answer",
                        output,
                    )
                if now - began > self.starts_within_s:
                    raise _not_up(
                        f"{self.url} did not answer within {self.starts_within_s:.0f} s", output
                    )
                if now - told > _PROGRESS_S:
                    told = now
                    self.tell(f"{self.url} does not answer yet, after {now - began:.0f} s")
                # Not a plain sleep: the command may end in the meantime.
                await asyncio.wait({ending}, timeout=_POLL_S)
        finally:
            ending.cancel()


async def _answers(url: str) -> bool:
    """Whether a server gives an HTTP answer there, whatever it is."""
    import httpx

    # the environment's proxy is not asked about this machine, and no certificate is judged here
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=_ANSWER_S) as client:  # noqa: S501
        try:
            # The head is enough, and a body may never end, as with server-sent events.
            async with client.stream("GET", url):
                return True
        except (httpx.HTTPError, httpx.InvalidURL):
            return False


def _not_up(problem: str, output: AppOutput) -> CannotTest:
    said = "\n".join(f"  {line}" for line in output.end)
    return CannotTest(
        f"the app of --run did not come up: {problem}",
        hint=f"The last that it printed:\n{said}" if said else "It printed nothing.",
    )
