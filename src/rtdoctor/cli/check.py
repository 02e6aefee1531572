"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from rtdoctor.cli.options import Seconds, choose_era, plan_options, read_base_url
from rtdoctor.cli.outputs import Outputs, output_options, take_outputs
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.targets.embedded_sandbox import ERAS, TODAY, EmbeddedSandbox
from rtdoctor.targets.target import KEY_VARIABLE, OPENAI_BASE_URL

_PATH = click.Path(path_type=Path)
_SECONDS: dict[str, Any] = {"type": Seconds(), "metavar": "S", "show_default": True}


@click.command(
    short_help="Find out what works, and why the rest is refused.",
    epilog="""\b
Examples:
  rtdoctor check --sandbox                     no key, no network: see how it works
  rtdoctor check --setup setup.yaml            why this fails, and what would work
  rtdoctor check --report all=report           with files to attach to an issue

What a setup file may hold: rtdoctor plan --levels""",
)
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
    "--base-url",
    metavar="URL",
    help=f"The service to probe, with your key.  [default: {OPENAI_BASE_URL}]",
)
@click.option(
    "--key-file", type=_PATH, help=f"Read the API key from this file instead of {KEY_VARIABLE}."
)
@click.option(
    "--setup",
    "setup_file",
    type=_PATH,
    help="Diagnose the setup in this file.",
)
@plan_options
@click.option("--dry-run", is_flag=True, help="Show what would run, and its cost; send nothing.")
@output_options
@click.option("--record", type=_PATH, metavar="DIR", help="Record the HTTP exchanges here.")
@click.option("--replay", type=_PATH, metavar="DIR", help="Repeat a recorded check, no network.")
@click.option("--resume", type=_PATH, metavar="RUN", help="Go on with an interrupted journal.")
@click.option("--journal", metavar="FILE", help="Where to keep the journal; 'none' keeps none.")
@click.option("--keep-addresses", is_flag=True, help="Do not mask IP addresses in outputs.")
@click.option("--ice-timeout", default=3.5, help="Seconds for ICE.", **_SECONDS)
@click.option("--timeout", default=15.0, help="Seconds for one HTTP exchange.", **_SECONDS)
@click.option(
    "--jobs",
    metavar="N",
    default=64,
    show_default=True,
    type=click.IntRange(1),
    help="Probes at once, at most.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.argument("unasked", nargs=-1, metavar="")
def check(**options: Any) -> int:
    """Find out which combinations work and why the others are refused.

    Without --setup a survey is run: every token with every call. With --setup one setup is
    diagnosed: the smallest combination that fails, and the smallest change that works.
    Exit code 0: it works; 1: the failure was reproduced; 3: it could not be tested.

    Without --sandbox the real service is probed with your key. Each probe mints a token of its
    own, and every session that opens is hung up at once.
    """
    _nothing_unasked(options.pop("unasked"))
    _check_combinations(options)
    outputs = take_outputs(options)
    if options["base_url"] is not None:
        options["base_url"] = read_base_url(options["base_url"])
    dry_run, era = options.pop("dry_run"), options["era"]
    with ExitStack() as stack:
        sandbox = None
        if era and not dry_run:
            sandbox = EmbeddedSandbox(era, options["rules"])  # it loads what it needs while we do
            stack.callback(sandbox.stop)
        return _run(options, outputs, sandbox, dry_run=dry_run)


def _run(
    options: dict[str, Any], outputs: Outputs, sandbox: EmbeddedSandbox | None, *, dry_run: bool
) -> int:
    from rtdoctor.cli.options import read_catalogue, read_plan, read_text
    from rtdoctor.cli.plan import show_plan, show_subject_plan
    from rtdoctor.cli.request import Request
    from rtdoctor.subjects.setup_file import read_subject

    take = options.pop
    catalogue = read_catalogue(take("probes_file"), take("values"))
    only, skip, full, setup_file = take("only"), take("skip"), take("full"), take("setup_file")
    subject = (
        None
        if setup_file is None
        else read_subject(read_text(setup_file), str(setup_file), catalogue)
    )
    plan = read_plan(catalogue, only, skip, options["budget"], full)
    if dry_run:
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
        sandbox=sandbox,
        **options,
    )
    from rtdoctor.cli.session import run_check

    return run_check(request)


def _nothing_unasked(arguments: tuple[str, ...]) -> None:
    """Point people who name a file or a URL to the option they mean."""
    if arguments:
        option = "--base-url" if "://" in arguments[0] else "--setup"
        raise UsageError(
            "check takes options only, and got something else",  # perhaps a key: not repeated
            hint=f"A setup file: --setup FILE; a service: --base-url URL. Did you mean {option}?",
        )


# each option with those that would be ignored beside it, and why
_ALONE = {
    "replay": (
        "resume record setup_file era base_url key_file rules only skip full budget",
        "A replay repeats the recorded check as it was.",
    ),
    "resume": (
        "record setup_file era only skip full budget",
        "A resumed run goes on as it was begun.",
    ),
    "setup_file": ("only skip full", "They choose a survey; --setup diagnoses one setup."),
    "era": ("base_url", "--sandbox is itself the service."),
    "dry_run": (
        "record replay resume json_file html_file markdown_file junit_file reports",
        "A dry run writes nothing. The plan as JSON: rtdoctor plan --json",
    ),
}


def _check_combinations(options: dict[str, Any]) -> None:
    if options["era"] is not None:
        choose_era(options["era"], ERAS)
    for one, (others, why) in _ALONE.items():
        for other in others.split():
            if _given(options[one]) and _given(options[other]):
                raise UsageError(f"{_flag(one)} and {_flag(other)} exclude each other", hint=why)
    if options["rules"] is not None and options["era"] is None and options["resume"] is None:
        raise UsageError("--rules are for the sandbox; add --sandbox")


def _given(value: Any) -> bool:
    return value not in (None, (), False)


def _flag(name: str) -> str:
    stem = {"era": "sandbox", "reports": "report"}.get(name, name.removesuffix("_file"))
    return "--key-file" if name == "key_file" else f"--{stem.replace('_', '-')}"


def _earlier(replay: Path | None, resume: Path | None) -> Any:
    from rtdoctor.evidence.cassettes import RUN_FILE

    path = replay / RUN_FILE if replay is not None else resume
    if path is None:
        return None
    if replay is not None and not path.is_file():
        raise UsageError(
            f"{replay} holds no recording: there is no {RUN_FILE} in it",
            hint="A recording is made by: rtdoctor check --record DIR",
        )
    from rtdoctor.evidence.load import load_run

    run, _ = load_run(path)
    if resume is not None and run.finished in ("complete", "budget"):
        again = f"To read it again: rtdoctor replay {resume}"
        if run.finished == "budget":
            again = "It ended with its budget. A new check may have more: --budget N"
        raise UsageError(f"{resume} is complete; there is nothing to go on with", hint=again)
    return run
