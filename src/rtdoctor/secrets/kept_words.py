"""Words that a key is never hidden by, since reports are made of them: a list in the table."""

from __future__ import annotations

import re
from functools import cache

from rtdoctor.secrets.table import table


def is_kept_word(value: str) -> bool:
    """Whether the table keeps this word, or a word that it is a part of, readable."""
    return value.lower() in _kept_words()


@cache
def _kept_words() -> frozenset[str]:
    words = {word.lower() for group in table().kept_words for word in group.words}
    return frozenset(words | {part for word in words for part in re.split("[-_.]", word)})
