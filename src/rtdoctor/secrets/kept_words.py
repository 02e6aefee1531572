"""Words of the program's own: a key that equals one of them cannot be hidden by its value.

Somebody's key for a local gateway is ``openai`` or ``realtime``. Hiding every such word would
leave no evidence in a report, and the words that the report itself is made of would still be there.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import rtdoctor

_WORD = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")
_KINDS = {".py", ".yaml", ".json", ".j2", ".css"}


def is_own_word(value: str) -> bool:
    """Whether reports, probes or explanations use this as a word. No real key looks like one."""
    return _WORD.fullmatch(value) is not None and value.lower() in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    """Every word of our files. They are read only when a value might be one."""
    root = Path(rtdoctor.__file__).parent
    texts = (p.read_text("utf-8") for p in root.rglob("*") if p.suffix in _KINDS)
    words = {word.lower() for text in texts for word in _WORD.findall(text)}
    return frozenset(words | {part for word in words for part in re.split("[-_.]", word)})
