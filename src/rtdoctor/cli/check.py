"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.cli.options import Seconds, plan_options
from rtdoctor.cli.outputs import Outputs, output_options, take_outputs
from rtdoctor.cli.page_options import PageOptions, page_named, page_options, take_page_options
from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import KEY_VARIABLE, read_key, require_key
from rtdoctor.targets.target import OPENAI_BASE_URL, Target
from rtdoctor.targets.trust import base_url_of_subject
from rtdoctor.wording.command_line import command_line

if TYPE_CHECKING:
    from rtdoctor.check.task import JournalPlace, Task
    from rtdoctor.domain.setup import Setup
    from rtdoctor.plan.catalogue import Catalogue
    from rtdoctor.subjects.reading import Reading

_PATH = click.Path(path_type=Path)
_SECONDS: dict[str, Any] = {"type": Seconds(), "metavar": "S", "show_default": True}


@click.command(
    short_help="Find out what works, and why the rest is refused.",
    epilog="""\b
Examples:
  rtdoctor check --sandbox                     no key, no network: see how it works
  rtdoctor check page.html --sandbox           the page is run, and made to connect
  rtdoctor check page.har                      why this fails, and what would work
  rtdoctor check --dry-run notes.txt           what is read out of cURL or fetch commands
  rtdoctor check --fix fix.diff my-app         and the change in your source code
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
    help="Diagnose the setup in this file; as THING, it is told by its content.",
)
@click.option(
    "--write",
    "written_file",
    type=_PATH,
    metavar="FILE",
    help="Keep what was read as a setup file.",
)
@click.option(
    "--fix",
    "fix_file",
    type=_PATH,
    metavar="FILE",
    help="Write the repair as a diff of the code or page that was given, or FILE.html whole.",
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
@page_options
@click.argument("things", nargs=-1, metavar="[THING]")
def check(**options: Any) -> int:
    """Find out which combinations work and why the others are refused.

    THING is what you have: a page, the URL of an app that runs, source code, a HAR, a cURL, fetch,
    PowerShell or HTTPie command, a Postman collection, an SDP offer, a webrtc-internals dump, a
    setup file, a folder of them, or - for standard input. It is diagnosed: the smallest
    combination that fails, and the smallest change that works. A page is run in Chromium, and the
    change is proved on it. Without THING a survey is run: every token with every call.
    Exit code 0: it works; 1: the failure was reproduced; 3: it could not be tested.

    Without --sandbox the real service is probed with your key. Each probe mints a token of its
    own, and every session that opens is hung up at once.
    """
    options["thing"] = _one_thing(options.pop("things"))
    _era_or_thing(options)
    _check_combinations(options)
    outputs = take_outputs(options)
    page = take_page_options(options)
    given = Given(**options, page=page)
    _check_page_options(given)
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
    thing: str | None
    setup_file: Path | None
    written_file: Path | None
    fix_file: Path | None
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
    page: PageOptions

    @property
    def journal_place(self) -> JournalPlace:
        if self.journal == "none":
            return None
        return Path(self.journal) if self.journal else "default"


def _run(given: Given, outputs: Outputs, sandbox: EmbeddedSandbox | None) -> int:
    from rtdoctor.cli.options import read_catalogue, read_plan
    from rtdoctor.cli.plan import show_plan, show_subject_plan

    catalogue = read_catalogue(given.probes_file, given.values)
    page = page_named(given.thing)
    if page is not None:
        if given.fix_file is not None:
            from rtdoctor.cli.source_fix import require_new

            if isinstance(page, str):
                raise UsageError(
                    "--fix changes files, and this is an address",
                    hint="Give the page's file, or the folder with the code.",
                )
            require_new(given.fix_file)
        from rtdoctor.cli.page import ask_for_yes, check_page

        if sandbox is None and not given.page.yes:
            ask_for_yes(page, given.base_url or OPENAI_BASE_URL)
        return check_page(page, given, _target(given, None, sandbox), catalogue, outputs)
    reading = _read(given, catalogue)
    if given.fix_file is not None:
        from rtdoctor.cli.source_fix import require_source

        require_source(reading, given.fix_file)
    subject = None if reading is None else reading.setup
    plan = read_plan(catalogue, given.only, given.skip, given.budget, given.full)
    if given.dry_run:
        if subject is None:
            show_plan(plan)
        else:
            show_subject_plan(subject, catalogue)
        return ExitCode.WORKS
    task = _task(given, plan.setups, reading, sandbox)
    from rtdoctor.cli.session import Circumstances, check_and_report
    from rtdoctor.probe.limits import Limits

    limits = Limits(http_s=given.timeout, ice_s=given.ice_timeout, probes_alive=given.jobs)
    circumstances = Circumstances(
        catalogue=catalogue,
        limits=limits,
        keep_addresses=given.keep_addresses,
        quiet=given.quiet,
        secrets=reading.secrets if reading is not None else (),
    )
    then = None
    if given.fix_file is not None and reading is not None:
        from rtdoctor.cli.source_fix import write_fix

        then = partial(write_fix, reading=reading, path=given.fix_file)
    return check_and_report(task, circumstances, outputs, then)


def _read(given: Given, catalogue: Catalogue) -> Reading | None:
    """What the command is about, shown and kept; ``None`` for a survey."""
    if given.setup_file is not None:
        from rtdoctor.cli.options import read_text
        from rtdoctor.subjects.detect import reading_of_setup_file

        text = read_text(given.setup_file)
        return reading_of_setup_file(text, str(given.setup_file), catalogue)
    if given.thing is None:
        return None
    from rtdoctor.cli import what_was_read

    reading = what_was_read.read(given.thing, catalogue)
    if not reading.is_setup_file:
        shown = _with_destination(reading, given)
        what_was_read.show(shown, keep_addresses=given.keep_addresses)
    if given.written_file is not None:
        what_was_read.write(
            reading, given.written_file, catalogue, keep_addresses=given.keep_addresses
        )
    return reading


def _with_destination(reading: Reading, given: Given) -> Reading:
    """The reading, with a word on requests that are sent elsewhere than they went."""
    here = "the sandbox" if given.era else given.base_url
    if reading.base_url is None or here in (None, reading.base_url):
        return reading
    return reading.noting(f"the requests went to {reading.base_url}; here they go to {here}")


def _task(
    given: Given,
    setups: tuple[Setup, ...],
    reading: Reading | None,
    sandbox: EmbeddedSandbox | None,
) -> Task:
    """What these options ask for; ``sandbox`` is the one that they name, already started."""
    from rtdoctor.check.task import NewDiagnosis, NewSurvey, Replay, Resume

    if given.replay is not None:
        return Replay(given.replay)
    if given.resume is not None:
        key = None if given.key_file is None else read_key(given.key_file)
        return Resume(given.resume, key, given.base_url, given.rules)
    target = _target(given, reading, sandbox)
    place, command = given.journal_place, command_line(["rtdoctor", *sys.argv[1:]])
    if reading is not None:
        return NewDiagnosis(reading.setup, target, given.budget, place, given.record, command)
    return NewSurvey(target, setups, given.budget, place, given.record, command)


def _target(
    given: Given, reading: Reading | None, sandbox: EmbeddedSandbox | None
) -> Target | EmbeddedSandbox:
    """The service that is probed; ``sandbox`` is the one that the options name, if they do."""
    key = None if given.key_file is None else read_key(given.key_file)
    if sandbox is not None:
        sandbox.key = key
        return sandbox
    base_url = given.base_url or base_url_of_subject(reading.base_url if reading else None)
    return Target.of(base_url, require_key(key or read_key()))


def _one_thing(arguments: tuple[str, ...]) -> str | None:
    """The thing to check. Raises ``UsageError`` for more than one; they may be a command."""
    if len(arguments) > 1:
        raise UsageError(
            f"check takes one THING, and got {len(arguments)} words",  # perhaps keys: not repeated
            hint="Put a command into a file and name it, or pipe it in: rtdoctor check -",
        )
    return arguments[0] if arguments else None


def _era_or_thing(options: dict[str, Any]) -> None:
    """Take what stands behind ``--sandbox`` as the THING when it is one and no era."""
    behind = options["era"]
    if options["thing"] is not None or behind in (None, *ERAS):
        return
    if behind == "-" or "://" in behind or Path(behind).exists():
        options["thing"], options["era"] = behind, TODAY


# each option with those that would be ignored beside it, and why
_ALONE = {
    "replay": (
        "resume record setup_file thing era base_url key_file rules only skip full budget",
        "A replay repeats the recorded check as it was.",
    ),
    "resume": (
        "record setup_file thing era only skip full budget",
        "A resumed run goes on as it was begun.",
    ),
    "setup_file": ("thing only skip full", "They choose a survey; --setup diagnoses one setup."),
    "thing": ("only skip full", "They choose a survey; a THING is diagnosed alone."),
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
    if options["written_file"] is not None and options["thing"] is None:
        raise UsageError("--write keeps what was read out of a THING; name one")
    if options["fix_file"] is not None and options["dry_run"]:
        raise UsageError("--fix needs a repair that was seen to work; leave --dry-run out")
    if options["rules"] is not None and options["era"] is None and options["resume"] is None:
        raise UsageError("--rules are for the sandbox; add --sandbox")


def _check_page_options(given: Given) -> None:
    if page_named(given.thing) is None:
        if given.page.is_given:
            raise UsageError("--click, --fill and their like are about a page; name one as THING")
    elif given.dry_run or given.record or given.written_file:
        raise UsageError(
            "a page is known only when it has run, so there is no --dry-run, --record or --write"
        )


def _given(value: Any) -> bool:
    return value not in (None, (), False)


def _flag(name: str) -> str:
    if name == "thing":
        return "THING"
    stems = {"era": "sandbox", "reports": "report", "written_file": "write"}
    stem = stems.get(name, name.removesuffix("_file"))
    return "--key-file" if name == "key_file" else f"--{stem.replace('_', '-')}"
