"""The command that starts the user's app: it runs behind the front, and is waited for."""

from __future__ import annotations

import asyncio
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

START_LIMIT_S = 180.0  # a cold start of a dev server that compiles, on a machine that is busy
_POLL_S = 0.25
_ANSWER_S = 30.0  # such a server compiles the page while it is asked for
_PROGRESS_S = 10.0
_LINES_KEPT = 200
_LINES_SHOWN = 12
_LONGEST_LINE = 300
_LONGEST_SHOWN = 100  # of a line beside the progress

Tell = Callable[[str], None]


class AppOutput:
    """The last lines that the command printed, redacted."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)

    def add(self, line: str) -> None:
        shown = line.rstrip().rpartition("\r")[2]  # a progress bar writes over its own line
        if shown:
            self._lines.append(shown[:_LONGEST_LINE])

    @property
    def end(self) -> tuple[str, ...]:
        """The last of them, as many as a message can show."""
        return tuple(self._lines)[-_LINES_SHOWN:]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCommand:
    """A command line that starts an app at ``url``, behind ``front``.

    With ``own_key`` the command keeps the key of ``environment``; else it gets the front's
    placeholder. ``tell`` hears of the progress. The app has ``start_limit_s`` to come up.
    """

    line: str
    url: str
    front: Front
    redactor: Redactor
    environment: Mapping[str, str]
    own_key: bool
    tell: Tell
    start_limit_s: float = START_LIMIT_S

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
        began = time.monotonic()
        ending = asyncio.create_task(running.wait())
        answering = asyncio.create_task(_answer_from(self.url))
        try:
            while True:
                left = began + self.start_limit_s - time.monotonic()
                await asyncio.wait(
                    {ending, answering},
                    timeout=max(0.0, min(left, _PROGRESS_S)),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if answering.done():
                    return
                if ending.done():
                    raise _not_up(
                        f"the command has ended with exit code {ending.result()}, "
                        f"and {self.url} does not answer",
                        output,
                    )
                waited = time.monotonic() - began
                if waited >= self.start_limit_s:
                    raise _not_up(
                        f"{self.url} did not answer within {self.start_limit_s:g} s",
                        output,
                        "If it only needs longer: --start-limit SECONDS",
                    )
                self.tell(_progress(self.url, waited, output))
        finally:
            for task in (ending, answering):
                task.cancel()
            await asyncio.gather(ending, answering, return_exceptions=True)


async def _answer_from(url: str) -> None:
    """Return once ``url`` answers."""
    while True:
        if await _answers(url):
            return
        await asyncio.sleep(_POLL_S)


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


def _progress(url: str, waited_s: float, output: AppOutput) -> str:
    said = f"; it printed: {output.end[-1][:_LONGEST_SHOWN]}" if output.end else ""
    return f"{url} does not answer yet, after {waited_s:.0f} s{said}"


def _not_up(problem: str, output: AppOutput, next_step: str = "") -> CannotTest:
    said = "\n".join(f"  {line}" for line in output.end)
    printed = f"The last that it printed:\n{said}" if said else "It printed nothing."
    return CannotTest(
        f"the app of --run did not come up: {problem}",
        hint=f"{printed}\n{next_step}" if next_step else printed,
    )
