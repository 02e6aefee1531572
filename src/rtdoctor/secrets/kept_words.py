"""Words that are never hidden by their value, as reports are made of them: ``kept_words.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rtdoctor.packaged_yaml import read_packaged
from rtdoctor.secrets.appearance import is_number, is_word
from rtdoctor.secrets.multi_search import SHORTEST

FILE = "kept_words.yaml"


@dataclass(frozen=True, slots=True)
class KeptWords:
    """Some words, and why each of them is kept."""

    reason: str
    words: tuple[str, ...]


def is_kept_word(value: str) -> bool:
    """Whether the list keeps this word readable, or a word that it is a part of."""
    return value.lower() in _kept_words()


def can_be_hidden(value: str) -> bool:
    """Whether a value may be hidden wherever it stands: it is long enough, and no ordinary text."""
    ordinary = is_word(value) or is_number(value) or is_kept_word(value.strip("<>"))
    return len(value) >= SHORTEST and not ordinary


@cache
def kept_words() -> tuple[KeptWords, ...]:
    """The packaged list. Raises ``ConfigError`` when the file is wrong."""
    return read_packaged(f"secrets/{FILE}", tuple[KeptWords, ...])


@cache
def _kept_words() -> frozenset[str]:
    words = {word.lower() for group in kept_words() for word in group.words}
    return frozenset(words | {part for word in words for part in _parts(word)})


def _parts(word: str) -> Iterator[str]:
    """What stands in a word between any two of its separators: ``gpt-realtime`` in a model."""
    cuts = [match.start() for match in re.finditer("[-_.]", word)]
    for start in [-1, *cuts]:
        yield from (word[start + 1 : end] for end in [*cuts, len(word)] if end > start)
