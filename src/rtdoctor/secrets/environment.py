"""Secrets that the environment holds: they may come back from a proxy or in a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.redactor import Redactor

_PROXY = re.compile(r"(?i)(?:https?|all|ws|wss|ftp)_proxy")
_SECRET = re.compile(r"(?i)(?:\w+_)?(?:API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD)")
_OURS = {"OPENAI_API_KEY": "<api-key>"}


def knowing_redactor(environment: Mapping[str, str], *, keep_addresses: bool) -> Redactor:
    """A redactor that knows the secrets of an environment from the start."""
    redactor = Redactor(keep_addresses=keep_addresses)
    for secret in secrets_in(environment):
        redactor.add(secret)
    return redactor


def secrets_in(environment: Mapping[str, str]) -> Iterator[Secret]:
    """Keys, tokens and passwords by the names of their variables, and a proxy's credentials."""
    for name, value in environment.items():
        if _PROXY.fullmatch(name):
            yield from _of_proxy(value)
        elif _SECRET.fullmatch(name) and value.strip():
            yield Secret(value, _OURS.get(name, f"<{name}>"))


def _of_proxy(url: str) -> Iterator[Secret]:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return
    # without a password, the user's name is the credential
    for secret in {parts.password or parts.username or ""} - {""}:
        yield Secret(secret, "<proxy password>")
        yield Secret(unquote(secret), "<proxy password>")
