"""A token route, or a token alone, as the subject on the command line."""

from __future__ import annotations

import asyncio
import os
import sys

import click

from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.token_account import token_account
from rtdoctor.check.token_check import check_lone_token, check_token_route
from rtdoctor.cli.check_options import CheckOptions
from rtdoctor.cli.outputs import Outputs
from rtdoctor.cli.token_options import TokenOptions, read_body, read_headers, read_token
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.limits import Limits
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.subjects.token_route import TokenRoute, usual_content_type
from rtdoctor.targets.keys import read_key
from rtdoctor.targets.target import OPENAI_BASE_URL, Target
from rtdoctor.wording.printable import printable


def check_token(given: CheckOptions, catalogue: Catalogue, outputs: Outputs) -> int:
    """Check a token route or a token as the options say; returns the exit code."""
    _refuse_what_is_ignored(given, outputs)
    limits = Limits(http_s=given.timeout, ice_s=given.ice_timeout)
    redactor = knowing_redactor(os.environ, keep_addresses=given.keep_addresses)
    key = read_key(given.key_file)

    def service(token: Secret) -> Target:
        """The target. Without a key its calls are hung up with the token that opened them."""
        return Target.of(given.base_url or OPENAI_BASE_URL, key or token)

    if given.token.token_file is not None:
        token = read_token(given.token.token_file)
        work = check_lone_token(
            token, service(token), catalogue=catalogue, redactor=redactor, limits=limits
        )
    else:
        route = read_route(given.token)
        work = check_token_route(
            route,
            service,
            catalogue=catalogue,
            redactor=redactor,
            limits=limits,
            spend_shared=given.token.spend_token,
        )
    if not given.quiet:
        asks = "Asking for tokens and making" if given.token.token_file is None else "Making"
        click.echo(f"{asks} one call ...", err=True)
    finished = asyncio.run(work)
    with fit_to_be_shown(redactor):
        lines = token_account(finished, has_key=key is not None)
        text = "".join(f"{printable(redactor.clean_text(line), one_line=True)}\n" for line in lines)
        redactor.guard(text.encode("utf-8", "replace"))
        sys.stdout.write(text)
        sys.stdout.flush()
    if key is not None and finished.call_failed and finished.setup is not None:
        target = Target.of(given.base_url or OPENAI_BASE_URL, key)
        _diagnose(finished.setup, target, given, catalogue)
    return finished.exit_code


def _diagnose(setup: Setup, target: Target, given: CheckOptions, catalogue: Catalogue) -> None:
    """Diagnose the setup behind the token, which mints with the user's key at the service."""
    from rtdoctor.check.task import NewDiagnosis
    from rtdoctor.cli.session import check_and_report

    task = NewDiagnosis(
        subject=setup,
        target=target,
        budget=given.budget,
        journal=given.journal_place,
        command=given.command,
    )
    check_and_report(task, given.circumstances(catalogue), Outputs(()))


def read_route(options: TokenOptions) -> TokenRoute:
    """The token route that the options name. Raises ``UsageError`` or ``ConfigError``."""
    assert options.token_url is not None
    headers, body = read_headers(options.headers), read_body(options.data)
    if body is not None and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", usual_content_type(body)))
    return TokenRoute(
        url=options.token_url,
        method=(options.method or ("GET" if body is None else "POST")).upper(),
        headers=headers,
        body=body,
        origin=options.origin,
    )


def _refuse_what_is_ignored(given: CheckOptions, outputs: Outputs) -> None:
    """Raise ``UsageError`` for options that have no meaning beside a token route or a token."""
    if given.era is not None:
        raise UsageError(
            "a token route cannot know the sandbox of --sandbox, which starts with the check",
            hint="Start one for both: rtdoctor sandbox serve. Let your backend mint there, and "
            "name it here: --base-url URL",
        )
    others = (given.thing, given.setup_file, given.replay, given.resume, given.record)
    if any(other is not None for other in (*others, given.written_file, given.fix_file)):
        raise UsageError(
            "a token route or a token is checked alone, without THING, --setup, "
            "--replay, --resume, --record, --write or --fix"
        )
    if given.only or given.skip or given.full or given.dry_run:
        raise UsageError(
            "--only, --skip, --full and --dry-run choose what a survey runs; a token "
            "route or a token is checked alone"
        )
    if outputs.files:
        raise UsageError(
            "the check of a token route is shown as text only",
            hint="For a report: rtdoctor check THING --report all=DIR",
        )
