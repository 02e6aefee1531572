"""Options that several commands share, and reading them into values."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.plan.survey import Filter, Plan, survey
from rtdoctor.strict_yaml import closest
from rtdoctor.targets.target import KEY_VARIABLE

Command = Callable[..., Any]


def plan_options(command: Command) -> Command:
    """Which setups to run."""
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
                help="Change a value of probes.yaml, e.g. realtime_model=gpt-realtime-mini.",
            ),
            click.option(
                "--only",
                multiple=True,
                metavar="FACTOR=LEVEL",
                help="Only setups with this level; several levels with commas. Repeatable.",
            ),
            click.option(
                "--skip", multiple=True, metavar="FACTOR=LEVEL", help="No setups with this level."
            ),
            click.option("--budget", type=click.IntRange(1), help="Run at most this many probes."),
            click.option("--full", is_flag=True, help="The full product instead of the survey."),
        )
    ):
        command = option(command)
    return command


def read_catalogue(probes_file: Path | None, values: tuple[str, ...]) -> Catalogue:
    """The catalogue that these options ask for. Raises ``ConfigError`` or ``UsageError``."""
    chosen = dict(_pair("--set", value) for value in values)
    if probes_file is None:
        return probes.read(values=chosen)
    return probes.read(read_text(probes_file), str(probes_file), chosen)


def read_text(path: Path) -> str:
    """A configuration file's text. Raises ``ConfigError``."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), "is not UTF-8 text") from None


def read_plan(
    catalogue: Catalogue,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    budget: int | None,
    full: bool,
) -> Plan:
    """The plan that these options ask for. Raises ``UsageError``."""
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
            hint="See what there is: rtdoctor plan",
        )
    return plan


def _filter(catalogue: Catalogue, option: str, text: str) -> Filter:
    name, levels = _pair(option, text)
    try:
        factor = catalogue.factor(name)
        entries = [catalogue.entry(factor, level) for level in levels.split(",")]
    except ConfigError as error:
        raise UsageError(f"{option} {text}: {error.message}", hint=error.hint) from None
    return Filter(factor, frozenset(e.level.name for e in entries))


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise UsageError(f"{option} {text}: give it as NAME=VALUE")
    return name, value


def read_key(key_file: Path | None) -> Secret | None:
    """The API key, from a file or the environment, never from the command line."""
    if key_file is not None:
        value, source = read_text(key_file).strip(), str(key_file)
    else:
        value, source = os.environ.get(KEY_VARIABLE, "").strip(), KEY_VARIABLE
    if not value:
        return None
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(
            f"{source} does not hold an API key: it contains spaces, line breaks or unusual letters"
        )
    return Secret(value, "<api-key>")


def choose_era(text: str, eras: tuple[str, ...]) -> str:
    """A sandbox era by name. Raises ``UsageError`` with the closest one."""
    if text not in eras:
        raise UsageError(f"--sandbox: no era is called {text!r}", hint=closest(text, eras))
    return text
