"""Prose, ranked by what people told who met the same: BM25 over the symptoms of the entries.

For texts in which no service said anything. A likeness of words is no evidence, so nothing found
here is ever more than possible.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtdoctor.explain.paper import Paper, Span
from rtdoctor.explain.sightings import Reason, Signs
from rtdoctor.knowledge.base import Knowledge
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Strength

_READ = 6_000  # characters of a text that are taken for prose
_ENOUGH = 12.0  # a score below it is chance: unrelated texts reach it seldom
_K1, _B = 1.2, 0.75  # the usual parameters (Robertson and Zaragoza 2009, section 3.5)
_COMMON = 0.2  # a word in a larger share of the entries tells nothing
_STEM = 6  # letters by which words are compared: plays, played, playing
_SHORTEST = 4
_FEWEST = 5  # different words that make a text prose
_CODE_SIGN = re.compile(r"[{}\[\];=<>|()_\"]")
_MOST_SIGNS = 0.06  # of the characters of a line; code and logs have more
_LOG = re.compile(r"^\s{0,8}(?://|\$ |\d{4}-\d\d-\d\d|at \w|-H |curl )")

_WORD = re.compile(r"[a-zà-öø-ÿа-яё]{2,40}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{1,60}")


@dataclass(frozen=True)
class _Index:
    """The words of each entry, and in how many entries a word stands."""

    entries: tuple[tuple[Entry, Counter[str], int], ...]
    holding: Counter[str]
    average: float

    def score(self, entry_at: int, asked: frozenset[str]) -> float:
        _, words, length = self.entries[entry_at]
        return sum(self._weight(words[w], length, w) for w in asked & words.keys())

    def _weight(self, count: int, length: int, word: str) -> float:
        total, holding = len(self.entries), self.holding[word]
        if holding > _COMMON * total:
            return 0.0
        rarity = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
        return rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / self.average))


def symptom_reasons(paper: Paper, signs: Signs, knowledge: Knowledge) -> dict[str, Reason]:
    """A reason for each entry whose symptoms resemble the text, by id; better ones have more bonus.

    The text must be about a Realtime API and about no other service.
    """
    if not _is_about_realtime(signs):
        return {}
    index = _index(knowledge.entries)
    asked = frozenset(word for line in _prose(paper) for word in _words(line))
    if len(asked) < _FEWEST:
        return {}
    found = {}
    for at, (entry, words, _) in enumerate(index.entries):
        score = index.score(at, asked)
        if score >= _ENOUGH and _has_provider(entry, signs):
            span = _closest_line(paper, words)
            says = "what is told resembles what others told who met it"
            found[entry.id] = Reason(Strength.POSSIBLE, says, (span,), round(score), by_words=True)
    return found


def _is_about_realtime(signs: Signs) -> bool:
    if "other_ai" in signs:
        return False
    return "realtime" in signs or ("realtime_words" in signs and "webrtc" in signs)


def _has_provider(entry: Entry, signs: Signs) -> bool:
    return not entry.provider_signs or any(sign in signs for sign in entry.provider_signs)


def _index(entries: tuple[Entry, ...]) -> _Index:
    told = [entry for entry in entries if entry.symptoms]
    read = [(e, Counter(_words(_text_of(e).lower()))) for e in told]
    holding = Counter(word for _, words in read for word in words)
    indexed = tuple((entry, words, words.total()) for entry, words in read)
    average = sum(length for *_, length in indexed) / max(1, len(indexed))
    return _Index(indexed, holding, average)


def _text_of(entry: Entry) -> str:
    return "\n".join((entry.title, *entry.symptoms, entry.why))


def _prose(paper: Paper) -> Iterator[str]:
    """The lines, in lower case, in which a person tells something: neither code nor a log."""
    for line in paper.lower[:_READ].split("\n"):
        signs = sum(1 for _ in _CODE_SIGN.finditer(line))
        if signs <= _MOST_SIGNS * len(line) and not _LOG.match(line):
            yield line


def _words(text: str) -> Iterator[str]:
    """Words by their first letters; pairs of signs for scripts that part no words."""
    for match in _WORD.finditer(text):
        word = match[0]
        if ord(word[0]) >= 0x3040:
            yield from (word[n : n + 2] for n in range(max(1, len(word) - 1)))
        elif len(word) >= _SHORTEST:
            yield word[:_STEM]


def _closest_line(paper: Paper, words: Iterable[str]) -> Span:
    """The line of the text that shares most words with the symptoms."""
    known = set(words)
    best, start = (0, 0, 0), 0
    for line in paper.lower[:_READ].split("\n"):
        shared = len(known.intersection(_words(line)))
        # Offsets are negative, so that of lines with as many words the first one wins.
        best = max(best, (shared, -start, -(start + len(line))))
        start += len(line) + 1
    return Span(-best[1], -best[2])
