"""Signs in a text: named patterns, kept as data in ``knowledge/signs.yaml``.

The work is bounded: every repetition in a pattern has a limit, only what lies around a sign's
needles is searched, and of each sign only the first few places are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rtdoctor.packaged_yaml import read_packaged

KEPT = 8
"""How many places of a sign are kept."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a text can show; see the head of ``knowledge/signs.yaml``."""

    name: str
    about: str
    needles: tuple[str, ...]
    patterns: tuple[str, ...]
    usage: bool = False
    reach: int = 300


@lru_cache(maxsize=1)
def signs() -> dict[str, Sign]:
    """All signs by name. Raises ``ConfigError`` when the packaged file is wrong."""
    read = read_packaged("knowledge/entries/signs.yaml", tuple[Sign, ...])
    return {sign.name: sign for sign in read}


def sign_names() -> frozenset[str]:
    return frozenset(signs())


@cache
def patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a sign, compiled when a text first needs them: most texts need few, and all
    of them together take tens of milliseconds."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in signs()[name].patterns)
