"""``rtdoctor plan``: what would run, and what it would cost."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rtdoctor.cli.options import plan_options, read_catalogue, read_plan
from rtdoctor.domain.setup import Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.plan.survey import Plan


@click.command()
@plan_options
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    probes_file: Path | None,
    values: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    budget: int | None,
    full: bool,
    as_json: bool,
) -> None:
    """Show the survey that would run, without sending anything."""
    catalogue = read_catalogue(probes_file, values)
    show_plan(read_plan(catalogue, only, skip, budget, full), as_json=as_json)


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
        names = setup.as_sent().names
        call = [names["call_endpoint"], names["call_query"], names["call_encoding"]]
        call += [names["offer"], names["beta_header"]]
        token = f"{names['token_endpoint']} · {names['token_body']}"
        usual = {"none", "raw", "audio_channel"}
        said = " + ".join(c for i, c in enumerate(call) if i == 0 or c not in usual)
        click.echo(f"#{number:<4} {token} → {names['auth']} → {said}")
    click.echo()
    left_out = f" ({plan.left_out} more are over the budget)" if plan.left_out else ""
    click.echo(f"{len(plan.setups)} probes{left_out}.")
    click.echo(
        f"At most {plan.tokens} tokens minted by {plan.mints} different requests, and at most "
        f"{plan.sessions} sessions opened, each hung up at once. Nothing was sent."
    )


def show_subject_plan(subject: Setup, catalogue: Catalogue) -> None:
    """What the diagnosis of one setup would begin with."""
    for factor, level in subject:
        click.echo(f"{factor.value:<15} {level.name}")
    click.echo()
    click.echo(
        f"The subject is probed twice, and up to {len(catalogue.recipes)} recipes until one "
        "passes; what follows depends on the answers. Nothing was sent."
    )
