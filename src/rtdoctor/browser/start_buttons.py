"""Which of a page's elements starts the conversation, told by its words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rtdoctor.packaged_yaml import read_packaged

_NAME_COUNTS = 0.6  # an id or a test id says less than what people read
_NAME_BESIDE_TEXT = 0.1  # and next to nothing where that says it: ids are often all alike
_ALSO = 0.5  # each further weight of which a word is there
_OTHER = 3.0
_FILLED = 8.0
_SURE = 4.0
_FIRST_BEYOND_LATIN = 0x250  # scripts without spaces between words, and symbols
_SHORT = 4  # letters: as the beginning of a longer word they say nothing (go: Google)
_BARE_ICON = 1.0  # a button without any words may be the microphone


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """words.yaml. ``start`` lists words by their weight; ``never`` are groups of words of other
    buttons, ``other`` words that speak against one."""

    start: dict[str, tuple[str, ...]]
    after_filling: tuple[str, ...]
    other: tuple[str, ...]
    never: tuple[tuple[str, ...], ...]
    consent: tuple[str, ...]
    makes_way: tuple[str, ...]
    hold: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressable:
    """An element that could be pressed: what people read, and how it behaves.

    ``icon`` is how the picture in it is called, ``shapes`` how its paths begin. ``is_button``: it
    is one by its tag or role, and not only by the cursor. ``listens``: it listens to presses
    itself. ``is_heard``: it does, or something around it, or the browser acts on it. ``is_held``:
    it listens to presses and releases, and not to clicks. ``is_covered``: something else lies above
    its middle.
    ``leads_on``: it is a link to another page. ``is_beside_field``: a field that was empty is in
    its form or dialog. ``area`` in square pixels. ``selector`` finds it again (Playwright's
    syntax).
    """

    text: str = ""
    label: str = ""
    name: str = ""
    icon: str = ""
    shapes: tuple[str, ...] = ()
    selector: str = ""
    is_button: bool = False
    listens: bool = False
    is_heard: bool = True
    is_beside_field: bool = False
    is_disabled: bool = False
    is_covered: bool = False
    leads_on: bool = False
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
    return read_packaged("browser/words.yaml", Words)


@cache
def _icons() -> dict[str, tuple[str, ...]]:
    """icons.yaml: how the paths of icons begin, by what they show."""
    return read_packaged("browser/icons.yaml", dict[str, tuple[str, ...]])


def score(candidate: Pressable) -> float:
    """How much speaks for it; 0 and less when nothing does, or when it is for something else."""
    read = f"{candidate.text} {candidate.label}"
    if any(_has(group, read) for group in words().never):
        return 0.0
    if candidate.is_beside_field and _has(words().after_filling, read):
        return _FILLED
    names = (candidate.name, candidate.icon, _shown_by(candidate.shapes))
    named = (_weight(_split_name(name)) for name in names)
    told = _weight(read)
    points = told + (_NAME_BESIDE_TEXT if told > 0 else _NAME_COUNTS) * max(named)
    if not points and not read.strip() and not _is_for_others(candidate):
        points = _bare(candidate)
    if points <= 0:
        return 0.0
    longer = max(0, len(candidate.text.split()) - 6)  # a paragraph that happens to be clickable
    return points + (1.0 if candidate.is_button else 0.0) - 0.5 * longer


def is_sure(candidate: Pressable) -> bool:
    """Whether its words hardly leave a doubt, as after a press that brought the page nearer."""
    return score(candidate) >= _SURE


def ranked(candidates: list[Pressable]) -> list[int]:
    """The indices of those that may start the conversation, the likeliest first.

    Links to other pages come last. A page's only button is one, whatever its language, unless it
    is for something else.
    """
    scores = [0.0 if c.is_disabled or c.is_toggle else score(c) for c in candidates]
    buttons = [index for index, c in enumerate(candidates) if c.is_button]
    if len(buttons) == 1 and not any(scores) and _may_be_pressed(candidates[buttons[0]]):
        return buttons
    good = [index for index, points in enumerate(scores) if points > 0]
    return sorted(good, key=lambda i: (candidates[i].leads_on, -scores[i], -candidates[i].area))


def consents(candidate: Pressable) -> bool:
    """Whether it is the button that makes an overlay go away."""
    read = candidate.text or candidate.label
    return (
        not candidate.is_disabled
        and candidate.is_button
        and _has(words().consent, read)
        and len(candidate.text.split()) <= 5
    )


def makes_way(candidate: Pressable) -> bool:
    """Whether it closes what lies above the page, and may close something else as well."""
    read = candidate.text or candidate.label
    return candidate.is_button and not candidate.is_disabled and _has(words().makes_way, read)


def is_held(candidate: Pressable) -> bool:
    """Whether it is to be held down while one talks."""
    return candidate.is_held or _has(words().hold, f"{candidate.text} {candidate.label}")


def _shown_by(shapes: tuple[str, ...]) -> str:
    """What a picture shows, where its paths are those of a well-known icon."""
    known = (word for word, begins in _icons().items() if any(s.startswith(begins) for s in shapes))
    return next(known, "")


def _may_be_pressed(candidate: Pressable) -> bool:
    return not (candidate.is_disabled or candidate.is_toggle or _is_for_others(candidate))


def _is_for_others(candidate: Pressable) -> bool:
    """Whether any of its words says that it is for something else."""
    texts = (candidate.text, candidate.label, candidate.name, candidate.icon)
    said = " ".join([*texts[:2], *map(_split_name, texts[2:])])
    return any(_has(group, said) for group in (*words().never, words().other))


def _bare(candidate: Pressable) -> float:
    """A button or a picture that listens, and no word at all."""
    return _BARE_ICON if candidate.is_button or candidate.listens else 0.0


def _weight(text: str) -> float:
    """How much the words of a text say for it; below 0 when they speak against it."""
    if any(_has(group, text) for group in words().never):
        return 0.0
    found = sorted((float(w) for w, listed in words().start.items() if _has(listed, text)))
    against = _OTHER if _has(words().other, text) else 0.0
    return found[-1] + _ALSO * (len(found) - 1) - against if found else -against


def _split_name(name: str) -> str:
    """An id such as ``startVoiceBtn`` or ``mic-button`` as words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[-_.:]+", " ", apart)


def _has(listed: tuple[str, ...], text: str) -> bool:
    return bool(text.strip()) and _pattern(listed).search(text) is not None


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    spelt = [word for word in listed if ord(word[0]) < _FIRST_BEYOND_LATIN and word[0].isalpha()]
    # Scripts that put no space between words have no boundary to ask for.
    parts = [re.escape(word) for word in listed if word not in spelt]
    if short := [re.escape(word) for word in spelt if len(word) <= _SHORT]:
        parts.append(rf"(?<!\w)(?:{'|'.join(short)})(?:s|ed|er|ing)?(?!\w)")
    if longer := [re.escape(word) for word in spelt if len(word) > _SHORT]:
        parts.append(rf"(?<!\w)(?:{'|'.join(longer)})")
    return re.compile("|".join(parts), re.IGNORECASE)
