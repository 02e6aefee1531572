"""The exchanges that one reader has found in a text."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.subjects.seen import Seen


@dataclass(frozen=True, slots=True)
class Recording:
    """Exchanges in the order in which they were made.

    ``credentials_kept`` is false when the recording may have left Authorization headers out.
    ``from_text`` says that they are commands in a text, which may be a mere example.
    ``notes`` say what could not be read.
    """

    kind: str
    seen: tuple[Seen, ...]
    credentials_kept: bool = True
    from_text: bool = False
    notes: tuple[str, ...] = ()
