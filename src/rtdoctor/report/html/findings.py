"""Causes, patterns, repairs and their witness pairs, ready to be laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.finding import Answered, Blamed, Cause, Diagnosis, Pattern, Repair, Witness
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Run
from rtdoctor.report.change.code_change import CodeChange, code_changes
from rtdoctor.report.change.prompt import prompt
from rtdoctor.report.html.probes import ProbeView, telling
from rtdoctor.report.own_answer import own_answers
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels, places
from rtdoctor.wording import outcomes as words
from rtdoctor.wording import requests as setup_text
from rtdoctor.wording.outcomes import KnowledgeText
from rtdoctor.wording.requests import Hunk

KnowledgeLookup = Callable[[str], KnowledgeText | None]


@dataclass(frozen=True, slots=True)
class PairView:
    """A witness pair side by side; the hunks that differ are the difference."""

    factors: str
    failing: ProbeView
    passing: ProbeView
    repeated: bool
    hunks: tuple[Hunk, ...]
    failing_answer: HttpExchange | None
    passing_answer: HttpExchange | None


@dataclass(frozen=True, slots=True)
class InteractionView:
    """A cause, or in a survey a pattern. ``claim`` is what is said of its levels together.

    ``levels`` are factors with what they put on the wire; ``tally`` is how often it was seen
    to hold.
    """

    number: int
    claim: str
    levels: tuple[tuple[str, str], ...]
    signature: Signature
    tally: str
    pairs: tuple[PairView, ...]
    probes: tuple[str, ...]
    hidden_behind: tuple[int, ...]
    knowledge: tuple[KnowledgeText, ...]
    not_narrowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairView:
    """``diff`` are the lines to change; ``warnings`` what it costs; ``code`` both requests before
    and after in every language, and ``prompt`` the same for a coding assistant."""

    repair: Repair
    changes: str
    diff: tuple[str, ...]
    warnings: tuple[str, ...]
    code: tuple[CodeChange, ...]
    prompt: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer beside the verdict, with its probes and the place that the error names."""

    text: str
    probes: tuple[str, ...]
    place: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A finding in one sentence, with the probes or the answers behind it.

    ``passing`` are the probes that passed without it, for a suspicion.
    """

    text: str
    probes: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()
    answers: tuple[AnswerView, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Builds the views of one diagnosis."""

    run: Run
    diagnosis: Diagnosis
    probes: Mapping[str, ProbeView]
    lookup: KnowledgeLookup

    def interactions(self) -> tuple[InteractionView, ...]:
        if self.diagnosis.causes:
            causes = enumerate(self.diagnosis.causes, 1)
            return tuple(self._cause(number, cause) for number, cause in causes)
        patterns = enumerate(self.diagnosis.patterns, 1)
        return tuple(self._pattern(number, pattern) for number, pattern in patterns)

    def _cause(self, number: int, cause: Cause) -> InteractionView:
        return InteractionView(
            number,
            _claim(cause.levels) if cause.is_proved else words.NOT_PROVED,
            finding_text.level_texts(cause.levels, self.run, cause.failing_probes, cause.inside),
            cause.signature,
            words.tally(cause),
            (*self._pairs(cause.witnesses), *self._pairs_inside(cause)),
            cause.failing_probes,
            tuple(index + 1 for index in cause.hidden_behind),
            self.knowledge(cause.knowledge),
            tuple(
                f"{levels.factor_name(left.factor)}: {places.not_narrowed(left)}"
                for left in cause.not_narrowed
            ),
        )

    def _pattern(self, number: int, pattern: Pattern) -> InteractionView:
        return InteractionView(
            number,
            "",  # a pattern is what was seen; that nothing else matters is not claimed
            finding_text.level_texts(pattern.levels, self.run, pattern.failing),
            pattern.signature,
            words.pattern_tally(pattern, self.run),
            tuple(self._pairs(pattern.passing_neighbours)),
            pattern.failing,
            (),
            self.knowledge(pattern.knowledge),
        )

    def _pairs(self, witnesses: tuple[Witness, ...]) -> Iterator[PairView]:
        for witness in witnesses:
            yield from self._pair(levels.factor_names(witness.factors), witness)

    def _pairs_inside(self, cause: Cause) -> Iterator[PairView]:
        """The pairs of the places to which a cause was narrowed, but those that are shown already
        since the whole factor differs in that place alone."""
        shown = {(w.failing, w.passing) for w in cause.witnesses}
        for blamed in (place for found in cause.inside for place in found.places):
            if (blamed.witness.failing, blamed.witness.passing) not in shown:
                yield from self._pair(blamed.place, blamed.witness)

    def _pair(self, what: str, witness: Witness) -> Iterator[PairView]:
        failing = self.probes.get(witness.failing)
        passing = self.probes.get(witness.passing)
        # A run that was edited by hand may name probes that it does not hold.
        if failing is None or passing is None:
            return
        answer = telling(failing.observation)
        yield PairView(
            what,
            failing,
            passing,
            witness.repeated,
            setup_text.compare(failing.observation.setup, passing.observation.setup),
            answer,
            telling(passing.observation, like=answer),
        )

    def repairs(self) -> tuple[RepairView, ...]:
        subject = self.run.header.subject
        if subject is None:
            return ()
        return tuple(
            RepairView(
                repair,
                levels.changes(repair.changes, subject, repair.setup),
                setup_text.diff(subject, repair.setup),
                words.repair_warnings(repair),
                code_changes(self.run, repair),
                prompt(self.run, self.diagnosis, repair),
            )
            for repair in self.diagnosis.repairs
        )

    def own_answers(self) -> tuple[AnswerView, ...]:
        return tuple(map(self._answer, own_answers(self.run, self.diagnosis)))

    def _answer(self, answered: Answered) -> AnswerView:
        known = (self.probes[id] for id in answered.probes if id in self.probes)
        inferred = any(probe.inferred for probe in known)
        return AnswerView(answered.text, answered.probes, answered.place, inferred)

    def contradictions(self) -> tuple[ClaimView, ...]:
        return tuple(
            ClaimView(
                finding_text.contradiction(found), answers=tuple(map(self._answer, found.answers))
            )
            for found in self.diagnosis.contradictions
        )

    def suspicions(self) -> tuple[ClaimView, ...]:
        return tuple(
            ClaimView(finding_text.suspicion(found, self.run), found.failing, found.passing)
            for found in self.diagnosis.suspicions
        )

    def tried(self) -> tuple[ClaimView, ...]:
        return tuple(
            ClaimView(finding_text.tried(found, self.run), (found.probe,))
            for found in self.diagnosis.tried
        )

    def ruled_out(self) -> tuple[ClaimView, ...]:
        return tuple(
            ClaimView(finding_text.ruled_out(found, self.run), found.probes)
            for found in self.diagnosis.ruled_out
        )

    def knowledge(self, ids: tuple[str, ...]) -> tuple[KnowledgeText, ...]:
        found = (self.lookup(entry) for entry in ids)
        return tuple(text for text in found if text is not None)


def _claim(levels: tuple[Blamed, ...]) -> str:
    if len(levels) == 1:
        return "This alone makes it fail."
    return f"These {'two' if len(levels) == 2 else len(levels)} do not go together."
