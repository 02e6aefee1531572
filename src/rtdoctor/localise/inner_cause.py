"""What a search inside of one level can say: places that fail together, and their pairs."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.outcome import Signature

Choice = frozenset[int]
"""The places, by number, that are as in the failing level; all others are as in the passing one."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a cause: usually one place. ``failing`` and ``passing`` differ in it alone."""

    places: Choice
    failing: Choice
    passing: Choice


@dataclass(frozen=True, slots=True)
class InnerCause:
    """Places that fail together, each needed.

    ``is_alone`` says that they were seen to fail with nothing else of the failing level.
    ``given_back`` are places that had to be as in the passing level for it to be seen.
    """

    members: tuple[Member, ...]
    signature: Signature
    is_alone: bool = True
    given_back: Choice = frozenset()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """``causes`` in the order in which they were met. ``open`` says why there may be more.

    ``mended`` is the failing level with as little given back as it takes to pass.
    """

    causes: tuple[InnerCause, ...] = ()
    mended: Choice | None = None
    open: str = ""
