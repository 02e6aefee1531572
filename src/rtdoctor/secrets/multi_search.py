"""Search for very many fixed strings at once, in time that hardly depends on how many.

Every string that is at least ``size + stride - 1`` long covers one whole ``size``-gram that
starts at a multiple of ``stride``, wherever it stands. So only every ``stride``-th gram of the
text is looked up, and only ``stride`` grams of each string are kept: the last ones, since many
tokens begin alike. A gram says where around it a string may stand, the dictionary whether it does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

SHORTEST = 6


class _Grams:
    def __init__(self, size: int, stride: int) -> None:
        self.size = size
        self.stride = stride
        self.shortest = size + stride - 1
        self._places: dict[str, set[tuple[int, int]]] = {}  # (gram's offset, string's length)

    def add(self, string: str) -> None:
        last = len(string) - self.size
        for offset in range(last - self.stride + 1, last + 1):
            gram = string[offset : offset + self.size]
            self._places.setdefault(gram, set()).add((offset, len(string)))

    def candidates(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of everything that may be a string."""
        size, places = self.size, self._places
        if not places:
            return
        steps = range(0, len(text) - size + 1, self.stride)
        for step in [s for s in steps if text[s : s + size] in places]:
            for offset, length in places[text[step : step + size]]:
                if step >= offset:
                    yield step - offset, step - offset + length


class MultiSearch:
    """A growing set of strings, each with what it stands for."""

    def __init__(self) -> None:
        self._meaning: dict[str, str] = {}
        # The first tier skips most of a text but needs strings of 12; the second is for those of 6
        # to 11.
        self._tiers = (_Grams(size=6, stride=7), _Grams(size=4, stride=SHORTEST - 3))
        self.shortest = sys.maxsize
        """The length of the shortest string."""

    def add(self, string: str, meaning: str) -> None:
        """Search for this too, from now on. The first meaning given to a string stays."""
        if len(string) < SHORTEST or string in self._meaning:
            return
        self._meaning[string] = meaning
        self.shortest = min(self.shortest, len(string))
        next(tier for tier in self._tiers if len(string) >= tier.shortest).add(string)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and meaning of every occurrence, in no particular order."""
        for tier in self._tiers:
            for start, end in tier.candidates(text):
                # A gram is only a hint: the string itself is compared here.
                meaning = self._meaning.get(text[start:end])
                if meaning is not None:
                    yield start, end, meaning
