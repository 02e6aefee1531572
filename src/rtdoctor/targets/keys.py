"""The API key: where it is read from, and what a copied key is copied with."""

from __future__ import annotations

import os
import re
from pathlib import Path

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.secrets.appearance import is_evidence, is_number
from rtdoctor.secrets.multi_search import SHORTEST
from rtdoctor.text_file import read_text

KEY_VARIABLE = "OPENAI_API_KEY"
_KEY_ALONE = (
    "It should hold the key and nothing else. For a service that asks for no key, any word of "
    f"{SHORTEST} letters will do."
)


def read_key(key_file: Path | None = None) -> Secret | None:
    """The API key from a file, or from the environment when no file is named.

    Returns ``None`` when the variable ``OPENAI_API_KEY`` is unset or empty. Raises ``UsageError``
    for a text that is not a key, ``ConfigError`` for a file that cannot be read; no message
    repeats what was found.
    """
    if key_file is None:
        value = os.environ.get(KEY_VARIABLE, "")
        return api_key(value, KEY_VARIABLE) if value.strip() else None
    return api_key(read_text(key_file), str(key_file))


def require_key(key: Secret | None) -> Secret:
    """The key, if there is one. Raises ``UsageError`` with the ways to give one."""
    if key is None:
        raise UsageError(
            f"no API key: set {KEY_VARIABLE}, or name a file with --key-file",
            hint="To see it work without a key: rtdoctor check --sandbox",
        )
    return key


def api_key(text: str, source: str) -> Secret:
    """The key in a text, without the white space around it; ``source`` says where it was found.

    Raises ``UsageError`` for a text that is not a key alone; the message never repeats the text.
    """
    value = text.strip()
    if not value:
        raise UsageError(f"{source} is empty", hint=_KEY_ALONE)
    problem = _not_a_key(value)
    if problem:
        raise UsageError(f"{source} does not hold an API key: {problem}", hint=_KEY_ALONE)
    return Secret(value, "<api-key>")


def _not_a_key(value: str) -> str:
    """What a copied key was copied with; empty when nothing is wrong."""
    lines = len(value.splitlines())
    if lines > 1:
        return f"it has {lines} lines"
    if re.match(r"(export\s+)?[A-Za-z_][A-Za-z0-9_]*=[^=]", value):
        return "it is a NAME=VALUE line"
    if value[0] in "\"'`" or value[-1] in "\"'`":
        return "it is in quotes"
    if re.match(r"(?i)bearer(?:\s|$)", value):
        return "it begins with “Bearer”"
    if is_evidence(value) or is_number(value):
        return "it stands where a key should be, and is none"
    if not value.isascii() or not value.isprintable() or " " in value:
        return "it contains spaces or unusual letters"
    if len(value) < SHORTEST:
        return f"it has fewer than {SHORTEST} characters, so it could not be kept out of reports"
    return ""
