"""A finished run, held against the truth about its service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.hidden_rules.audit import Refuted, audit, claims_determinism
from benchmarks.hidden_rules.seen import level_of
from benchmarks.hidden_rules.services import Places, Service, Truth
from benchmarks.hidden_rules.wire import edits, fits
from rtdoctor.domain.finding import Blamed, Diagnosis, Repair
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Factor, Setup

EXIT_CODES = {
    "works": 0,
    "explained": 1,
    "reproduced": 1,
    "usage": 2,
    "cannot_test": 3,
    "inconclusive": 4,
}
RepairResult = Literal["right", "larger", "labelled", "wrong", "missing", "-"]


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """What a run of the program left behind. ``run`` is ``None`` when it wrote no file;
    ``opened`` is how many sessions the service itself counted."""

    exit_code: int | None
    text: str
    run: Run | None
    diagnosis: Diagnosis | None
    opened: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table. ``found`` of ``causes`` were named rightly; ``touched`` says that
    some of the right factors were named in a wrong cause. ``places`` are inside of factors."""

    family: str
    service: str
    verdict: str
    exit_code: int | None
    ends_right: bool
    causes: int
    found: int
    touched: bool
    places: int
    places_found: int
    optional: bool
    false_claims: tuple[str, ...]
    refuted: tuple[Refuted, ...]
    repair: RepairResult
    not_shown: tuple[str, ...]
    crash: str
    determinism: Literal["claimed", "wrong", "-"]
    probes: int
    seconds: float


def score(service: Service, finished: ScoredRun) -> Score:
    """The line of a service. Without a run and a diagnosis only its end can be judged."""
    truth = service.truth
    run, diagnosis = finished.run, finished.diagnosis
    verdict = diagnosis.verdict.value if diagnosis else ""
    if not verdict:
        verdict = {2: "usage", None: "timed out"}.get(finished.exit_code, "no run")
    refuted: tuple[Refuted, ...] = ()
    false_claims = [f"said {text!r}" for text in truth.never_said if text in flat(finished.text)]
    found, touched, places_found = 0, False, 0
    repair: RepairResult = "missing" if truth.repair == "needed" else "-"
    determinism: Literal["claimed", "wrong", "-"] = "-"
    if run is not None and diagnosis is not None:
        refuted = audit(run, diagnosis)
        causes = _Causes(run, diagnosis, truth)
        false_claims += causes.false_claims()
        named = {b.place for c in diagnosis.causes for f in c.inside for b in f.places}
        false_claims += _false_places(named, truth)
        places_found = sum(not named.isdisjoint(names) for names in truth.places)
        false_claims += _miscounted(finished, run, truth)
        found, touched = causes.found, causes.touched
        repair = _repair(run, diagnosis, truth, refuted)
        if claims_determinism(diagnosis):
            against = not truth.determinism or any(r.kind == "determinism" for r in refuted)
            determinism = "wrong" if against else "claimed"
    return Score(
        family=service.family,
        service=service.id,
        verdict=verdict,
        exit_code=finished.exit_code,
        ends_right=verdict in truth.ends and finished.exit_code == EXIT_CODES[verdict],
        causes=len(truth.causes) + bool(truth.suspected),
        found=found,
        touched=touched,
        places=len(truth.places),
        places_found=places_found,
        optional=truth.optional,
        false_claims=tuple(false_claims),
        refuted=refuted,
        repair=repair,
        not_shown=tuple(t for t in truth.shown if t.lower() not in flat(finished.text).lower()),
        crash=_crash(finished),
        determinism=determinism,
        probes=len(run.observations) if run else 0,
        seconds=finished.seconds,
    )


def flat(text: str) -> str:
    """Terminal output without its line breaks, so that a wrapped sentence is found."""
    return " ".join(text.split())


def _crash(finished: ScoredRun) -> str:
    if finished.exit_code is None:
        return "timed out"
    if finished.exit_code in EXIT_CODES.values():
        return ""
    last = finished.text.strip().splitlines()[-1:] or ["nothing was said"]
    return f"exit {finished.exit_code}: {last[0][:120]}"


class _Causes:
    """The causes and suspicions that a diagnosis claims, beside the true ones."""

    def __init__(self, run: Run, diagnosis: Diagnosis, truth: Truth) -> None:
        self.run = run
        self.truth = truth
        self.unresolved = {u.factor for u in diagnosis.unresolved}
        self.claimed = [cause.levels for cause in diagnosis.causes]
        self.suspected = [suspicion.levels for suspicion in diagnosis.suspicions]

    @property
    def found(self) -> int:
        causes = sum(any(map(self._named, cause)) for cause in self.truth.causes)
        return causes + any(self._suspects(levels) for levels in self.suspected)

    @property
    def touched(self) -> bool:
        true = {f for cause in self.truth.causes for places in cause for f in places}
        true |= {f for places in self.truth.suspected for f in places}
        named = {b.factor for levels in (*self.claimed, *self.suspected) for b in levels}
        return bool(true & (named | self.unresolved))

    def false_claims(self) -> Iterator[str]:
        """The causes that are claimed and are none, and factors that must not be blamed."""
        right = [*(p for cause in self.truth.causes for p in cause), *self.truth.allowed]
        for levels in self.claimed:
            if not any(self._says(levels, places) for places in right):
                yield "blames " + _text(levels)
        for levels in self.suspected:
            if not self._suspects(levels):
                yield "suspects " + _text(levels)
        blamed = {b.factor for levels in self.claimed for b in levels}
        for factor in sorted(blamed & set(self.truth.never_blamed)):
            yield f"must not blame {factor}"

    def _named(self, places: Places) -> bool:
        return any(self._says(levels, places) for levels in self.claimed)

    def _suspects(self, levels: Sequence[Blamed]) -> bool:
        return any(self._fit(levels, p) and len(levels) == len(p) for p in self.truth.suspected)

    def _says(self, levels: Sequence[Blamed], places: Places) -> bool:
        """Whether these levels are these places, or of three and more some, the rest open."""
        rest = set(places) - {b.factor for b in levels}
        whole = not rest or (len(places) > 2 and rest <= self.unresolved)
        return whole and self._fit(levels, places)

    def _fit(self, levels: Sequence[Blamed], places: Places) -> bool:
        for blamed in levels:
            level = level_of(self.run, blamed)
            if blamed.factor not in places or level is None:
                return False
            if not fits(places[blamed.factor], level):
                return False
        return bool(levels)


def _text(levels: Sequence[Blamed]) -> str:
    return " and ".join(f"{b.factor}={b.level}" for b in levels)


def _false_places(named: set[str], truth: Truth) -> Iterator[str]:
    right = {name for names in truth.places for name in names}
    if right:
        yield from (f"blames {place}" for place in sorted(named - right))


def _miscounted(finished: ScoredRun, run: Run, truth: Truth) -> Iterator[str]:
    ledger = run.ledger
    if finished.opened is not None and finished.opened != ledger.sessions_opened:
        yield f"counts {ledger.sessions_opened} sessions, the service {finished.opened}"
    all_ended = ledger.sessions_opened == ledger.sessions_hung_up
    if truth.hung_up is not None and truth.hung_up != all_ended:
        yield f"counts {ledger.sessions_hung_up} of {ledger.sessions_opened} sessions as hung up"


def _repair(
    run: Run, diagnosis: Diagnosis, truth: Truth, refuted: Sequence[Refuted]
) -> RepairResult:
    """How right the first repair is. ``labelled``: it leaks the key or changes the purpose, and
    says so, where nothing else is known to be right."""
    subject = run.header.subject
    if any(r.kind == "repair" for r in refuted):
        return "wrong"
    if subject is None or not diagnosis.repairs:
        return "missing" if truth.repair == "needed" else "-"
    first = diagnosis.repairs[0]
    if _leaks(subject, first) and not first.leaks_key:
        return "wrong"
    edited = edits(subject, first.setup)
    for places in truth.repairs:
        if set(places) == set(edited) and all(fits(t, edited[f]) for f, t in places.items()):
            return "right"
    if first.leaks_key or not first.keeps_purpose:
        return "labelled"
    if any(set(places) < set(edited) for places in truth.repairs):
        return "larger"
    return "wrong"


def _leaks(subject: Setup, repair: Repair) -> bool:
    """Whether a repair shows the key where the subject does not."""
    keyed = [s[Factor.AUTH].value.kind == "api_key" for s in (subject, repair.setup)]
    return keyed == [False, True]
