"""What was read out of somebody's thing, with where each value stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup

SETUP_FILE = "setup file"


@dataclass(frozen=True, slots=True)
class ReadPlace:
    """A place of the setup with the value it has, as people write it.

    ``origin`` is where the value was read, or the reason why it was inferred.
    """

    place: str
    value: str
    origin: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A setup, and how it was come by.

    ``kind`` is what the thing is, as in "HAR of Chrome". ``base_url`` is the service that the
    thing names; a stranger may have written it, so a key goes there under the rules of
    ``targets.trust`` alone. ``notes`` say what was ignored and what else was found, ``not_said``
    what the thing does not tell. ``secrets`` are to be registered before anything is printed:
    texts and places may repeat them. ``sources`` are the files of source code, name to text.
    """

    kind: str
    setup: Setup
    places: tuple[ReadPlace, ...]
    base_url: str | None = None
    notes: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_setup_file(self) -> bool:
        """Whether it was written as a setup, so that nothing of it had to be told or inferred."""
        return self.kind == SETUP_FILE

    def noting(self, *notes: str) -> Reading:
        """The same reading with more notes before its own."""
        return replace(self, notes=(*notes, *self.notes))
