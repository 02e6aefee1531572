"""The knowledge base: dated entries on what fails, why, and what cures it.

Knowledge explains what probes found and never outranks them: an entry that a probe contradicts
is reported as stale (drift), not believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from rtdoctor.domain.era import TODAY, Era
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.knowledge.entry import Entry, KnownService
from rtdoctor.packaged_yaml import read_packaged
from rtdoctor.strict_yaml import closest

AREAS = ("token", "auth", "sdp", "datachannel", "webrtc", "browser", "providers")
_NOT_THE_SETUP = frozenset({"auth", "webrtc"})


@dataclass(frozen=True, slots=True)
class FactNote:
    """What became of a fact: the entry that holds it, or why there is none."""

    entry: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.entry is None) == (self.reason is None):
            raise ValueError("a fact has either an entry or a reason why there is none")


@dataclass(frozen=True)
class Knowledge:
    """All entries, in file order."""

    entries: tuple[Entry, ...]
    facts: Mapping[str, FactNote]

    def entry(self, entry_id: str) -> Entry:
        """The entry of this id, in any case. Raises ``UsageError`` with the closest ids."""
        wanted = entry_id.strip().upper()
        for entry in self.entries:
            if entry.id == wanted:
                return entry
        ids = [e.id for e in self.entries]
        raise UsageError(f"There is no knowledge entry {entry_id!r}.", hint=closest(wanted, ids))

    def about(self, service: KnownService | None) -> Knowledge:
        """What is known of this service; nothing at all of one that nobody recorded."""
        return Knowledge(tuple(e for e in self.entries if e.target is service), self.facts)

    def explain_signature(
        self, signature: Signature, setup_names: Mapping[str, str], era: str | None
    ) -> tuple[str, ...]:
        """Ids of the entries that explain a failure of this setup, best first.

        ``setup_names`` maps factors to level names (empty when unknown). ``era`` is an era name;
        then entries of other eras are left out. ``None`` is the service of today, which may have
        changed: then they come last.
        """
        ranked = []
        for entry in self.entries:
            points = _explains(entry, signature, dict(setup_names), era_of(era))
            if points > 0 and (era is None or entry.applies_in(era_of(era))):
                ranked.append((-points, entry.rank, entry.id))
        return tuple(entry_id for *_, entry_id in sorted(ranked))

    def hints(self, signature: Signature) -> tuple[str, ...]:
        """Factor names that a failure of this kind suggests, most telling first.

        Only a suggestion of what to probe first: wrong hints cost probes, never correctness.
        """
        found: dict[str, None] = {}
        for entry_id in self.explain_signature(signature, {}, None):
            found.update(dict.fromkeys(self.entry(entry_id).hints))
        return tuple(found)

    def contradictions(
        self, setup_names: Mapping[str, str], outcome: Outcome, era: str | None
    ) -> tuple[tuple[str, str], ...]:
        """Entries that this probe contradicts, each with a sentence that says how.

        For probes of the service that all these entries are about. Only evidence counts: a
        transient or skipped probe contradicts nothing. A failure that another entry explains, for
        the same setup or as a fact of the key, does not contradict either: the order in which the
        service checks things is unknown.
        """
        if not outcome.is_evidence:
            return ()
        now = era_of(era)
        expected = [e for e in self.entries if _expects(e, setup_names, now)]
        if any(_agrees(entry, outcome) for entry in expected if entry.works is None):
            return ()
        if outcome.signature is not None and self._explained_otherwise(outcome.signature):
            return ()
        found = ((entry, _contradiction(entry, outcome)) for entry in expected)
        return tuple((entry.id, text) for entry, text in found if text)

    def _explained_otherwise(self, signature: Signature) -> bool:
        """Whether it is a fact of the key or the network, which no setup can help."""
        return any(
            entry.area in _NOT_THE_SETUP
            and entry.condition is None
            # Two points are what status and stage come to, and those fit many answers.
            and max((look.fits(signature) for look in entry.looks), default=0) > 2
            for entry in self.entries
        )

    def select(self, *, era: str | None = None, area: str | None = None) -> tuple[Entry, ...]:
        """Entries of an era and an area. Raises ``UsageError`` for a name that does not exist."""
        if era is not None and era not in list(Era):
            raise UsageError(f"There is no era {era!r}.", hint=closest(era, [e.value for e in Era]))
        if area is not None and area not in AREAS:
            raise UsageError(f"There is no area {area!r}.", hint=closest(area, AREAS))
        return tuple(
            e
            for e in self.entries
            if (area is None or e.area == area) and (era is None or e.applies_in(Era(era)))
        )


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The packaged knowledge, read once. Raises ``ConfigError`` when a file is wrong."""
    entries: list[Entry] = []
    for area in AREAS:
        read = read_packaged(f"knowledge/entries/{area}.yaml", tuple[Entry, ...])
        entries += [replace(entry, area=area) for entry in read]
    _no_doubles(entries)
    facts = read_packaged("knowledge/entries/facts_index.yaml", dict[str, FactNote])
    return Knowledge(tuple(entries), facts)


def check_facts(knowledge: Knowledge) -> tuple[str, ...]:
    """What is wrong between the facts index and the entries; empty when nothing is.

    Every fact has an entry or a reason; every entry is a fact's, or begins with ``PRV-``.
    """
    ids = {e.id for e in knowledge.entries}
    problems = [
        f"{fact}: its entry {note.entry} does not exist"
        for fact, note in knowledge.facts.items()
        if note.entry is not None and note.entry not in ids
    ]
    held = {note.entry for note in knowledge.facts.values()}
    problems += [
        f"{e.id}: no fact of this id, and it does not begin with PRV-"
        for e in knowledge.entries
        if e.id not in held and not e.id.startswith("PRV-")
    ]
    return tuple(problems)


def facts_without_entry(knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """Each fact that has no entry, with the reason."""
    return tuple((fact, note.reason) for fact, note in knowledge.facts.items() if note.reason)


def _no_doubles(entries: Iterable[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise ConfigError(
                f"knowledge/{entry.area}.yaml", f"the entry {entry.id} is there twice"
            )
        seen.add(entry.id)


def era_of(era: str | None) -> Era:
    """The era of this name; ``None`` is today's."""
    return TODAY if era is None else Era(era)


def _explains(entry: Entry, signature: Signature, names: dict[str, str], era: Era) -> int:
    """How well an entry explains a failure; 0 when it does not.

    An entry without a look (no answer is on record) explains by its condition alone.
    """
    meets = entry.condition is not None and bool(names) and entry.condition.holds(names)
    points = max((look.fits(signature) for look in entry.looks), default=0)
    if not points:
        unseen = not entry.looks and entry.works is None and signature.stage is Stage.EXCHANGE
        return 1 if unseen and meets and not signature.is_local else 0
    points += 2 * entry.applies_in(era)
    if entry.condition is not None and names:
        points += 3 if meets else -3
    # The right era is worth two points. Without them, a look of which hardly anything agrees
    # explains nothing.
    return max(0, points - 2)


def _expects(entry: Entry, setup_names: Mapping[str, str], era: Era) -> bool:
    """Whether the entry claims to know what this setup does in this era."""
    condition = entry.condition
    if condition is None or not condition.drift or not condition.holds(dict(setup_names)):
        return False
    return bool(era.includes & set(condition.eras or entry.eras))


def _agrees(entry: Entry, outcome: Outcome) -> bool:
    signature = outcome.signature
    return signature is not None and any(look.fits(signature) for look in entry.looks)


def _contradiction(entry: Entry, outcome: Outcome) -> str:
    """How the outcome contradicts an entry that expected something of it; "" when it does not."""
    seen = outcome.signature.describe() if outcome.signature else "a pass"
    stage = outcome.stage
    if entry.works is not None:
        if outcome.is_fail and stage is not None and stage.order <= entry.works.order:
            return f"{entry.id} says that this reaches {entry.works}; it failed at {stage}: {seen}"
        return ""
    stages = {s for look in entry.looks for s in look.stage}
    # The earliest of them: a probe that ended before never came to what the entry speaks of.
    at = min(stages, key=lambda s: s.order, default=None)
    if at is None or stage is None or stage.order < at.order:
        return ""
    if outcome.is_pass:
        return f"{entry.id} says that this fails at {at}; it passed up to {stage}"
    if stage in stages:
        return f"{entry.id} expects another failure at {at}; the answer was {seen}"
    return f"{entry.id} says that this fails at {at}; it came as far as {stage}: {seen}"
