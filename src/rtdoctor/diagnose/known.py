"""What is known of the very service that a run is about.

Knowledge is about a service and an era. Of another service it says nothing: a gateway that
answers otherwise than OpenAI contradicts no entry, and no entry explains its errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from rtdoctor.diagnose import retiring
from rtdoctor.diagnose.candidates import Reference
from rtdoctor.diagnose.facts import OBSTACLES, facts
from rtdoctor.domain.finding import Drift, Fact, Lint
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Observation, TargetInfo
from rtdoctor.domain.setup import Setup
from rtdoctor.knowledge.base import Knowledge, era_of
from rtdoctor.knowledge.entry import Condition, KnownService

_HOSTS = {
    "api.openai.com": KnownService.OPENAI,  # and its regions: eu.api.openai.com
    "openai.azure.com": KnownService.AZURE,
    "api.x.ai": KnownService.XAI,
}


def service_of(target: TargetInfo) -> KnownService | None:
    """The service behind a target; ``None`` for one that its address does not tell."""
    if target.is_sandbox:
        return KnownService.OPENAI
    try:
        host = (urlsplit(target.base_url).hostname or "").rstrip(".")
    except ValueError:
        return None
    named = (s for name, s in _HOSTS.items() if host == name or host.endswith(f".{name}"))
    return next(named, None)


@dataclass(frozen=True)
class KnownHere:
    """The knowledge as far as it is about ``target``. ``era`` is the sandbox's; ``None`` is
    today. ``day`` is the day of the run; without it nothing is said of what ends on a day."""

    knowledge: Knowledge
    target: TargetInfo
    day: date | None = None

    @property
    def era(self) -> str | None:
        return self.target.era

    @cached_property
    def _here(self) -> Knowledge:
        return self.knowledge.about(service_of(self.target))

    def explain(self, signature: Signature, names: Mapping[str, str]) -> tuple[str, ...]:
        """Ids of the entries that explain a failure of this setup, best first."""
        return self._here.explain_signature(signature, names, self.era)

    def hints(self, signature: Signature) -> tuple[str, ...]:
        """Factors to probe first. Of every service: a wrong hint costs probes, never a claim."""
        return self.knowledge.hints(signature)

    def lints(
        self, subject: Setup, references: Iterable[Reference], passed: Iterable[Setup]
    ) -> tuple[Lint, ...]:
        """What is known to fail about the subject as it stands.

        What a recipe of this era does, or a setup that ``passed`` in this run, is no fault.
        """
        now = era_of(self.era).includes
        recipes = (r.setup for r in references if now & set(r.eras))
        working = [setup.as_sent().names for setup in (*recipes, *passed)]
        sent = subject.as_sent().names
        return tuple(
            Lint(next(iter(entry.condition.levels)), entry.title, entry.id)
            for entry in self._here.entries
            if entry.applies_in(era_of(self.era))
            and entry.works is None
            and entry.condition is not None
            and entry.condition.holds(sent)
            and not _is_normal(entry.condition, working)
        )

    def endings(self, setups: Iterable[Setup], passing: Iterable[Setup]) -> tuple[Fact, ...]:
        """What in these setups the service will give up, or was to and takes still."""
        day = self._day_of_openai
        return () if day is None else retiring.warnings(setups, passing, day)

    def ended(self, subject: Setup, passing: Iterable[Setup]) -> tuple[Lint, ...]:
        """What in the subject the service has given up by the day of the run."""
        day = self._day_of_openai
        return () if day is None else retiring.suspicions(subject, passing, day)

    @property
    def _day_of_openai(self) -> date | None:
        """The day, where the models are OpenAI's own: those of the sandbox do not end."""
        is_openai = service_of(self.target) is KnownService.OPENAI and not self.target.is_sandbox
        return self.day if is_openai else None

    def drift(self, observations: Sequence[Observation]) -> tuple[Drift, ...]:
        """Entries that probes contradict, each with the first probe that does.

        None where the key, the quota or the network stands in the way, since the answers then are
        not about the setups; nor from an answer that some setup got one time and not the next.
        """
        if any(fact.kind in OBSTACLES for fact in facts(observations)):
            return ()
        found: dict[str, Drift] = {}
        for observation in _steady(observations):
            names = observation.setup.as_sent().names
            outcome = observation.outcome
            for entry, text in self._here.contradictions(names, outcome, self.era):
                found.setdefault(entry, Drift(entry, observation.probe, text))
        return tuple(found.values())

    def facts(self, observations: Iterable[Observation]) -> tuple[Fact, ...]:
        """What probes show about the key and the network, explained only by what is known here."""
        here = {entry.id for entry in self._here.entries}
        return tuple(
            fact if fact.knowledge in here else replace(fact, knowledge=None)
            for fact in facts(observations)
        )


def _is_normal(condition: Condition, working: Iterable[dict[str, str]]) -> bool:
    return any(condition.holds(names) for names in working)


def _steady(observations: Iterable[Observation]) -> Iterable[Observation]:
    """The evidence without the answers that came by chance, and the setups that got them."""
    evidence = [o for o in observations if o.outcome.is_evidence]
    answers: dict[Setup, set[Signature | None]] = {}
    for observation in evidence:
        said = answers.setdefault(observation.setup.as_sent(), set())
        said.add(observation.outcome.signature)
    changing = [said for said in answers.values() if len(said) > 1]
    by_chance = set().union(*changing) - {None}
    return (
        o
        for o in evidence
        if answers[o.setup.as_sent()] not in changing and o.outcome.signature not in by_chance
    )
