"""A tap that serves until Ctrl-C, or until its command has ended; then the file is written."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from dataclasses import dataclass

import click

from rtdoctor import __version__
from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.cli.stop_signals import stop_on_signals
from rtdoctor.errors import ExitCode
from rtdoctor.evidence.write import write_report
from rtdoctor.front.archive import har
from rtdoctor.front.client_files import ClientFiles, client_files
from rtdoctor.front.command import run_behind
from rtdoctor.front.front import Front
from rtdoctor.front.passed import PassedExchange
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.clean_stream import as_it_is
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import Target
from rtdoctor.wording.outcomes import plural
from rtdoctor.wording.printable import printable


@dataclass(frozen=True, slots=True)
class TapOptions:
    """What a tap does. ``known_as`` is the address under which apps know the target."""

    target: Target
    known_as: str
    command: str | None
    port: int
    openai_base_url: bool
    har_file: str | None
    keep_addresses: bool

    @property
    def prose_to_stderr(self) -> bool:
        """Whether standard output is for something else."""
        return self.har_file == "-" or self.command is not None


def serve_tap(options: TapOptions) -> int:
    """Serve, and write what passed; returns the exit code."""
    redactor = knowing_redactor(os.environ, keep_addresses=options.keep_addresses)
    with fit_to_be_shown(redactor):
        front = asyncio.run(_serve(options, redactor))
        if options.har_file is not None:
            write_report(options.har_file, har(front.exchanges, __version__), redactor)
            if options.har_file != "-":
                click.echo(f"Wrote {options.har_file}: secrets are masked.", err=True)
    return ExitCode.WORKS


async def _serve(options: TapOptions, redactor: Redactor) -> Front:
    """Serve until Ctrl-C, or until the command has ended. Returns the front with what passed."""

    async def told(passed: PassedExchange) -> None:
        click.echo(_line(passed), err=options.prose_to_stderr)

    stop = asyncio.Event()
    stop_on_signals(stop.set)
    target = options.target
    upstream = Upstream(target.base_url, (options.known_as,), target.key)
    async with Front(upstream, redactor, port=options.port, listener=told) as front:
        if options.command is None:
            await _until_stopped(front, options, stop)
        else:
            click.echo(f"rtdoctor tap before {target.info.describe()}", err=True)
            await _run(options.command, options, front, redactor, stop)
    click.echo(_summary(front), err=True)
    return front


async def _until_stopped(front: Front, options: TapOptions, stop: asyncio.Event) -> None:
    with client_files(front.ca_pem, os.environ) as files:
        stream = sys.stderr if options.prose_to_stderr else sys.stdout
        # it shows the placeholder, a key that opens nothing
        click.echo(_greeting(front, options.target, files), file=as_it_is(stream))
        await stop.wait()


async def _run(
    command: str, options: TapOptions, front: Front, redactor: Redactor, stop: asyncio.Event
) -> None:
    async with run_behind(
        command,
        front,
        redactor,
        os.environ,
        say=lambda line: click.echo(line, err=options.har_file == "-"),
        openai_base_url=options.openai_base_url,
    ) as running:
        ended, stopped = asyncio.create_task(running.wait()), asyncio.create_task(stop.wait())
        # Whichever comes first; the block around ends the command in both cases.
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done():
            click.echo(f"The command has ended with exit code {ended.result()}.", err=True)
        ended.cancel()


def _greeting(front: Front, target: Target, files: ClientFiles) -> str:
    shown = shlex.join(front.browser_arguments)
    key = ""
    if target.key is not None:
        key = f"""
  API key         {front.placeholder}
                  a placeholder: the real key takes its place on the way to the service"""
    return f"""\
rtdoctor tap before {target.info.describe()}
Point your app at it in one of these ways; only requests for the service are looked at.

  Base URL        OPENAI_BASE_URL={front.base_url}/v1
  Proxy           HTTPS_PROXY={front.proxy_url} SSL_CERT_FILE={files.bundle}
                  and for Node: NODE_EXTRA_CA_CERTS={files.authority} NODE_USE_ENV_PROXY=1
  Chromium        chromium --user-data-dir=/tmp/tap {shown}{key}

Ctrl-C ends it.
"""


def _line(passed: PassedExchange) -> str:
    """One exchange in one line."""
    exchange = passed.exchange
    request, response = exchange.request, exchange.response
    said = [f"#{passed.number} {request.method} {request.url}"]
    if response is not None:
        kind = response.header("content-type")
        said.append(f"-> {response.status}")
        said.append(f"{response.body_bytes:,} bytes" + (f" of {kind}" if kind else ""))
    if exchange.error is not None:
        said.append(exchange.error if response else f"-> no answer: {exchange.error}")
    said.append(f"{exchange.timing.total_ms:.0f} ms")
    if passed.asked_by is not None:
        said.append(f"for {passed.asked_by}")
    first, *rest = said
    return printable(f"{first} {', '.join(rest)}", one_line=True)


def _summary(front: Front) -> str:
    said = f"{plural(len(front.exchanges), 'exchange')} with the service"
    if front.calls_opened:
        said += f"; {plural(front.calls_opened, 'call')} opened, {front.calls_ended} ended"
    return "\n".join([said + ".", *(f"Still open: {why}" for why in front.calls_left_open)])
