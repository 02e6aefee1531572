"""The options of ``rtdoctor check`` that are about somebody's own token route."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.text_file import read_text

Command = Callable[..., object]
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Before `env:` may stand a scheme, as in `Authorization: Bearer env:TOKEN`.
_VARIABLE = re.compile(r"(?P<before>(?:[\w-]+ )?)env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_LONGEST_TOKEN = 20_000
_KEEP_OUT = "Give it as -H 'NAME: env:VARIABLE', or the whole header in a file: -H @FILE."


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOptions:
    """The options as they were given."""

    token_url: str | None = None
    method: str | None = None
    headers: tuple[str, ...] = ()
    data: str | None = None
    origin: str | None = None
    token_file: str | None = None
    spend_token: bool = False

    @property
    def is_given(self) -> bool:
        """Whether a token route or a token is to be checked."""
        return self.token_url is not None or self.token_file is not None


_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--token-url", "token_url"),
        {"metavar": "URL", "help": "Check your own token route: its answers, and a call."},
    ),
    (
        ("-X", "--request", "method"),
        {"metavar": "METHOD", "help": "Method for --token-url.  [default: GET, POST with -d]"},
    ),
    (
        ("-H", "--header", "headers"),
        {
            "multiple": True,
            "metavar": "HEADER",
            "help": "Header for --token-url; @FILE reads headers, 'NAME: env:VARIABLE' a value.",
        },
    ),
    (
        ("-d", "--data", "data"),
        {"metavar": "BODY", "help": "Body for --token-url; @FILE reads it from a file."},
    ),
    (
        ("--origin", "origin"),
        {"metavar": "ORIGIN", "help": "Where the page stands that asks --token-url, for CORS."},
    ),
    (
        ("--token-file", "token_file"),
        {"metavar": "FILE", "help": "Call once with the token in this file; - is stdin."},
    ),
    (
        ("--spend-token", "spend_token"),
        {"is_flag": True, "help": "The token of --token-file, or a shared one, may be used up."},
    ),
)


def token_options(command: Command) -> Command:
    """``--token-url`` and its siblings."""
    for names, settings in reversed(_OPTIONS):
        command = click.option(*names, **settings)(command)
    return command


def take_token_options(options: dict[str, Any]) -> TokenOptions:
    """Take what ``token_options`` added out of a command's options.

    Raises ``UsageError`` for options that do not go together.
    """
    taken = TokenOptions(**{names[-1]: options.pop(names[-1]) for names, _ in _OPTIONS})
    about_route = (taken.method, taken.headers, taken.data, taken.origin)
    if taken.token_url is None and any(value not in (None, ()) for value in about_route):
        raise UsageError("-X, -H, -d and --origin are about a token route; add --token-url URL")
    if taken.token_url is not None and taken.token_file is not None:
        raise UsageError("--token-url and --token-file exclude each other")
    if taken.token_file is not None and not taken.spend_token:
        raise UsageError(
            "the call uses the token of --token-file up",
            hint="If that may be, add --spend-token. Otherwise name your token route: --token-url.",
        )
    if taken.spend_token and not taken.is_given:
        raise UsageError("--spend-token is about --token-file or --token-url; add one of them")
    return taken


def read_headers(texts: tuple[str, ...]) -> tuple[tuple[str, str | Secret], ...]:
    """The headers of ``-H``; those with a credential hold a ``Secret``.

    A credential comes from a file or a variable. Raises ``UsageError`` for one that stands on the
    command line itself, without repeating it, and for a variable that is not set.
    """
    found: list[tuple[str, str | Secret]] = []
    for text in texts:
        if text.startswith("@"):
            lines = read_text(Path(text[1:])).splitlines()
            found += (_of_file(line, text[1:]) for line in lines if line.strip())
        else:
            found.append(_of_command_line(text))
    return tuple(found)


def read_body(text: str | None) -> str | None:
    """The body of ``-d``. Raises ``UsageError`` for one with a credential in it."""
    from rtdoctor.subjects.token_route import has_credential

    if text is None:
        return None
    if text.startswith("@"):
        return read_text(Path(text[1:]))
    if has_credential(text):
        raise UsageError(
            "-d holds what looks like a credential, and the command line is no place for it",
            hint="Put the body into a file: -d @FILE.",
        )
    return text


def read_token(source: str) -> Secret:
    """The token of ``--token-file``. Raises ``UsageError`` for a text that is not one token."""
    if source == "-":
        data = sys.stdin.buffer.read(_LONGEST_TOKEN)
        text = data.decode("utf-8", "replace")
    else:
        text = read_text(Path(source))
    value = text.strip()
    # A header can carry nothing else, and a blank in it is a sign of more than a token.
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        named = "standard input" if source == "-" else source
        raise UsageError(
            f"{named} does not hold a token", hint="It should hold the token and nothing else."
        )
    return Secret(value, "ek_…#1")


def _of_command_line(text: str) -> tuple[str, str | Secret]:
    from rtdoctor.subjects.token_route import is_credential

    name, value = _split(text, "-H")
    variable = _VARIABLE.fullmatch(value)
    if variable is not None:
        content = os.environ.get(variable["name"])
        if not content:
            raise UsageError(f"-H: the environment variable {variable['name']} is not set")
        return name, Secret(_sendable(variable["before"] + content, name), f"<{name} header>")
    if is_credential(name, value):
        raise UsageError(
            f"-H: the header {name} holds a credential, and the command line is no place for it",
            hint=_KEEP_OUT,
        )
    return name, _sendable(value, name)


def _of_file(line: str, file: str) -> tuple[str, str | Secret]:
    from rtdoctor.subjects.token_route import is_credential

    name, value = _split(line, f"-H @{file}")
    text = _sendable(value, name)
    return name, Secret(text, f"<{name} header>") if is_credential(name, text) else text


def _split(text: str, named: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not _NAME.fullmatch(name.strip()):
        raise UsageError(f"{named}: a header is given as 'NAME: VALUE'", hint=_KEEP_OUT)
    return name.strip(), value.strip()


def _sendable(value: str, name: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise UsageError(f"-H: the value of {name} cannot be sent: only printable ASCII can")
    return value
