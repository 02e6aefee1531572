"""The options of ``rtdoctor check`` that are about a page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from rtdoctor.errors import UsageError
from rtdoctor.text_file import open_at_once, read_text

Command = Callable[..., object]
_FILE = click.Path(path_type=Path)
_PAGE = re.compile(
    r"(?is)(?:\ufeff|\s|<!--.*?-->)*(?:<!doctype html|<html|<head|<body|<script|<meta)"
)
_ENOUGH = 4_000  # characters, so that a comment may stand before the page


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """The options as they were given."""

    clicks: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    script: Path | None = None
    storage_state: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    allow_cdn: bool = False
    app_command: str | None = None
    start_limit: float | None = None
    source: Path | None = None
    yes: bool = False

    @property
    def is_given(self) -> bool:
        """Whether any of them was."""
        return self != PageOptions()


def page_options(command: Command) -> Command:
    """``--click`` and its siblings."""
    for name, key, settings in reversed(_OPTIONS):
        command = click.option(name, key, **settings)(command)
    return command


_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--click",
        "clicks",
        {"multiple": True, "metavar": "SELECTOR", "help": "Press this on the page, in order."},
    ),
    (
        "--fill",
        "fills",
        {
            "multiple": True,
            "metavar": "SELECTOR=@FILE",
            "help": "Fill a field of the page from a file, or from env:NAME.",
        },
    ),
    ("--script", "script", {"type": _FILE, "help": "JavaScript that starts the page."}),
    (
        "--storage-state",
        "storage_state",
        {"type": _FILE, "help": "Playwright's storage state, for a page behind a login."},
    ),
    (
        "--allow-host",
        "allowed_hosts",
        {
            "multiple": True,
            "metavar": "HOST[:PORT]",
            "help": "Let the page reach this host as well.",
        },
    ),
    (
        "--allow-cdn",
        "allow_cdn",
        {"is_flag": True, "help": "Let the page reach the well-known hosts of scripts."},
    ),
    (
        "--run",
        "app_command",
        {
            "metavar": "COMMAND",
            "help": "Start the app at this address, and see what its backend sends.",
        },
    ),
    (
        "--start-limit",
        "start_limit",
        {
            "type": click.FloatRange(min=1, max=3600),
            "metavar": "SECONDS",
            "help": "How long the app of --run may take to answer (180).",
        },
    ),
    (
        "--source",
        "source",
        {
            "type": click.Path(path_type=Path, exists=True, file_okay=False),
            "metavar": "DIR",
            "help": "The app's code: say where its requests are, and let --fix change it.",
        },
    ),
    ("--yes", "yes", {"is_flag": True, "help": "Run a page at a real service without asking."}),
)


def take_page_options(options: dict[str, Any]) -> PageOptions:
    """Take what ``page_options`` added out of a command's options."""
    return PageOptions(**{key: options.pop(key) for _, key, _ in _OPTIONS})


def page_named(thing: str | None) -> Path | str | None:
    """The page that a THING is: the http(s) address of an app, or an HTML file by its content."""
    if thing is None or thing == "-":
        return None
    if re.match(r"(?i)https?://", thing):
        return thing
    try:
        with open_at_once(Path(thing)) as file:
            # a pipe is read once, by whoever reads the THING
            beginning = file.read(_ENOUGH).decode("utf-8", "replace") if file.seekable() else ""
    except (OSError, ValueError):
        return None  # whoever reads the THING says what is wrong with it
    return Path(thing) if _PAGE.match(beginning) else None


def read_fill(text: str) -> tuple[str, str]:
    """Selector and value of ``--fill``. The value is never taken from the command line itself.

    Raises ``UsageError`` for a text in another form or a variable that is not set, ``ConfigError``
    for a file that cannot be read.
    """
    for mark, source in (("=@", "a file"), ("=env:", "a variable")):
        # From the right: a selector such as `[name=email]` has an equals sign itself.
        selector, found, rest = text.rpartition(mark)
        if found and selector and rest:
            if source == "a file":
                return selector, read_text(Path(rest)).rstrip("\r\n")
            value = os.environ.get(rest)
            if value is None:
                raise UsageError(
                    f"--fill: the environment variable {rest} is not set",
                    hint=f"Set {rest}, or give a file: --fill '{selector}=@FILE'.",
                )
            return selector, value
    raise UsageError(
        "--fill: give a selector and where its value is read from",
        hint="For example --fill '#password=env:APP_PASSWORD' or --fill '#key=@key.txt'.",
    )
