"""``rtdoctor``: the group of commands, each loaded when it is asked for."""

from __future__ import annotations

import errno
import sys
from importlib import import_module

import click

from rtdoctor import __version__
from rtdoctor.errors import ExitCode, InternalError, RtdoctorError

_COMMANDS = {
    "check": "rtdoctor.cli.check:check",
    "plan": "rtdoctor.cli.plan:plan",
    "show": "rtdoctor.cli.show:show",
    "replay": "rtdoctor.cli.replay:replay",
    "rerun": "rtdoctor.cli.rerun:rerun",
    "diff": "rtdoctor.cli.diff:diff",
    "bundle": "rtdoctor.cli.bundle:bundle",
    "explain": "rtdoctor.cli.explain:explain",
    "knowledge": "rtdoctor.cli.knowledge:knowledge",
    "sandbox": "rtdoctor.cli.sandbox:sandbox",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="See it work without a key: rtdoctor check --sandbox",
)
@click.version_option(__version__, prog_name="rtdoctor")
def cli() -> None:
    """Find out why a WebRTC connection to a Realtime voice API is refused.

    Exit codes: 0 works, 1 failure reproduced and reported, 2 usage or configuration, 3 could not
    test, 4 inconclusive, 5 a report would have held a secret, 70 a bug, 130 interrupted.
    """


def main() -> None:
    """The console script: every error we raise on purpose becomes one message and its code."""
    try:
        sys.exit(cli(standalone_mode=False) or ExitCode.WORKS)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except InternalError as error:
        sys.exit(_say_bug(error.message))
    except RtdoctorError as error:
        click.echo(f"Error: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # the reader of our standard output has gone; nobody is left to tell
        sys.stderr.close()
        sys.exit(ExitCode.WORKS)
    except OSError as error:
        if error.errno != errno.EIO:
            sys.exit(_report_bug(error))
        sys.exit(ExitCode.INTERRUPTED)  # the terminal was closed
    except Exception as error:
        sys.exit(_report_bug(error))


def _report_bug(error: Exception) -> int:
    """A bug of ours: say so, with a trace that is fit to be posted."""
    import traceback

    from rtdoctor.evidence.redact import Redactor

    return _say_bug(Redactor().clean_text("".join(traceback.format_exception(error))))


def _say_bug(trace: str) -> int:
    click.echo(trace, err=True)
    click.echo(
        f"This is a bug in rtdoctor {__version__}. What was observed is in the journal, and the "
        "lines above can be posted: secrets were removed from them.",
        err=True,
    )
    return ExitCode.INTERNAL
