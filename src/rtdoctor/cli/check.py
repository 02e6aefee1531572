"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from rtdoctor.cli.options import (
    choose_era,
    plan_options,
    read_catalogue,
    read_key,
    read_plan,
)
from rtdoctor.cli.outputs import Outputs, output_options, read_outputs, write
from rtdoctor.cli.plan import show_plan
from rtdoctor.domain.run import Run
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.evidence.redact import Redactor
from rtdoctor.plan.survey import Plan
from rtdoctor.probe.embedded import ERAS, TODAY, EmbeddedSandbox
from rtdoctor.targets.target import KEY_VARIABLE, OPENAI_BASE_URL, Target


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asked for."""

    plan: Plan
    era: str | None
    rules: Path | None
    base_url: str
    key_file: Path | None
    journal: str | None
    record: Path | None
    keep_addresses: bool
    ice_timeout: float
    timeout: float
    quiet: bool
    outputs: Outputs
    command: str


@click.command()
@click.option(
    "--sandbox",
    "era",
    is_flag=False,
    flag_value=TODAY,
    default=None,
    metavar="[ERA]",
    help=f"Probe the embedded sandbox, no key needed: {', '.join(ERAS)} [default: {TODAY}].",
)
@click.option("--rules", type=click.Path(path_type=Path), help="Rules of your own for --sandbox.")
@click.option(
    "--base-url", default=OPENAI_BASE_URL, show_default=True, help="The service to probe."
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help=f"Read the API key from this file instead of {KEY_VARIABLE}.",
)
@plan_options
@click.option("--dry-run", is_flag=True, help="Show what would run, and its cost; send nothing.")
@output_options
@click.option("--record", type=click.Path(path_type=Path), help="Record the HTTP exchanges here.")
@click.option("--journal", metavar="FILE", help="Where to keep the journal; 'none' keeps none.")
@click.option("--keep-addresses", is_flag=True, help="Do not mask IP addresses in outputs.")
@click.option("--ice-timeout", default=3.5, show_default=True, help="Seconds for ICE.")
@click.option("--timeout", default=15.0, show_default=True, help="Seconds for one HTTP exchange.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def check(**options: Any) -> int:
    """Find out which combinations work and why the others are refused.

    Without --sandbox the real service is probed with your key. Each probe mints a token of its
    own, and every session that opens is hung up at once.
    """
    names = ("json_file", "html_file", "markdown_file", "junit_file", "reports")
    outputs = read_outputs(*(options.pop(n) for n in names))
    catalogue = read_catalogue(options.pop("probes_file"), options.pop("values"))
    plan = read_plan(
        catalogue,
        options.pop("only"),
        options.pop("skip"),
        options.pop("budget"),
        options.pop("full"),
    )
    if options.pop("dry_run"):
        show_plan(plan)
        return ExitCode.WORKS
    if options["era"] is not None:
        choose_era(options["era"], ERAS)
    elif options["rules"] is not None:
        raise UsageError("--rules are for the sandbox; add --sandbox")
    request = Request(plan=plan, outputs=outputs, command=_command_line(), **options)
    return run_request(request)


def _command_line() -> str:
    return " ".join(["rtdoctor", *sys.argv[1:]])


def run_request(request: Request) -> int:
    """Probe, print, write; returns the exit code."""
    redactor = Redactor(keep_addresses=request.keep_addresses)
    run = asyncio.run(_probe(request, redactor))
    from rtdoctor.diagnose.verdict import diagnose, exit_code

    diagnosis = diagnose(run)
    _print(run, diagnosis, request)
    write(request.outputs, run, diagnosis, redactor)
    if run.finished == "interrupted":
        return ExitCode.INTERRUPTED
    return exit_code(diagnosis)


async def _probe(request: Request, redactor: Redactor) -> Run:
    async with AsyncExitStack() as stack:
        sandbox: EmbeddedSandbox | None = None
        if request.era is not None:
            # started first: its imports overlap with ours
            sandbox = EmbeddedSandbox(request.era, request.rules)
            stack.callback(sandbox.stop)
        target = _real_target(request) if sandbox is None else None
        from rtdoctor.check import open_check
        from rtdoctor.probe import aiortc_peer  # noqa: F401 - the slow import, now
        from rtdoctor.probe.limits import Limits

        if target is None:
            assert sandbox is not None
            target = await sandbox.target()
        if request.record is not None:
            from rtdoctor.evidence.cassettes import recording

            stack.enter_context(recording(request.record, redactor))
        progress = stack.enter_context(_progress(request, target))
        check = await stack.enter_async_context(
            open_check(
                target,
                mode="survey",
                command=request.command,
                redactor=redactor,
                planned=len(request.plan.setups),
                listener=progress,
                limits=Limits(http_s=request.timeout, ice_s=request.ice_timeout),
            )
        )
        survey = asyncio.create_task(check.survey(request.plan))
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, survey.cancel)
        with suppress(asyncio.CancelledError):
            await survey
        return check.end("interrupted" if survey.cancelled() else "complete")


def _real_target(request: Request) -> Target:
    key = read_key(request.key_file)
    if key is None:
        raise UsageError(
            f"no API key: set {KEY_VARIABLE}, or name a file with --key-file",
            hint="To see it work without a key: rtdoctor check --sandbox",
        )
    base_url = request.base_url.rstrip("/").removesuffix("/v1")
    name = "openai" if base_url == OPENAI_BASE_URL else base_url.split("://", 1)[-1]
    return Target(name, base_url, key)


def _progress(request: Request, target: Target) -> Any:
    from rtdoctor.cli.progress import LiveProgress

    count = len(request.plan.setups)
    what = f"Running {count} probes against {target.info.describe()}"
    return LiveProgress(count, what, quiet=request.quiet)


def _print(run: Run, diagnosis: Any, request: Request) -> None:
    from rich.console import Console

    from rtdoctor.report.terminal import print_survey

    console = Console(stderr=request.outputs.takes_stdout, highlight=False)
    print_survey(run, console)
