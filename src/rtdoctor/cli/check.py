"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.cli.options import Seconds, plan_options
from rtdoctor.cli.outputs import Outputs, output_options, take_outputs
from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import KEY_VARIABLE, read_key, require_key
from rtdoctor.targets.target import OPENAI_BASE_URL, Target
from rtdoctor.wording.command_line import command_line

if TYPE_CHECKING:
    from rtdoctor.check.task import JournalPlace, Task
    from rtdoctor.domain.setup import Setup

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
    given = Given(**options)
    if given.base_url is not None:
        given = replace(given, base_url=read_base_url(given.base_url, "--base-url"))
    with ExitStack() as stack:
        sandbox = None
        if given.era and not given.dry_run:
            sandbox = EmbeddedSandbox(given.era, given.rules)  # it loads its modules while we do
            stack.callback(sandbox.stop)
        return _run(given, outputs, sandbox)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The options of ``check`` as they were given, but for those of the outputs."""

    era: str | None
    rules: Path | None
    base_url: str | None
    key_file: Path | None
    setup_file: Path | None
    probes_file: Path | None
    values: tuple[str, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]
    budget: int | None
    full: bool
    dry_run: bool
    record: Path | None
    replay: Path | None
    resume: Path | None
    journal: str | None
    keep_addresses: bool
    ice_timeout: float
    timeout: float
    jobs: int
    quiet: bool

    @property
    def journal_place(self) -> JournalPlace:
        if self.journal == "none":
            return None
        return Path(self.journal) if self.journal else "default"


def _run(given: Given, outputs: Outputs, sandbox: EmbeddedSandbox | None) -> int:
    from rtdoctor.cli.options import read_catalogue, read_plan, read_text
    from rtdoctor.cli.plan import show_plan, show_subject_plan
    from rtdoctor.subjects.setup_file import read_subject

    catalogue = read_catalogue(given.probes_file, given.values)
    subject = None
    if given.setup_file is not None:
        subject = read_subject(read_text(given.setup_file), str(given.setup_file), catalogue)
    plan = read_plan(catalogue, given.only, given.skip, given.budget, given.full)
    if given.dry_run:
        if subject is None:
            show_plan(plan)
        else:
            show_subject_plan(subject, catalogue)
        return ExitCode.WORKS
    task = _task(given, plan.setups, subject, sandbox)
    from rtdoctor.cli.session import Circumstances, check_and_report
    from rtdoctor.probe.limits import Limits

    limits = Limits(http_s=given.timeout, ice_s=given.ice_timeout, probes_alive=given.jobs)
    circumstances = Circumstances(
        catalogue=catalogue,
        limits=limits,
        keep_addresses=given.keep_addresses,
        quiet=given.quiet,
    )
    return check_and_report(task, circumstances, outputs)


def _task(
    given: Given,
    setups: tuple[Setup, ...],
    subject: Setup | None,
    sandbox: EmbeddedSandbox | None,
) -> Task:
    """What these options ask for; ``sandbox`` is the one that they name, already started."""
    from rtdoctor.check.task import NewDiagnosis, NewSurvey, Replay, Resume

    if given.replay is not None:
        return Replay(given.replay)
    key = None if given.key_file is None else read_key(given.key_file)
    if given.resume is not None:
        return Resume(given.resume, key, given.base_url, given.rules)
    target: Target | EmbeddedSandbox
    if sandbox is None:
        target = Target.of(given.base_url or OPENAI_BASE_URL, require_key(key or read_key()))
    else:
        target = sandbox
        sandbox.key = key
    place, command = given.journal_place, command_line(["rtdoctor", *sys.argv[1:]])
    if subject is not None:
        return NewDiagnosis(subject, target, given.budget, place, given.record, command)
    return NewSurvey(target, setups, given.budget, place, given.record, command)


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
        choose_era(options["era"], "--sandbox")
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
