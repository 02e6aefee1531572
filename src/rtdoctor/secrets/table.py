"""The table of the names of secrets and the prefixes of keys, ``table.yaml``, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rtdoctor.packaged_yaml import read_packaged

FILE = "table.yaml"


@dataclass(frozen=True, slots=True)
class Names:
    """What secrets are called; each field is described in the file."""

    secret: tuple[str, ...]
    secret_keys: tuple[str, ...]
    secret_in_requests: tuple[str, ...]
    secret_if_random: tuple[str, ...]
    secret_in_two: tuple[str, ...]
    trailing: tuple[str, ...]
    ordinary: tuple[str, ...]
    working_directory: tuple[str, ...]
    authorization: tuple[str, ...]
    schemes: tuple[str, ...]
    cookies: tuple[str, ...]
    known_cookies: tuple[str, ...]
    organization: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyShape:
    """A kind of key that is known by its prefix."""

    prefix: str
    kind: str
    length: int
    also: str = ""
    digit: bool = False
    not_after: str = ""
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Sayings:
    """Words of what is said about a secret; each field is described in the file."""

    faults: tuple[str, ...]
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file."""

    names: Names
    sayings: Sayings
    keys: tuple[KeyShape, ...]


@cache
def table() -> Table:
    """The packaged table. Raises ``ConfigError`` when the file is wrong."""
    return read_packaged(f"secrets/{FILE}", Table)
