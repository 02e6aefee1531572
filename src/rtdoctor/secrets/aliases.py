"""What secrets are called in a run: the same alias for the same value, and how many were shown."""

from __future__ import annotations

import re
from collections import Counter

from rtdoctor.secrets.shapes import Found

_NUMBERED = re.compile(
    r"((?:sk|ek|xai|eyJ|org)[-_]?…\?|<[\w -]+ |redacted/ice/pwd/"
    r"|(?:private|public|linklocal|cgnat)-ipv[46]-|\bmdns-|\bf)(\d{1,9})"
)


class Aliases:
    """Names the values of one run. ``short``: every alias is one word without a number."""

    def __init__(self, *, short: bool) -> None:
        self._short = short
        self._names: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._kinds: dict[str, str] = {}
        self._masked: dict[str, set[str]] = {}

    def known(self, found: Found) -> str | None:
        """The alias that a value has already."""
        return self._names.get((found.mask.stem, found.value))

    def give(self, found: Found) -> str:
        """A new alias for a value that was found by its shape."""
        mask = found.mask
        self._numbers[mask.stem] += 1
        numbered = mask.stand_in.format(n=self._numbers[mask.stem])
        alias = mask.short if self._short else numbered
        self._names[mask.stem, found.value] = alias
        self._kinds[alias] = mask.kind
        return alias

    def set_kind(self, alias: str, kind: str) -> None:
        """Count the values behind an alias as this kind."""
        self._kinds[alias] = kind

    def shown(self, alias: str) -> str:
        """The alias, counted as one that stands in an output."""
        self._masked.setdefault(self._kinds[alias], set()).add(alias)
        return alias

    def counts(self) -> dict[str, int]:
        """How many different aliases of each kind were shown."""
        return {kind: len(aliases) for kind, aliases in sorted(self._masked.items())}

    def continue_numbering(self, text: str) -> None:
        """Give new aliases numbers above those in an earlier part of the same run."""
        for stem, number in _NUMBERED.findall(text):
            self._numbers[stem] = max(self._numbers[stem], int(number))
