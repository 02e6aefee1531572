"""``rtdoctor check``: run the survey, or diagnose one setup."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.cli.check_options import (
    CheckOptions,
    check_combinations,
    one_thing,
    take_check_options,
)
from rtdoctor.cli.options import Seconds, plan_options
from rtdoctor.cli.outputs import Outputs, output_options, take_outputs
from rtdoctor.cli.page_options import page_named, page_options
from rtdoctor.cli.saved import RunFile
from rtdoctor.cli.token_options import token_options
from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import ExitCode
from rtdoctor.sdp.candidate_scope import CandidateScope
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.keys import KEY_VARIABLE
from rtdoctor.targets.target import OPENAI_BASE_URL

if TYPE_CHECKING:
    from rtdoctor.check.task import Task
    from rtdoctor.plan.catalogue import Catalogue

_PATH = click.Path(path_type=Path)
_SECONDS: dict[str, Any] = {"type": Seconds(), "metavar": "S", "show_default": True}


@click.command(
    short_help="Find out what works, and why the rest is refused.",
    epilog="""\b
Examples:
  rtdoctor check --sandbox                     no key, no network: see how it works
  rtdoctor check page.html --sandbox           the page is run, and made to connect
  rtdoctor check --run "npm start" http://localhost:3000
                                               an app with its backend
  rtdoctor check page.har                      why this fails, and what would work
  rtdoctor check --dry-run notes.txt           what is read out of cURL or fetch commands
  rtdoctor check --fix fix.diff my-app         and the change in your source code
  rtdoctor check --token-url http://localhost:3000/api/token
                                               what your own token route gives out
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
@click.option("--resume", type=RunFile(), metavar="RUN", help="Go on with an interrupted journal.")
@click.option("--journal", metavar="FILE", help="Where to keep the journal; 'none' keeps none.")
@click.option("--keep-addresses", is_flag=True, help="Do not mask IP addresses in outputs.")
@click.option("--ice-timeout", default=3.5, help="Seconds for ICE.", **_SECONDS)
@click.option("--timeout", default=15.0, help="Seconds for one HTTP exchange.", **_SECONDS)
@click.option(
    "--candidates",
    type=click.Choice([scope.value for scope in CandidateScope]),
    default=CandidateScope.ANY.value,
    show_default=True,
    help="Addresses of an SDP answer that the probes may contact.",
)
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
@token_options
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
    # click's `nargs=-1` takes any number of words, and more than one is explained better than click
    # would.
    options["thing"] = one_thing(options.pop("things"))
    check_combinations(options)
    outputs = take_outputs(options)
    given = take_check_options(options)
    with ExitStack() as stack:
        sandbox = None
        # A token route cannot know of a sandbox that starts with the check; `check_token` says so.
        if given.era and not given.dry_run and not given.token.is_given:
            sandbox = EmbeddedSandbox(given.era, given.rules)  # it loads its modules while we do
            stack.callback(sandbox.stop)
        return _check(given, outputs, sandbox)


def _check(given: CheckOptions, outputs: Outputs, sandbox: EmbeddedSandbox | None) -> int:
    """Check what the options are about: each kind of subject has a way of its own."""
    from rtdoctor.cli.options import read_catalogue

    catalogue = read_catalogue(given.probes_file, given.values)
    if given.token.is_given:
        from rtdoctor.cli.token_server import check_token

        return check_token(given, catalogue, outputs)
    # Before other THINGs: an HTML file holds code as well, and running it shows more than reading
    # it.
    page = page_named(given.thing)
    if page is not None:
        from rtdoctor.cli.page import check_page

        return check_page(page, given, catalogue, outputs, sandbox)
    if given.thing is not None or given.setup_file is not None:
        from rtdoctor.cli.setup_check import check_setup

        return check_setup(given, catalogue, outputs, sandbox)
    return _check_without_subject(given, catalogue, outputs, sandbox)


def _check_without_subject(
    given: CheckOptions,
    catalogue: Catalogue,
    outputs: Outputs,
    sandbox: EmbeddedSandbox | None,
) -> int:
    """Run a survey, or go on with a run that was kept; the run knows its own subject."""
    from rtdoctor.cli.options import read_plan

    if given.fix_file is not None:
        from rtdoctor.cli.source_fix import require_source

        require_source(None, given.fix_file)
    plan = read_plan(catalogue, given.only, given.skip, given.budget, given.full)
    if given.dry_run:
        from rtdoctor.cli.plan import show_plan

        show_plan(plan)
        return ExitCode.WORKS
    from rtdoctor.check.task import NewSurvey, Replay, Resume
    from rtdoctor.cli.session import check_and_report

    task: Task
    if given.replay is not None:
        task = Replay(given.replay)
    elif given.resume is not None:
        task = Resume(given.resume, given.key, given.base_url, given.rules)
    else:
        task = NewSurvey(
            target=given.target(sandbox),
            setups=plan.setups,
            budget=given.budget,
            journal=given.journal_place,
            record=given.record,
            command=given.command,
        )
    return check_and_report(task, given.circumstances(catalogue), outputs)
