"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from rtdoctor.cli.options import (
    choose_era,
    plan_options,
    read_catalogue,
    read_plan,
    read_text,
)
from rtdoctor.cli.outputs import output_options, take_outputs
from rtdoctor.cli.plan import show_plan, show_subject_plan
from rtdoctor.cli.request import Request
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.probe.embedded import ERAS, TODAY
from rtdoctor.targets.target import KEY_VARIABLE, OPENAI_BASE_URL

_PATH = click.Path(path_type=Path)


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
@click.option("--rules", type=_PATH, help="Rules of your own for --sandbox.")
@click.option(
    "--base-url", default=OPENAI_BASE_URL, show_default=True, help="The service to probe."
)
@click.option(
    "--key-file", type=_PATH, help=f"Read the API key from this file instead of {KEY_VARIABLE}."
)
@click.option("--setup", "setup_file", type=_PATH, help="Diagnose the setup in this file.")
@plan_options
@click.option("--dry-run", is_flag=True, help="Show what would run, and its cost; send nothing.")
@output_options
@click.option("--record", type=_PATH, metavar="DIR", help="Record the HTTP exchanges here.")
@click.option("--replay", type=_PATH, metavar="DIR", help="Repeat a recorded check, no network.")
@click.option("--resume", type=_PATH, metavar="RUN", help="Go on with an interrupted journal.")
@click.option("--journal", metavar="FILE", help="Where to keep the journal; 'none' keeps none.")
@click.option("--keep-addresses", is_flag=True, help="Do not mask IP addresses in outputs.")
@click.option("--ice-timeout", default=3.5, show_default=True, help="Seconds for ICE.")
@click.option("--timeout", default=15.0, show_default=True, help="Seconds for one HTTP exchange.")
@click.option(
    "--jobs", default=64, show_default=True, type=click.IntRange(1), help="Probes at once, at most."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def check(**options: Any) -> int:
    """Find out which combinations work and why the others are refused.

    Without --setup a survey is run: every token with every call. With --setup one setup is
    diagnosed: the smallest combination that fails, and the smallest change that works.

    Without --sandbox the real service is probed with your key. Each probe mints a token of its
    own, and every session that opens is hung up at once.
    """
    take = options.pop
    outputs = take_outputs(options)
    _check_combinations(options)
    catalogue = read_catalogue(take("probes_file"), take("values"))
    only, skip, full, setup_file = take("only"), take("skip"), take("full"), take("setup_file")
    subject = None
    plan = read_plan(catalogue, only, skip, options["budget"], full)
    if setup_file is not None:
        from rtdoctor.plan.setup_file import read_setup

        subject = read_setup(read_text(setup_file), str(setup_file), catalogue)
    if take("dry_run"):
        if subject is None:
            show_plan(plan)
        else:
            show_subject_plan(subject, catalogue)
        return ExitCode.WORKS
    request = Request(
        catalogue=catalogue,
        plan=() if subject else plan.setups,
        subject=subject,
        earlier=_earlier(options["replay"], options["resume"]),
        outputs=outputs,
        command=shlex.join(["rtdoctor", *sys.argv[1:]]),
        **options,
    )
    from rtdoctor.cli.session import run_check

    return run_check(request)


def _check_combinations(options: dict[str, Any]) -> None:
    if options["era"] is not None:
        choose_era(options["era"], ERAS)
    elif options["rules"] is not None and options["resume"] is None:
        raise UsageError("--rules are for the sandbox; add --sandbox")
    for one, other in (("replay", "record"), ("replay", "resume"), ("resume", "setup_file")):
        if options[one] is not None and options[other] is not None:
            raise UsageError(f"--{one} and --{other.removesuffix('_file')} exclude each other")


def _earlier(replay: Path | None, resume: Path | None) -> Any:
    from rtdoctor.evidence.cassettes import RUN_FILE

    path = replay / RUN_FILE if replay is not None else resume
    if path is None:
        return None
    from rtdoctor.evidence.load import load_run

    run, _ = load_run(path)
    if resume is not None and run.finished == "complete":
        raise UsageError(
            f"{resume} is complete; there is nothing to go on with",
            hint=f"To read it again: rtdoctor replay {resume}",
        )
    return run
