"""The setup under diagnosis from its file: one that a client could send."""

from __future__ import annotations

import re
from pathlib import Path

from rtdoctor.cli.options import read_text
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import ConfigError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.setup_file import read_setup


def read_subject(path: Path, catalogue: Catalogue) -> Setup:
    """The setup in a file, one that a client could send. Raises ``ConfigError``."""
    where = str(path)
    setup = read_setup(read_text(path), where, catalogue)
    _check_token(setup, where)
    _check_headers(setup, where)
    return setup


def _check_token(setup: Setup, where: str) -> None:
    if setup.auth.value.kind.needs_token and setup.token_endpoint.value.path is None:
        raise ConfigError(
            where,
            f"auth {setup.auth.name} needs a token, and token_endpoint none mints none",
            hint="Name a token_endpoint, or an auth that needs no token, such as api_key.",
        )


def _check_headers(setup: Setup, where: str) -> None:
    auth, beta = setup.auth.value, setup.beta_header.value
    headers = {
        "auth": [auth.text, auth.scheme],
        "beta_header": [beta.mint or "", beta.call or ""],
        "token_body": [setup.token_body.value.content_type],
        "call_encoding": [setup.call_encoding.value.content_type],
    }
    # the text itself is not repeated: it may be a key
    for factor, texts in headers.items():
        if not all(text.isascii() and text.isprintable() for text in texts):
            raise ConfigError(
                where,
                f"{factor}: this text cannot be sent in an HTTP header",
                hint="No client can send line breaks or letters beyond ASCII there.",
            )
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", auth.header):
        raise ConfigError(
            where,
            "auth: the header is no name of an HTTP header",
            hint="Give its name alone, such as Authorization; what it carries is text.",
        )
