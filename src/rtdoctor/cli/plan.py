"""``rtdoctor plan``: what would run, and what it would cost."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rtdoctor.cli.options import plan_options, read_catalogue, read_plan
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.plan.survey import Plan
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.wording.outcomes import plural


@click.command(
    epilog="""\b
Examples:
  rtdoctor plan --only auth=ephemeral,api_key
  rtdoctor plan --levels""",
)
@plan_options
@click.option("--levels", is_flag=True, help="List the factors and levels there are instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    probes_file: Path | None,
    values: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    budget: int | None,
    full: bool,
    levels: bool,
    as_json: bool,
) -> None:
    """Show the survey that would run, without sending anything.

    Each line is a probe: token endpoint and body, what the call carries, where it is posted.
    """
    catalogue = read_catalogue(probes_file, values)
    if levels:
        if as_json or only or skip or budget or full:
            raise UsageError("--levels lists everything; it goes with --probes and --set only")
        show_levels(catalogue)
    else:
        show_plan(read_plan(catalogue, only, skip, budget, full), as_json=as_json)


_LITERALS = {
    Factor.TOKEN_ENDPOINT: "a path or a URL: /v1/realtime/client_secrets",
    Factor.TOKEN_BODY: "the body itself, {json: ANY DATA} or {text: 'AS IT IS'}, content_type",
    Factor.AUTH: "Bearer undefined, or {kind: literal, text: TOKEN}, and header, scheme",
    Factor.BETA_HEADER: "{mint: realtime=v1, call: realtime=v1}, or one of them",
    Factor.CALL_ENDPOINT: "a path or a URL, also with its query: /v1/realtime/calls",
    Factor.CALL_QUERY: "model=gpt-realtime-2.1, or {params: {model: gpt-realtime-2.1}}",
    Factor.CALL_ENCODING: "{kind: raw|multipart|json}, and content_type, session, trim",
    Factor.OFFER: "{audio: true|false, channel: NAME|null}",
}


def show_levels(catalogue: Catalogue) -> None:
    """Every factor with its levels and the literal values that a setup file may hold instead."""
    width = max(len(name) for levels in catalogue.entries.values() for name in levels)
    for factor, levels in catalogue.entries.items():
        click.echo(factor.value)
        for name, entry in levels.items():
            default = " (default)" if name == catalogue.defaults[factor] else ""
            click.echo(f"  {name:<{width}}  {entry.title}{default}")
        click.echo(f"  in a setup file also: {_LITERALS[factor]}")
        click.echo()


def show_plan(plan: Plan, *, as_json: bool = False) -> None:
    """Print a plan for people or as JSON."""
    if as_json:
        click.echo(
            json.dumps(
                {
                    "probes": len(plan.setups),
                    "left_out": plan.left_out,
                    "mint_requests": plan.mints,
                    "tokens_at_most": plan.tokens,
                    "sessions_at_most": plan.sessions,
                    "setups": [s.names for s in plan.setups],
                },
                indent=1,
            )
        )
        return
    for number, setup in enumerate(plan.setups, 1):
        row, column = row_of(setup), column_of(setup)
        click.echo(f"#{number:<4} {row.label} → {column.auth} → {column.label}")
    click.echo()
    left_out = f" ({plan.left_out:,} more are over the budget)" if plan.left_out else ""
    click.echo(f"{plural(len(plan.setups), 'probe')}{left_out}.")
    click.echo(
        f"At most {plural(plan.tokens, 'token')} minted by "
        f"{plural(plan.mints, 'different request')}, and at most "
        f"{plural(plan.sessions, 'session')} opened, each hung up at once. Nothing was sent."
    )


def show_subject_plan(subject: Setup, catalogue: Catalogue) -> None:
    """The requests of one setup, and what its diagnosis would begin with."""
    from rtdoctor.secrets.redactor import Redactor
    from rtdoctor.wording import requests as setup_text
    from rtdoctor.wording.printable import printable

    lines = [f"{factor.value:<15} {level.name}" for factor, level in subject]
    said = "\n".join([*lines, "", setup_text.text(subject)])
    # a key that was written into the file is not repeated
    click.echo(printable(Redactor().clean_text(said)))
    click.echo()
    click.echo(
        f"The subject is probed twice, and up to {plural(len(catalogue.recipes), 'recipe')} until "
        "one passes; what follows depends on the answers. Nothing was sent."
    )
