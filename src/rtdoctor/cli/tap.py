"""``rtdoctor tap``: the front alone, for any app that can be pointed at it."""

from __future__ import annotations

import asyncio
import os
import shlex
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rtdoctor import __version__
from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import read_key
from rtdoctor.targets.target import OPENAI_BASE_URL, Target
from rtdoctor.wording.outcomes import plural
from rtdoctor.wording.printable import printable

if TYPE_CHECKING:
    from rtdoctor.front.client_files import ClientFiles
    from rtdoctor.front.front import Front
    from rtdoctor.front.passed import PassedExchange
    from rtdoctor.secrets.redactor import Redactor


_PORT = 8766


@click.command(
    short_help="Watch what an app really sends to the service.",
    epilog="""\b
Examples:
  rtdoctor tap --sandbox beta                       point an app at the address it prints
  rtdoctor tap --run "npm start" --write app.har    an app's own backend, with its own key

Ways to point an app at it, and what --run does: docs/tap.md""",
)
@click.option(
    "--sandbox",
    "era",
    is_flag=False,
    flag_value=TODAY,
    default=None,
    metavar="[ERA]",
    help=f"Put the embedded sandbox in the service's place: {', '.join(ERAS)} [default: {TODAY}].",
)
@click.option("--base-url", metavar="URL", help=f"The service.  [default: {OPENAI_BASE_URL}]")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="Give the app a placeholder key, which becomes this file's key on its way out.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Where to listen on 127.0.0.1; 0 for any free port.  [default: {_PORT}; any with --run]",
)
@click.option("--run", "command", metavar="COMMAND", help="Run a command, led through the tap.")
@click.option(
    "--openai-base-url",
    is_flag=True,
    help="With --run: also set OPENAI_BASE_URL, for a command that heeds no proxy.",
)
@click.option("--write", "har_file", metavar="FILE", help="Write what passed as HAR at the end.")
@click.option("--keep-addresses", is_flag=True, help="Do not mask IP addresses in outputs.")
def tap(
    era: str | None,
    base_url: str | None,
    key_file: Path | None,
    port: int | None,
    command: str | None,
    openai_base_url: bool,
    har_file: str | None,
    keep_addresses: bool,
) -> int:
    """Stand between an app and the service, and print each exchange with it.

    The app is led here by a base URL, as a proxy, or by flags for Chromium; with --run, by the
    environment of the command. Only the service's own hosts are decrypted. Secrets are masked in
    all that is printed and written. Calls that the app leaves open are hung up at the end.
    """
    if era is not None and (base_url is not None or key_file is not None):
        raise UsageError(
            "--sandbox excludes --base-url and --key-file",
            hint="The sandbox is itself the service, and has a key of its own.",
        )
    if openai_base_url and command is None:
        raise UsageError("--openai-base-url is for a command; add --run")
    if command is not None and not command.strip():
        raise UsageError("--run: there is no command", hint='Give one, such as "npm start".')
    if har_file is not None:
        _check_place(har_file)
    if port is None:
        port = _PORT if command is None else 0
    given = _Given(command, port, openai_base_url, har_file)
    with ExitStack() as stack:
        service = _service(era, base_url, key_file, stack)
        return _tap(given, service, keep_addresses)


@dataclass(frozen=True, slots=True)
class _Given:
    command: str | None
    port: int
    openai_base_url: bool
    har_file: str | None

    @property
    def prose_to_stderr(self) -> bool:
        """Whether standard output is for something else."""
        return self.har_file == "-" or self.command is not None


@dataclass(frozen=True, slots=True)
class _Service:
    """What stands behind the tap, and the address under which apps know it."""

    target: Target
    known_as: str
    shown: str


def _service(
    era: str | None, base_url: str | None, key_file: Path | None, stack: ExitStack
) -> _Service:
    if era is not None:
        sandbox = EmbeddedSandbox(choose_era(era, "--sandbox"))
        stack.callback(sandbox.stop)
        target = sandbox.wait_for_target()
        return _Service(target, OPENAI_BASE_URL, target.info.describe())
    url = OPENAI_BASE_URL if base_url is None else read_base_url(base_url, "--base-url")
    key = None if key_file is None else read_key(key_file)
    name = "openai" if url == OPENAI_BASE_URL else url.split("://", 1)[-1]
    target = Target(name, url, key)
    return _Service(target, url, target.info.describe())


def _check_place(har_file: str) -> None:
    """Complain before the run, not after it."""
    if har_file != "-" and (Path(har_file).is_dir() or not Path(har_file).parent.is_dir()):
        raise UsageError(f"--write {har_file}: name a file in a folder that exists")


def _tap(given: _Given, service: _Service, keep_addresses: bool) -> int:
    from rtdoctor.check.clean_errors import fit_to_be_shown
    from rtdoctor.evidence.write import write_report
    from rtdoctor.front.har import har
    from rtdoctor.secrets.environment import knowing_redactor

    redactor = knowing_redactor(os.environ, keep_addresses=keep_addresses)
    with fit_to_be_shown(redactor):
        front = asyncio.run(_serve(given, service, redactor))
        if given.har_file is not None:
            write_report(given.har_file, har(front.exchanges, __version__), redactor)
            if given.har_file != "-":
                click.echo(f"Wrote {given.har_file}: secrets are masked.", err=True)
    return ExitCode.WORKS


async def _serve(given: _Given, service: _Service, redactor: Redactor) -> Front:
    """Serve until Ctrl-C, or until the command has ended. Returns the front with what passed."""
    from rtdoctor.cli.stop_signals import stop_on_signals
    from rtdoctor.front.front import Front
    from rtdoctor.front.upstream import Upstream

    async def told(passed: PassedExchange) -> None:
        click.echo(_line(passed), err=given.prose_to_stderr)

    stop = asyncio.Event()
    stop_on_signals(stop.set)
    target = service.target
    upstream = Upstream(target.base_url, (service.known_as,), target.key)
    async with Front(upstream, redactor, port=given.port, listener=told) as front:
        if given.command is None:
            await _until_stopped(front, service, stop, to_stderr=given.prose_to_stderr)
        else:
            click.echo(f"rtdoctor tap before {service.shown}", err=True)
            await _run(given.command, given, front, redactor, stop)
    click.echo(_summary(front), err=True)
    return front


async def _until_stopped(
    front: Front, service: _Service, stop: asyncio.Event, *, to_stderr: bool
) -> None:
    from rtdoctor.front.client_files import client_files

    with client_files(front.ca_pem, os.environ) as files:
        click.echo(_greeting(front, service, files), err=to_stderr)
        await stop.wait()


async def _run(
    command: str, given: _Given, front: Front, redactor: Redactor, stop: asyncio.Event
) -> None:
    from rtdoctor.front.command import run_behind

    async with run_behind(
        command,
        front,
        redactor,
        os.environ,
        say=lambda line: click.echo(line, err=given.har_file == "-"),
        openai_base_url=given.openai_base_url,
    ) as running:
        ended, stopped = asyncio.create_task(running.wait()), asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done():
            click.echo(f"The command has ended with exit code {ended.result()}.", err=True)
        ended.cancel()


def _greeting(front: Front, service: _Service, files: ClientFiles) -> str:
    shown = shlex.join(front.browser_arguments)
    key = ""
    if service.target.key is not None:
        key = f"""
  API key         {front.placeholder}
                  a placeholder: the real key takes its place on the way to the service"""
    return f"""\
rtdoctor tap before {service.shown}
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
