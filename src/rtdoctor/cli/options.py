"""Options that several commands share, and reading them into values."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.targets.target import KEY_VARIABLE

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


def read_text(path: Path) -> str:
    """A configuration file's text, with or without a byte order mark. Raises ``ConfigError``."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(
            str(path), "is not UTF-8 text", hint="Save it as UTF-8, then try again."
        ) from None


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


def read_base_url(text: str) -> str:
    """A service's base URL, without a trailing slash or ``/v1``. Raises ``UsageError``.

    What the parts mean is checked by ``Target``; here only what cannot be read as a URL at all.
    """
    hint = "Give one like https://api.openai.com, without /v1."
    url = text.strip()
    if not url:
        raise UsageError("--base-url is empty", hint=hint)
    if "@" in url:  # before anything that repeats it
        raise UsageError(
            "--base-url contains a user name or password",
            hint="Leave it out of the URL; the key comes from the environment or --key-file.",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--base-url is not a URL: {error}", hint=hint) from None
    if port == 0 or any(not c.isprintable() or c.isspace() for c in url):
        raise UsageError("--base-url is not a URL: it holds a space or port 0", hint=hint)
    if parts.query or parts.fragment or url[-1] in "?#":
        raise UsageError("--base-url has a query or a fragment", hint=hint)
    if "/realtime" in parts.path:
        raise UsageError(
            "--base-url goes on into the Realtime API; each setup adds its own path", hint=hint
        )
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def read_key(key_file: Path | None) -> Secret | None:
    """The API key, from a file or the environment, never from the command line.

    ``None`` when there is neither. Raises ``UsageError``; no message repeats what was found.
    """
    if key_file is not None:
        value, source = read_text(key_file).strip(), str(key_file)
        if not value:
            raise UsageError(f"{source} is empty", hint=_KEY_ALONE)
    else:
        value, source = os.environ.get(KEY_VARIABLE, "").strip(), KEY_VARIABLE
    if not value:
        return None
    problem = _not_a_key(value)
    if problem:
        raise UsageError(f"{source} does not hold an API key: {problem}", hint=_KEY_ALONE)
    return Secret(value, "<api-key>")


_KEY_ALONE = "It should hold the key and nothing else."


def _not_a_key(value: str) -> str:
    """What a copied key was copied with; empty when nothing is wrong."""
    lines = len(value.splitlines())
    if lines > 1:
        return f"it has {lines} lines"
    if re.match(r"(export\s+)?[A-Za-z_][A-Za-z0-9_]*=[^=]", value):
        return "it is a NAME=VALUE line"
    if value[0] in "\"'`" or value[-1] in "\"'`":
        return "it is in quotes"
    if value.lower().startswith("bearer "):
        return "it begins with “Bearer”"
    if not value.isascii() or not value.isprintable() or " " in value:
        return "it contains spaces or unusual letters"
    return ""


def choose_era(text: str, eras: tuple[str, ...], option: str = "--sandbox") -> str:
    """A sandbox era by name. Raises ``UsageError`` with the closest one."""
    if text not in eras:
        from rtdoctor.strict_yaml import closest

        raise UsageError(f"{option}: no era is called {text!r}", hint=closest(text, eras))
    return text
