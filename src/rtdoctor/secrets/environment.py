"""Secrets that the environment holds: they may come back from a proxy or in a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.appearance import looks_random
from rtdoctor.secrets.names import Name, judge
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.secrets.table import table

_PROXY = re.compile(r"(?i)(?:https?|all|ws|wss|ftp)_proxy")
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
        elif judge(name) is Name.AUTHORIZATION and looks_random("".join(value.split()[-1:])):
            yield Secret(value.split()[-1], f"<{name}>")  # without the scheme
        elif value.strip() and _is_secret(name, value):
            yield Secret(value, _OURS.get(name, f"<{name}>"))


def _is_secret(name: str, value: str) -> bool:
    # PWD ends like a password and is a path.
    if name in table().names.working_directory:
        return False
    kind = judge(name)
    may_be = kind in (Name.SECRET_IN_REQUESTS, Name.SECRET_IF_RANDOM)
    return kind is Name.SECRET or (may_be and looks_random(value))


def _of_proxy(url: str) -> Iterator[Secret]:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return
    # without a password, the user's name is the credential
    for secret in {parts.password or parts.username or ""} - {""}:
        yield Secret(secret, "<proxy password>")
        yield Secret(unquote(secret), "<proxy password>")
