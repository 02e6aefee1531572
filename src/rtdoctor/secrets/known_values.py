"""The secrets that are known by their value: in every form, cut short, or half of them."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.secrets.appearance import looks_random
from rtdoctor.secrets.encodings import forms, spellings
from rtdoctor.secrets.multi_search import MultiSearch

_CUT = 12  # so much of a secret is one cut short: at the end of a text, elsewhere if it is half
_CERTAIN = 16  # characters of a value that is not in a report by chance


class KnownValues:
    """Finds values, each by its alias.

    ``by_chance`` are the forms of values that may be a part of any report.
    """

    def __init__(self) -> None:
        self._search = MultiSearch()
        self._heads: dict[str, list[tuple[str, str]]] = {}
        self._halves: dict[str, str] = {}  # the first half of a value, to the value
        self._values: set[str] = set()
        self.by_chance: set[str] = set()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, value: str) -> bool:
        return value in self._values

    @property
    def shortest(self) -> int:
        """A text with fewer characters holds none of the values, nor a part that is found."""
        return min(self._search.shortest, _CUT)

    def add(self, value: str, alias: str) -> None:
        """Find this value too, from now on."""
        self._values.add(value)
        # the lines of a longer key may be shown with something between them
        lines = [line.strip() for line in value.split("\n")]
        parts = {value, *(line for line in lines if len(line) > _CUT and "-----" not in line)}
        found = {form for part in parts for form in forms(part)}
        if len(value) > _CUT:
            # one that was cut short in the middle of a text, as in: Invalid token abcdefgh...
            for whole in spellings(value):
                half = whole[: max(_CUT, (len(whole) + 1) // 2)]
                self._halves.setdefault(half, whole)
                found.add(half)
            self._heads.setdefault(value[:_CUT], []).append((value, alias))
        for form in found:
            self._search.add(form, alias)
        if len(value) < _CERTAIN and not looks_random(value):
            self.by_chance |= found

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and alias of each value in a text, which is searched as it is."""
        for start, end, alias in self._search.find(text):
            whole = self._halves.get(text[start:end], "")
            # Half of a value may be followed by more of it: as much as agrees goes too.
            rest = text[start : start + len(whole)]
            while not whole.startswith(rest):
                rest = rest[:-1]
            yield start, max(end, start + len(rest)), alias

    def find_cut(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The start of a value at the end of a text that was cut there."""
        word = 1 + max(map(text.rfind, ' "\r\n\t'))
        for at in range(max(word, len(text) - 4096), len(text) - _CUT + 1):
            for value, alias in self._heads.get(text[at : at + _CUT], ()):
                if value.startswith(text[at:]):
                    yield at, len(text), alias
