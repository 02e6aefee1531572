"""The hidden-rule services as data: rules, front, subject, and the truth written down beforehand.

One YAML file is one family. It is read strictly, so a service that says something nobody reads
is an error with file and line. The rules are those of a sandbox rule file
(docs/sandbox-rules.md); they stand before the rules of the era.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rtdoctor.domain.era import Era
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.sandbox.rules.rule_file import RuleFile
from rtdoctor.strict_yaml import load
from rtdoctor.subjects.setup_file import read_setup

FOLDER = Path(__file__).with_name("families")
KEY = "sk-sandbox-hidden-rules-0123456789"

Places = dict[str, str | None]
"""Factor name to a text that its wire form holds (``wire.py``); ``""`` stands for "nothing is
sent", ``null`` for any value."""

End = Literal["works", "explained", "reproduced", "cannot_test", "inconclusive", "usage"]
SdpFault = Literal["wrong_password", "wrong_fingerprint", "no_candidates", "tcp_only", "wrong_role"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChange:
    """What the front does to an answer that a rule of this id (``*`` as in a shell) gave.

    drop       break the connection off instead of answering
    without    headers that are left out
    sdp        a fault put into the SDP answer
    mint_text  the new body; ``$token`` and ``$expires_at`` are those of the mint's answer
    mint_type  its content type
    """

    rule: str
    drop: bool = False
    without: tuple[str, ...] = ()
    sdp: SdpFault | None = None
    mint_text: str | None = None
    mint_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPlan:
    """The proxy between the client and the sandbox.

    ``paths`` maps a path prefix outside to one inside; where it is given, every other path is
    answered 404 with ``elsewhere`` as the body.
    """

    paths: dict[str, str] = field(default_factory=dict)
    elsewhere: str = '{"detail":"Not Found"}'
    answers: tuple[AnswerChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is right to say about the subject on this service, and what is not.

    ends         the verdicts that are right; each has one exit code
    causes       the true causes, each as the statements of it that are equally right
    allowed      more causes that may be claimed, but need not be
    optional     the causes need not be found (the service answers by chance)
    suspected    statements of a likely cause, one of which is to be made: the failure is of a
                 transient kind, so it is not proved
    places       the places inside of factors that are to be named, and no others, each as the names
                 of it that are equally right; nothing is asked where there are none
    repairs      the smallest edit sets that work and keep what the user means
    repair       whether one is to be offered; ``none``: there is none, but one that puts the key
                 into the client, or changes the purpose and says so, may be offered
    determinism  whether it may be said that the service answers the same request alike
    shown        texts that the terminal must show: what the service said
    never_said   texts that must not be said
    never_blamed factors that must not be in any cause
    hung_up      whether every session that was opened counts as hung up
    """

    ends: tuple[End, ...]
    causes: tuple[tuple[Places, ...], ...] = ()
    allowed: tuple[Places, ...] = ()
    optional: bool = False
    suspected: tuple[Places, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()
    repairs: tuple[Places, ...] = ()
    repair: Literal["needed", "optional", "none"] = "needed"
    determinism: bool = True
    shown: tuple[str, ...] = ()
    never_said: tuple[str, ...] = ()
    never_blamed: tuple[str, ...] = ()
    hung_up: bool | None = None

    def __post_init__(self) -> None:
        named = [p for cause in self.causes for p in cause]
        named += [*self.allowed, *self.suspected, *self.repairs]
        for factor in {f for places in named for f in places} | set(self.never_blamed):
            Factor(factor)  # raises ValueError, which the reader reports with its line


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service and one subject.

    ``embedded`` runs it as ``rtdoctor check --sandbox ERA --rules FILE``, without a front; else
    it is a service at a base URL of its own. ``candidates`` is the sandbox's option.
    """

    id: str
    about: str
    subject: str
    truth: Truth
    era: Era = "single-use"
    rules: tuple[Any, ...] = ()
    seed: int | None = None
    front: FrontPlan = FrontPlan()
    embedded: bool = False
    candidates: Literal["loopback", "host", "all"] = "all"
    key: str = KEY
    options: tuple[str, ...] = ()
    family: str = ""

    @property
    def rule_file(self) -> str:
        """The rules as a file that the sandbox reads: JSON, which is YAML too."""
        file: dict[str, Any] = {"rules": list(self.rules)}
        if self.seed is not None:
            file["seed"] = self.seed
        return json.dumps(file, indent=1)

    def subject_setup(self) -> Setup:
        """The subject as the program reads it. Raises ``ConfigError``."""
        return read_setup(self.subject, f"{self.id}: subject", _catalogue())


@cache
def _catalogue() -> Catalogue:
    return probes.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    about: str
    services: tuple[Service, ...]


def read_all(folder: Path = FOLDER) -> list[Service]:
    """Every service, by family. Raises ``ConfigError`` where a file is wrong."""
    from dataclasses import replace

    services = []
    for path in sorted(folder.glob("*.yaml")):
        family = load(path.read_text("utf-8"), Family, str(path))
        for service in family.services:
            load(service.rule_file, RuleFile, f"{path}: {service.id}")
            service.subject_setup()
            services.append(replace(service, family=path.stem))
    ids = [service.id for service in services]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        raise ValueError(f"given twice: {', '.join(sorted(doubled))}")
    return services


def chosen(services: list[Service], patterns: list[str]) -> list[Service]:
    """Those whose family or id fits one of the patterns; all of them without any."""
    if not patterns:
        return services
    return [
        s for s in services if any(fnmatchcase(n, p) for p in patterns for n in (s.id, s.family))
    ]
