"""What kind of credential a call shows, by its text alone."""

from __future__ import annotations

import re

from rtdoctor.domain.setup import AuthKind
from rtdoctor.secrets.appearance import is_evidence, is_word

_TOKEN = re.compile(r"ek[_-]|<ephemeral")
_KEY = re.compile(r"sk[_-]|<api-key>")
_OBJECT = re.compile(r"\[object.*\]?")
_TOKEN_NAME = re.compile(r"(?i)ephemeral|token|client.?secret|\bek\b")
_KEY_NAME = re.compile(r"(?i)key")


def kind_of(text: str) -> AuthKind | None:
    """The kind; ``None`` for a text that says nothing, such as a gateway's own credential.

    What a program prints for a missing value is ``LITERAL``, since the service sees just that. A
    variable or a placeholder stands for what its name says.
    """
    if not text or is_word(text) or _OBJECT.match(text):
        return AuthKind.LITERAL
    if _TOKEN.match(text):
        return AuthKind.EPHEMERAL
    if _KEY.match(text):
        return AuthKind.API_KEY
    if is_placeholder(text):
        if _TOKEN_NAME.search(text):
            return AuthKind.EPHEMERAL
        return AuthKind.API_KEY if _KEY_NAME.search(text) else None
    return None


def is_placeholder(text: str) -> bool:
    """Whether this is a variable or a template where a credential is to be put in."""
    return text.startswith(("$", "%", "{", "<")) or (is_evidence(text) and not is_word(text))
