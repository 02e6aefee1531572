"""One entry of the knowledge base: the shape of ``knowledge/*.yaml``, field by field.

An entry says what a fault looks like, why it happens and what cures it, and it is dated: the
services changed their answers more than once, so no entry outranks a probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from rtdoctor.domain.era import Era
from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.setup import Factor
from rtdoctor.knowledge.look import Clue, Look, check_signs
from rtdoctor.strict_yaml import closest

FACTORS = tuple(f.value for f in Factor)
LevelNames = dict[str, str]


class KnownService(StrEnum):
    """The services that entries are about.

    ``CHATGPT`` is the backend of ChatGPT and Codex, which is not the public API; ``GATEWAY`` a
    relay or gateway in front of a service that has no name here.
    """

    OPENAI = "openai"
    AZURE = "azure"
    LITELLM = "litellm"
    SPEACHES = "speaches"
    LOCALAI = "localai"
    S2S = "s2s"
    XAI = "xai"
    CHATGPT = "chatgpt"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Condition:
    """Factor levels with which the entry says it occurs; a level list means any of them.

    ``drift`` is false where the facts are inferred, conflicting or silent about what else a
    service may answer: such a condition explains, but a probe cannot contradict it.
    """

    levels: dict[str, tuple[str, ...]]
    eras: tuple[Era, ...] = ()
    drift: bool = True

    def __post_init__(self) -> None:
        _check_factors(self.levels)

    def holds(self, names: dict[str, str]) -> bool:
        return all(names.get(factor) in allowed for factor, allowed in self.levels.items())


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do. Each of ``changes`` is one cure, as factor levels that can be probed."""

    text: str
    changes: tuple[LevelNames, ...] = ()

    def __post_init__(self) -> None:
        for change in self.changes:
            _check_factors(change)


@dataclass(frozen=True, slots=True)
class Entry:
    """A known fault, or a known good way (``works``: the stage it is known to reach).

    ``target`` is the service it is about: of another one it says nothing. ``provider`` names the
    signs of which a text must show one; for another service than OpenAI its name, if left out. A
    look that is ``alone`` is such a sign itself.
    ``symptoms`` are what people tell who met it, in their own words and languages. They rank
    entries for prose, and are never more than possible.
    ``since`` is the first day on which it can have happened (``2026-05-12``). ``dies`` is the day
    on which what it is about is switched off: a warning before it, an explanation from then on.
    ``rank`` breaks ties, lower first, in the order in which causes are best checked.
    ``decoy`` marks a symptom that hides another error. ``confidence`` and ``kind`` are those
    of the fact; ids that begin with ``PRV-`` come from what providers document and have none.
    """

    id: str
    title: str
    why: str
    fix: Fix
    eras: tuple[Era, ...]
    confidence: Literal["documented", "observed", "inferred"]
    kind: Literal[
        "spec", "sdk", "staff", "paste", "log", "measured",
        "code-comment", "test-fixture", "secondhand", "deduction",
    ]  # fmt: skip
    sources: tuple[str, ...]
    target: KnownService = KnownService.OPENAI
    provider: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    since: str | None = None
    dies: str | None = None
    looks: tuple[Look, ...] = ()
    clues: tuple[Clue, ...] = ()
    condition: Condition | None = None
    hints: tuple[str, ...] = ()
    works: Stage | None = None
    decoy: bool = False
    rank: int = 50
    first_seen: str | None = None
    last_verified: str | None = None
    conflict: str = ""
    notes: str = ""
    cannot_tell: str = ""
    area: str = ""

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"{self.id} has no source")
        for factor in self.hints:
            if factor not in FACTORS:
                raise ValueError(f"unknown factor {factor!r}; {closest(factor, FACTORS)}")
        check_signs(self.provider_signs)
        for day in (self.since, self.dies):
            _check_day(day)

    @property
    def provider_signs(self) -> tuple[str, ...]:
        """Signs of which a text must show one; none for what every user of OpenAI can meet."""
        if self.provider or self.target is KnownService.OPENAI:
            return self.provider
        return (self.target.value,)

    def applies_in(self, era: Era | None) -> bool:
        """Whether the entry speaks of this era; of ``None``, an unknown one, every entry does."""
        return era is None or bool(era.includes & set(self.eras))


def _check_factors(levels: object) -> None:
    assert isinstance(levels, dict)
    for factor in levels:
        if factor not in FACTORS:
            raise ValueError(f"unknown factor {factor!r}; {closest(str(factor), FACTORS)}")


def _check_day(day: str | None) -> None:
    if day is None:
        return
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"{day!r} is no day; write it as 2026-05-12") from None
