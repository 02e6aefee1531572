"""How an entry is recognised: looks of an answer, clues in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Literal

from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.transport import Transport
from rtdoctor.knowledge.message_pattern import agrees, check_wording
from rtdoctor.knowledge.signs import sign_names
from rtdoctor.schema.faults import FaultKind
from rtdoctor.schema.param import read_param
from rtdoctor.strict_yaml import closest


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

    ``message`` is a wording (see ``message_pattern``). ``param`` is the parameter that the error
    names; ``*`` in it stands for anything (``session.tools[*].meta``). ``faults`` splits a family
    of errors by what the published schema says of that parameter: ``beta_name`` fits
    ``session.voice``, ``answer_field`` fits ``session.id`` (see ``schema.param``). ``transport``
    is the way that the answer came on; left out, it follows from ``stage``.

    ``alone`` says that code or message belong to the Realtime API and to nothing else: a text
    needs no other sign of it. ``empty`` is the error object whose every field is an empty string.
    ``strength`` is what finding this look in a text is worth. ``unless`` names signs: where one of
    them stands, the look is another's.
    """

    status: tuple[int, ...] = ()
    type: str | None = None
    code: str | None = None
    param: str | None = None
    faults: tuple[FaultKind, ...] = ()
    message: str | None = None
    match: Literal["exact", "prefix", "contains"] = "exact"
    stage: tuple[Stage, ...] = ()
    transport: tuple[Transport, ...] = ()
    alone: bool = False
    empty: bool = False
    strength: Literal["strong", "likely", "possible"] = "strong"
    unless: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_signs(self.unless)
        if self.message is not None:
            check_wording(self.message)
        if not (self.empty or self.code or self.message or self.type or self.status):
            raise ValueError("a look needs a status, a code, a type or a message")

    @property
    def ways(self) -> frozenset[Transport]:
        """The ways on which an answer of this look can come."""
        return frozenset(self.transport) or Transport.of_stages(self.stage)

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
        param = self.is_about(signature.param)
        message = self._message_fits(signature.message)
        # `None` means that one side leaves the field open; only a plain no speaks against the look.
        if False in (code, kind, param, message):
            return 0
        if self.code or self.message:
            told = code or message
        elif self.type:
            told = kind
        else:
            told = signature.status in self.status
        # A code or a message names the fault, a parameter its place, a type no more than a family.
        agreed = 3 * bool(code) + 3 * bool(message) + 2 * bool(param) + bool(kind)
        return agreed + bool(self.status) + bool(self.stage) if told else 0

    def is_about(self, param: str | None) -> bool | None:
        """Whether the look is about this parameter; ``None`` when one side says nothing of it."""
        if not param or not (self.param or self.faults):
            return None
        if self.param and not _pattern(self.param).fullmatch(param):
            return False
        if self.faults:
            reading = read_param(param)
            return reading is not None and reading.unknown_because in self.faults
        return True

    def _message_fits(self, message: str | None) -> bool | None:
        if self.message is None or not message:
            return None
        return agrees(self.message, self.match, message)


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
        check_signs((*self.all, *self.any, *self.unless))
        if not (self.all or self.any):
            raise ValueError("a clue needs a sign in 'all' or 'any'")


def check_signs(used: tuple[str, ...]) -> None:
    """``ValueError`` names a sign that does not exist, with the closest one."""
    names = sign_names()
    for name in used:
        if name not in names:
            raise ValueError(f"unknown sign {name!r}; {closest(name, names)}")


def _same(mine: str | None, theirs: str | None) -> bool | None:
    """Whether two fields agree; ``None`` when one side says nothing."""
    return mine == theirs if mine and theirs else None


@lru_cache(maxsize=256)
def _pattern(param: str) -> re.Pattern[str]:
    return re.compile(re.escape(param).replace(r"\*", r"[\w.\[\]-]{1,120}"))
