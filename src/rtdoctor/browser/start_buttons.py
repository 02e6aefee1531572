"""Which of a page's elements starts the conversation, told by its words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rtdoctor.strict_yaml import load_packaged

_NAME_COUNTS = 0.6  # an id or a test id says less than what people read
_FIRST_BEYOND_LATIN = 0x250  # scripts without spaces between words, and symbols
_BARE_ICON = 1.0  # a button without any words may be the microphone


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """words.yaml. ``start`` lists words by their weight; ``never`` are groups of words of other
    buttons."""

    start: dict[str, tuple[str, ...]]
    never: tuple[tuple[str, ...], ...]
    consent: tuple[str, ...]
    hold: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressable:
    """An element that could be pressed: what people read, and how it behaves.

    ``is_button`` it is one by its tag or role, and not only by a listener or the cursor.
    ``is_held`` it listens to presses and releases, and not to clicks. ``area`` in square pixels.
    ``selector`` finds it again (Playwright's syntax).
    """

    text: str = ""
    label: str = ""
    name: str = ""
    selector: str = ""
    is_button: bool = False
    is_disabled: bool = False
    is_held: bool = False
    is_toggle: bool = False
    area: int = 0

    @property
    def shown(self) -> str:
        """What it is called for people."""
        return self.text or self.label.strip() or self.selector


@cache
def words() -> Words:
    """The packaged words."""
    text = (resources.files(__package__) / "words.yaml").read_text("utf-8")
    return load_packaged(text, Words, "browser/words.yaml")


def score(candidate: Pressable) -> float:
    """How much speaks for it; 0 and less when nothing does, or when it is for something else."""
    read = f"{candidate.text} {candidate.label}"
    named = _split_name(candidate.name)
    if any(_has(group, read) for group in words().never):
        return 0.0
    by_words = _weight(read)
    by_name = 0.0 if any(_has(g, named) for g in words().never) else _weight(named)
    points = by_words + _NAME_COUNTS * by_name
    if not points and candidate.is_button and not read.strip():
        points = _BARE_ICON
    if not points:
        return 0.0
    longer = max(0, len(candidate.text.split()) - 6)  # a paragraph that happens to be clickable
    return points + (1.0 if candidate.is_button else 0.0) - 0.5 * longer


def ranked(candidates: list[Pressable]) -> list[int]:
    """The indices of those that may start the conversation, the likeliest first."""
    scores = [0.0 if c.is_disabled or c.is_toggle else score(c) for c in candidates]
    good = [index for index, points in enumerate(scores) if points > 0]
    return sorted(good, key=lambda i: (-scores[i], -candidates[i].area))


def consents(candidate: Pressable) -> bool:
    """Whether it is the button that makes an overlay go away."""
    return (
        not candidate.is_disabled
        and candidate.is_button
        and _has(words().consent, candidate.text or candidate.label)
        and len(candidate.text.split()) <= 5
    )


def is_held(candidate: Pressable) -> bool:
    """Whether it is to be held down while one talks."""
    return candidate.is_held or _has(words().hold, f"{candidate.text} {candidate.label}")


def _weight(text: str) -> float:
    found = (float(w) for w, listed in words().start.items() if _has(listed, text))
    return max(found, default=0.0)


def _split_name(name: str) -> str:
    """An id such as ``startVoiceBtn`` or ``mic-button`` as words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[-_.:]+", " ", apart)


def _has(listed: tuple[str, ...], text: str) -> bool:
    return bool(text.strip()) and _pattern(listed).search(text) is not None


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    spelt = [re.escape(word) for word in listed if ord(word[0]) < _FIRST_BEYOND_LATIN]
    others = [re.escape(word) for word in listed if ord(word[0]) >= _FIRST_BEYOND_LATIN]
    begins = [rf"(?<!\w)(?:{'|'.join(spelt)})"] if spelt else []
    return re.compile("|".join([*begins, *others]), re.IGNORECASE)
