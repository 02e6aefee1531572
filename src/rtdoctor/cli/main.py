"""``rtdoctor``: the group of commands, each loaded when it is asked for."""

from __future__ import annotations

import errno
import gc
import os
import sys
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import click

from rtdoctor import __version__
from rtdoctor.cli.clean_output import clean_standard_streams
from rtdoctor.cli.closed_streams import open_closed_streams
from rtdoctor.cli.home import home
from rtdoctor.errors import ExitCode, InternalError, RtdoctorError
from rtdoctor.report.terminal.encoding import act_on_colours, never_fail_to_encode
from rtdoctor.wording.own_paths import without_home

_COMMANDS = {
    "check": "rtdoctor.cli.check:check",
    "plan": "rtdoctor.cli.plan:plan",
    "runs": "rtdoctor.cli.runs:runs",
    "show": "rtdoctor.cli.show:show",
    "replay": "rtdoctor.cli.replay:replay",
    "rerun": "rtdoctor.cli.rerun:rerun",
    "diff": "rtdoctor.cli.diff:diff",
    "bundle": "rtdoctor.cli.bundle:bundle",
    "explain": "rtdoctor.cli.explain:explain",
    "migrate": "rtdoctor.cli.migrate:migrate",
    "knowledge": "rtdoctor.cli.knowledge:knowledge",
    "tap": "rtdoctor.cli.tap:tap",
    "sandbox": "rtdoctor.cli.sandbox:sandbox",
}

_FULL = (errno.ENOSPC, errno.EDQUOT)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        if name not in _COMMANDS:
            near = get_close_matches(name, _COMMANDS, 1)
            ctx.fail(f"No such command {name!r}." + "".join(f" Did you mean {n}?" for n in near))
        # Only the command that was asked for is imported, which keeps --help and explain fast.
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


def main() -> NoReturn:
    """The console script: every error we raise on purpose becomes one message and its code."""
    # one run leaves little garbage, and looking for it costs a tenth of the run
    gc.set_threshold(50_000, 20, 20)
    open_closed_streams()
    act_on_colours()
    never_fail_to_encode(sys.stdout, sys.stderr)
    clean_standard_streams()
    code = _flushed(_run())
    # not sys.exit: a thread that waits for a name server would hold the process for seconds
    os._exit(code)


def _flushed(code: int) -> int:
    """The exit code, once all that was printed has left the process."""
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _say_full(error) if error.errno in _FULL else code  # else: nobody reads it any more
    with suppress(OSError):
        sys.stderr.flush()
    return code


def _run() -> int:
    try:
        # click's own mode would turn every error into exit code 1, and 1 has a meaning here.
        return cli(standalone_mode=False) or ExitCode.WORKS
    except click.exceptions.Abort:
        click.echo(
            "Interrupted before there was a report. Run the same command again; if probes were "
            "sent, go on\nwith their journal: rtdoctor check --resume JOURNAL",
            err=True,
        )
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except InternalError as error:
        return _say_bug(error.message)
    except RtdoctorError as error:
        click.echo(f"Error: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        return error.exit_code
    # BrokenPipeError is an OSError, so it has to be caught first.
    except BrokenPipeError:
        return ExitCode.WORKS  # the reader of our standard output has gone; nobody is left to tell
    except OSError as error:
        if error.errno == errno.EIO:
            return ExitCode.INTERRUPTED  # the terminal was closed
        if error.errno == errno.EINVAL and error.filename is None and sys.platform == "win32":
            return ExitCode.WORKS  # how Windows says BrokenPipeError
        return _say_full(error) if error.errno in _FULL else _report_bug(error)
    except Exception as error:
        return _report_bug(error)


def _say_full(error: OSError) -> int:
    click.echo(
        f"Error: cannot write {error.filename or 'to standard output'}: {error.strerror}.\n"
        "Make room or send it elsewhere; the journal of a run has what it had room for: "
        "rtdoctor runs",
        err=True,
    )
    return ExitCode.USAGE


def _report_bug(error: Exception) -> int:
    """A bug of ours: say so, with a trace that is fit to be posted."""
    import traceback

    return _say_bug("".join(traceback.format_exception(error)))


def _say_bug(trace: str) -> int:
    """What happened and where, what to do next, and below it the trace that a report needs."""
    trace = without_home(trace, home())
    # An exception group draws its tree with these characters.
    lines = [line.strip(" |+-") for line in trace.splitlines()]
    what = next(filter(None, reversed(lines)), "without a trace")
    places = [line.removeprefix("File ") for line in lines if line.startswith("File ")]
    click.echo(
        f"Error: this is a bug in rtdoctor {__version__}, not in your setup: {what}\n"
        f"at {places[-1] if places else 'an unknown place'}.\n"
        "What was observed is in the journal: rtdoctor show JOURNAL. Please report the lines "
        "below;\nsecrets were removed from them.\n",
        err=True,
    )
    click.echo(trace, err=True)
    return ExitCode.INTERNAL
