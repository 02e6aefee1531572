"""A reading in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.reading import ReadPlace


@dataclass(slots=True)
class Draft:
    """A setup that starts as the default one, with the places that were read so far.

    ``left_out`` are the places that each request leaves open, by where it was found.
    """

    catalogue: Catalogue
    setup: Setup
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: list[ReadPlace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_said: list[str] = field(default_factory=list)
    base_urls: list[str] = field(default_factory=list)

    def put(self, factor: Factor, value: Any) -> None:
        """Give a factor the level of a value that was read."""
        self.setup = self.setup.with_level(factor, level_of(self.catalogue, factor, value))
