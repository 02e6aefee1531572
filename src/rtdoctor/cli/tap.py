"""``rtdoctor tap``: the front alone, for any app that can be pointed at it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import UsageError
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import read_key
from rtdoctor.targets.target import OPENAI_BASE_URL, Target

_PORT = 8766


@click.command(
    short_help="Watch what an app really sends to the service.",
    epilog="""\b
Examples:
  rtdoctor tap --sandbox beta                       point an app at the address it prints
  rtdoctor tap --run "npm start" --write app.har    an app's own backend, with its own key

What passed can be diagnosed: rtdoctor check app.har""",
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
    # A fixed port can be written into an app's settings; a command is told where to go.
    if port is None:
        port = _PORT if command is None else 0
    with ExitStack() as stack:
        target = _target(era, base_url, key_file, stack)
        from rtdoctor.cli.tapping import TapOptions, serve_tap

        # An app before the sandbox still calls the real service by its name.
        known_as = target.base_url if era is None else OPENAI_BASE_URL
        return serve_tap(
            TapOptions(target, known_as, command, port, openai_base_url, har_file, keep_addresses)
        )


def _target(
    era: str | None, base_url: str | None, key_file: Path | None, stack: ExitStack
) -> Target:
    """What stands behind the tap. A key is the user's to give: the app has one of its own."""
    if era is not None:
        sandbox = EmbeddedSandbox(choose_era(era, "--sandbox"))
        stack.callback(sandbox.stop)
        return sandbox.wait_for_target()
    url = OPENAI_BASE_URL if base_url is None else read_base_url(base_url, "--base-url")
    name = "openai" if url == OPENAI_BASE_URL else url.split("://", 1)[-1]
    return Target(name, url, None if key_file is None else read_key(key_file))


def _check_place(har_file: str) -> None:
    """Complain before the run, not after it."""
    if har_file != "-" and (Path(har_file).is_dir() or not Path(har_file).parent.is_dir()):
        raise UsageError(f"--write {har_file}: name a file in a folder that exists")
