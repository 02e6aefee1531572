"""Options that several commands share, and reading them into values."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.text_file import read_text as read_text

if TYPE_CHECKING:
    from rtdoctor.plan.catalogue import Catalogue
    from rtdoctor.plan.survey import Filter, Plan

Command = Callable[..., Any]


class Seconds(click.FloatRange):
    """A time limit that a run can wait for."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=3600)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):  # it passes every comparison
            self.fail(f"{value!r} is not a time", param, ctx)
        return seconds


def plan_options(command: Command) -> Command:
    """Which setups to run."""
    # A decorator is applied from the innermost out, so the first option has to be the last.
    for option in reversed(
        (
            click.option(
                "--probes",
                "probes_file",
                type=click.Path(path_type=Path),
                help="Use this probes.yaml instead of the shipped one.",
            ),
            click.option(
                "--set",
                "values",
                multiple=True,
                metavar="NAME=VALUE",
                help="Change a value of probes.yaml, e.g. realtime_model=gpt-realtime-2.1-mini.",
            ),
            click.option(
                "--only",
                multiple=True,
                metavar="FACTOR=LEVEL",
                help="Only setups with this level; several levels with commas. Repeatable. "
                "Names: rtdoctor plan --levels.",
            ),
            click.option(
                "--skip", multiple=True, metavar="FACTOR=LEVEL", help="No setups with this level."
            ),
            click.option(
                "--budget",
                metavar="N",
                type=click.IntRange(1),
                help="Run at most this many probes.",
            ),
            click.option("--full", is_flag=True, help="The full product instead of the survey."),
        )
    ):
        command = option(command)
    return command


def read_catalogue(probes_file: Path | None, values: tuple[str, ...]) -> Catalogue:
    """The catalogue that these options ask for. Raises ``ConfigError`` or ``UsageError``."""
    from rtdoctor.plan import catalogue as probes

    chosen = dict(_pair("--set", value) for value in values)
    if probes_file is None:
        return probes.read(values=chosen)
    return probes.read(read_text(probes_file), str(probes_file), chosen)


def read_plan(
    catalogue: Catalogue,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    budget: int | None,
    full: bool,
) -> Plan:
    """The plan that these options ask for. Raises ``UsageError``."""
    from rtdoctor.plan.survey import survey

    plan = survey(
        catalogue,
        full=full,
        only=[_filter(catalogue, "--only", text) for text in only],
        skip=[_filter(catalogue, "--skip", text) for text in skip],
        budget=budget,
    )
    if not plan.setups:
        raise UsageError(
            "no setup is left with these --only and --skip",
            hint="See what there is: rtdoctor plan, and rtdoctor plan --levels",
        )
    return plan


def _filter(catalogue: Catalogue, option: str, text: str) -> Filter:
    from rtdoctor.plan.survey import Filter

    name, levels = _pair(option, text)
    try:
        factor = catalogue.factor(name)
        entries = [catalogue.entry(factor, level) for level in levels.split(",")]
    except ConfigError as error:
        raise UsageError(f"{option} {text}: {error.problem}", hint=error.hint) from None
    return Filter(factor, frozenset(e.level.name for e in entries))


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        form = "NAME=VALUE" if option == "--set" else "FACTOR=LEVEL"
        raise UsageError(
            f"{option} {text}: give it as {form}",
            hint="" if option == "--set" else "Factors and levels: rtdoctor plan --levels",
        )
    return name, value
