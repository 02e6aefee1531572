"""One entry of the knowledge base: the shape of ``knowledge/*.yaml``, field by field.

An entry says what a fault looks like, why it happens and what cures it, and it is dated: the
services changed their answers more than once, so no entry outranks a probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from rtdoctor.domain.era import Era
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.setup import Factor
from rtdoctor.knowledge.message_pattern import agrees, check_wording
from rtdoctor.knowledge.signs import sign_names
from rtdoctor.strict_yaml import closest

FACTORS = tuple(f.value for f in Factor)
LevelNames = dict[str, str]


class KnownService(StrEnum):
    """The services that entries are about."""

    OPENAI = "openai"
    AZURE = "azure"
    LITELLM = "litellm"
    SPEACHES = "speaches"
    LOCALAI = "localai"
    S2S = "s2s"
    XAI = "xai"


class Strength(IntEnum):
    """How sure a match is. The words shown to people are the lower-case names.

    strong    the service's own code or sentence for this cause is in the text
    likely    a general error of the service in a Realtime text, or code and symptom together
    possible  the text is only consistent with it
    """

    POSSIBLE = 1
    LIKELY = 2
    STRONG = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Look:
    """What an answer of the service looks like. A field left out is not compared.

    ``message`` is a wording (see ``wording``). ``alone`` says that code or message belong to
    the Realtime API and to nothing else: a text needs no other sign of it. ``empty`` is the
    error object whose every field is an empty string. ``strength`` is what finding this look
    in a text is worth. ``unless`` names signs: where one of them stands, the look is another's.
    """

    status: tuple[int, ...] = ()
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str | None = None
    match: Literal["exact", "prefix", "contains"] = "exact"
    stage: tuple[Stage, ...] = ()
    alone: bool = False
    empty: bool = False
    strength: Literal["strong", "likely", "possible"] = "strong"
    unless: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_signs(self.unless)
        if self.message is not None:
            check_wording(self.message)
        if not (self.empty or self.code or self.message or self.type or self.status):
            raise ValueError("a look needs a status, a code, a type or a message")

    def fits(self, signature: Signature) -> int:
        """How much the signature agrees: 0 when a field disagrees or none that tells agrees.

        Code or message tell; without them the type; without that the status.
        """
        if self.stage and signature.stage not in self.stage:
            return 0
        if self.status and signature.status is not None and signature.status not in self.status:
            return 0
        # An error of empty strings agrees with every field that is left out, so only a look for it
        # may fit.
        if self.empty or signature.is_empty_error:
            return 6 if self.empty and signature.is_empty_error else 0
        code = _same(self.code, signature.code)
        kind = _same(self.type, signature.type)
        param = _same(self.param, signature.param)
        message = self._message_fits(signature.message)
        if False in (code, kind, param, message):
            return 0
        if self.code or self.message:
            told = code or message
        elif self.type:
            told = kind
        else:
            told = signature.status in self.status
        agreed = 3 * bool(code) + 3 * bool(message) + 2 * bool(param) + bool(kind)
        return agreed + bool(self.status) + bool(self.stage) if told else 0

    def _message_fits(self, message: str | None) -> bool | None:
        if self.message is None or not message:
            return None
        return agrees(self.message, self.match, message)


def _same(mine: str | None, theirs: str | None) -> bool | None:
    """Whether two fields agree; ``None`` when one side says nothing."""
    return mine == theirs if mine and theirs else None


@dataclass(frozen=True, slots=True)
class Clue:
    """Signs in a text that point to the entry: all of ``all``, one of ``any``, none of ``unless``.

    ``says`` finishes the sentence "this was taken as a hint because ...". ``near`` wants them
    close together: for what people tell, not for code, whose parts may lie far apart.
    """

    says: str
    strength: Literal["strong", "likely", "possible"]
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    near: bool = False

    def __post_init__(self) -> None:
        _check_signs((*self.all, *self.any, *self.unless))
        if not (self.all or self.any):
            raise ValueError("a clue needs a sign in 'all' or 'any'")


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

    ``target`` is the service it is about: of another one it says nothing.
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

    def applies_in(self, era: Era | None) -> bool:
        """Whether the entry speaks of this era; of ``None``, an unknown one, every entry does."""
        return era is None or bool(era.includes & set(self.eras))


def _check_signs(used: tuple[str, ...]) -> None:
    names = sign_names()
    for name in used:
        if name not in names:
            raise ValueError(f"unknown sign {name!r}; {closest(name, names)}")


def _check_factors(levels: object) -> None:
    assert isinstance(levels, dict)
    for factor in levels:
        if factor not in FACTORS:
            raise ValueError(f"unknown factor {factor!r}; {closest(str(factor), FACTORS)}")
