"""Whether the name that a value goes by says that the value is secret.

Headers, parameters, fields, options and variables are judged alike: a name is split into words,
and its last word decides; a few names are told by their last two.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache, lru_cache

from rtdoctor.secrets.table import table

LONGEST = 100
"""Characters of a name that are read: its last ones."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IN_ONE = 5  # letters of a word that may end a name written in one: no ordinary word ends so


class Name(Enum):
    """What a name says about its value."""

    ORDINARY = "ordinary"
    SECRET = "secret"
    SECRET_IN_REQUESTS = "secret in a query, a header or a form"
    SECRET_IF_RANDOM = "secret when the value looks random"
    AUTHORIZATION = "a scheme and a credential"
    COOKIE = "cookies"
    SET_COOKIE = "one cookie and its attributes"
    ORGANIZATION = "an organization or a project"


def judge(name: str) -> Name:
    """What a name of any style says: ``apiToken``, ``X-API-Key``, ``session[client_secret]``."""
    return _judge(name[-LONGEST:])


@lru_cache(maxsize=8192)
def _judge(name: str) -> Name:
    whole = _whole_names().get(name.lower())
    return whole or _by_words(words_of(name))


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: ``XAmzSignature2`` is x, amz, signature."""
    return [word.lower() for word in _WORD.findall(name)]


def _by_words(words: list[str]) -> Name:
    names = table().names
    # The word that says what it is may be followed by one that does not, as in TOKEN_VALUE.
    while len(words) > 1 and words[-1] in names.trailing:
        words = words[:-1]
    two = " ".join(words[-2:])
    if not words or two in names.ordinary:
        return Name.ORDINARY
    if two in names.secret_in_two:
        return Name.SECRET_IF_RANDOM
    last = words[-1]
    if last in names.authorization:
        return Name.AUTHORIZATION
    if last in names.secret or last.endswith(_in_one()):
        return Name.SECRET
    if last in ("key", "keys") and words[-2:-1] and words[-2].endswith(names.secret_keys):
        return Name.SECRET
    if last == "key" and len(words) > 1:
        return Name.SECRET_IF_RANDOM
    if last in names.secret_in_requests:
        return Name.SECRET_IN_REQUESTS
    return Name.SECRET_IF_RANDOM if last in names.secret_if_random else Name.ORDINARY


@cache
def _in_one() -> tuple[str, ...]:
    """The ends of names without any mark between their words: ``clientsecret``, ``apikey``."""
    names = table().names
    words = [word for word in names.secret if len(word) >= _IN_ONE]
    return (*words, *(f"{word}key" for word in names.secret_keys))


@cache
def _whole_names() -> dict[str, Name]:
    names = table().names
    return (
        dict.fromkeys(names.authorization, Name.AUTHORIZATION)
        | {name: Name.SET_COOKIE if "set" in name else Name.COOKIE for name in names.cookies}
        | dict.fromkeys(names.organization, Name.ORGANIZATION)
    )


@cache
def hints() -> tuple[str, ...]:
    """Texts in lower case, one of which stands in every name that is not ordinary."""
    names = table().names
    last = (two.split()[1] for two in names.secret_in_two)
    words = {*names.secret, *names.secret_in_requests, *names.secret_if_random, *last}
    return tuple(sorted(w for w in words if not any(w.startswith(o) for o in words - {w})))
