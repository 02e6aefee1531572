"""A command of the user's that runs behind the front, and ends with the block, whatever it does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from rtdoctor.domain.control_sequences import without_control_sequences
from rtdoctor.errors import UsageError
from rtdoctor.front.client_files import client_files
from rtdoctor.front.command_environment import command_environment
from rtdoctor.front.front import Front
from rtdoctor.secrets.redactor import Redactor

_LONGEST_LINE = 64 * 1024
_CHUNK = 16 * 1024
_TO_END_S = 8.0  # longer than the keeper gives the command
_LAST_OUTPUT_S = 2.0

Say = Callable[[str], object]
"""Is given the command's output line by line, redacted, without colours and the line end."""


class CommandBehindFront:
    """A command that runs. ``exit_code`` is known once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process, output: asyncio.Task[None]) -> None:
        self._process = process
        self._output = output

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> int:
        """Until the command and all that it has started have ended; returns its exit code."""
        code = await self._process.wait()
        await asyncio.shield(self._output)  # who waits no longer must not end it
        return code

    async def _end(self) -> None:
        assert self._process.stdin is not None
        # The keeper reads this as the order to end the whole tree.
        self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_TO_END_S):
                await self._process.wait()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        # a process that has escaped may hold the pipes open for ever
        await asyncio.wait({self._output}, timeout=_LAST_OUTPUT_S)
        self._output.cancel()
        await asyncio.gather(self._output, return_exceptions=True)


@asynccontextmanager
async def run_behind(
    command: str,
    front: Front,
    redactor: Redactor,
    environment: Mapping[str, str],
    *,
    say: Say,
    openai_base_url: bool = False,
    own_key: bool = False,
    folder: Path | None = None,
) -> AsyncIterator[CommandBehindFront]:
    """Run a command line for the block, in an environment that leads its requests to the front.

    See ``command_environment`` for what it is given. It runs in ``folder``, else where we run. Its
    output goes to ``say``; it has no input.
    At the end of the block its whole process tree is asked to end and, after three seconds, made
    to; ``keeper`` says what of this holds on which system. Raises ``UsageError`` for an empty
    command, and when the trusted certificates cannot be read.
    """
    if not command.strip():
        raise UsageError("there is no command to run", hint='Give one, such as "npm start".')
    with client_files(front.ca_pem, environment) as files:
        led = command_environment(
            front, files, environment, openai_base_url=openai_base_url, own_key=own_key
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",  # the keeper needs nothing of ours, and nothing of the command's folder
            str(Path(__file__).with_name("keeper.py")),
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=led,
            cwd=folder,
            # Ctrl-C is for us: the command is ended in order
            start_new_session=True,  # POSIX
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows
        )
        assert process.stdout is not None
        output = asyncio.create_task(_pass_lines(process.stdout, redactor, say))
        running = CommandBehindFront(process, output)
        try:
            yield running
        finally:
            await _surely(running._end())


async def _surely(ending: Coroutine[object, object, None]) -> None:
    """Also when cancelled before or during this."""
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _pass_lines(output: asyncio.StreamReader, redactor: Redactor, say: Say) -> None:
    """Each line redacted as a whole; one that is too long is cut, and the rest of it left out."""
    async for line in _lines(output):
        # before the redaction: a colour in the middle of a secret would hide it
        plain = without_control_sequences(line.decode("utf-8", "replace").rstrip("\r"))
        say(redactor.clean_text(plain))


async def _lines(output: asyncio.StreamReader) -> AsyncIterator[bytes]:
    line = bytearray()
    while data := await output.read(_CHUNK):
        # A line that is too long is cut and not split: half of a secret in each of two lines would
        # not be found.
        *ended, rest = data.split(b"\n")
        for end in ended:
            yield bytes((line + end)[:_LONGEST_LINE])
            line.clear()
        line += rest[: max(0, _LONGEST_LINE - len(line))]
    if line:
        yield bytes(line)
