"""The diagnosis of a setup against services made of random rules: it never claims too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.conversation import diagnose_subject
from rtdoctor.diagnose.known import KnownHere
from rtdoctor.diagnose.verdict import replay
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, TargetInfo
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan.catalogue import read

CATALOGUE = read()
TERRAIN = candidates_of(CATALOGUE)
KNOWN = KnownHere(knowledge_base.load(), TargetInfo("sandbox", "http://127.0.0.1:1"))
Levels = frozenset[tuple[Factor, str]]


@dataclass(frozen=True)
class Refusing:
    """All these levels together are refused at this stage."""

    levels: Levels
    signature: Signature

    def holds(self, setup: Setup) -> bool:
        sent = setup.as_sent()
        return all(sent[f].name == name for f, name in self.levels)


@dataclass
class RuledService:
    """Answers every setup by the first rule that holds, and remembers what it was asked."""

    rules: tuple[Refusing, ...]
    unsteady: Callable[[int], bool] = lambda count: False

    def __post_init__(self) -> None:
        self.asked: list[Observation] = []

    def outcome(self, setup: Setup) -> Outcome:
        found = [r for r in self.rules if r.holds(setup)]
        if not found:
            return Outcome.passed(Stage.SESSION)
        return Outcome.failed(min(found, key=lambda r: r.signature.stage.order).signature)

    def diagnose(self, subject: Setup, budget: int | None = None) -> Diagnosis:
        conversation = diagnose_subject(subject, TERRAIN, KNOWN, budget=budget)
        try:
            asks = next(conversation)
            while True:
                answers = []
                for ask in asks:
                    outcome = self.outcome(ask.setup)
                    if self.unsteady(len(self.asked)):
                        outcome = Outcome.passed(Stage.SESSION)
                    observation = Observation(
                        f"#{len(self.asked) + 1}", ask.setup, ask.purpose, outcome, "", 1.0
                    )
                    self.asked.append(observation)
                    answers.append(observation)
                asks = conversation.send(answers)
        except StopIteration as end:
            diagnosis: Diagnosis = end.value
            return diagnosis


CALL_FACTORS = (
    Factor.BETA_HEADER,
    Factor.CALL_QUERY,
    Factor.CALL_ENCODING,
    Factor.OFFER,
    Factor.CALL_ENDPOINT,
)


@st.composite
def planted(draw: st.DrawFn) -> tuple[Setup, tuple[Refusing, ...]]:
    """A subject near the GA realtime recipe, and one to three rules that it breaks."""
    subject = CATALOGUE.setup({})
    factors = draw(st.lists(st.sampled_from(CALL_FACTORS), min_size=1, max_size=4, unique=True))
    for factor in factors:
        usual = subject[factor].name
        # with the translation call the nearest control is the translation recipe, which shares it
        names = [n for n in CATALOGUE.entries[factor] if n not in (usual, "translations_calls")]
        level = CATALOGUE.entry(factor, draw(st.sampled_from(names))).level
        subject = subject.with_level(factor, level)
    rules = []
    for number in range(draw(st.integers(1, 3))):
        chosen = draw(st.lists(st.sampled_from(factors), min_size=1, max_size=2, unique=True))
        stage = draw(st.sampled_from([Stage.EXCHANGE, Stage.EXCHANGE, Stage.SESSION]))
        levels = frozenset((f, subject[f].name) for f in chosen)
        # often the same empty error for every cause: the founding situation
        code = draw(st.sampled_from(["", f"code{number}"]))
        rules.append(Refusing(levels, Signature(stage, 400, "", code, "", "")))
    return subject, tuple(rules)


def minimal(rules: tuple[Refusing, ...]) -> set[Levels]:
    """The rules that no smaller rule makes superfluous."""
    sets = {r.levels for r in rules}
    return {s for s in sets if not any(t < s for t in sets)}


@pytest.mark.thorough
@settings(max_examples=150)
@given(planted())
def test_the_planted_causes_are_found_and_nothing_else_is_claimed(
    case: tuple[Setup, tuple[Refusing, ...]],
) -> None:
    subject, rules = case
    service = RuledService(rules)

    diagnosis = service.diagnose(subject)

    assert diagnosis.verdict is Verdict.EXPLAINED
    claimed = {frozenset((Factor(b.factor), b.level) for b in c.levels) for c in diagnosis.causes}
    assert claimed == minimal(rules)


@pytest.mark.thorough
@settings(max_examples=150)
@given(planted(), st.integers(3, 40))
def test_whatever_the_budget_every_claim_has_its_probes(
    case: tuple[Setup, tuple[Refusing, ...]], budget: int
) -> None:
    subject, rules = case
    service = RuledService(rules)

    diagnosis = service.diagnose(subject, budget)

    outcomes = {o.probe: o.outcome for o in service.asked}
    setups = {o.probe: o.setup for o in service.asked}
    assert len(service.asked) <= budget
    for cause in diagnosis.causes:
        blamed = {b.factor for b in cause.levels}
        assert blamed <= {f for w in cause.witnesses for f in w.factors}
        for witness in cause.witnesses:
            assert outcomes[witness.failing].is_fail
            assert outcomes[witness.passing].is_pass
            differing = setups[witness.failing].differs_from(setups[witness.passing])
            assert {f.value for f in differing} == set(witness.factors)
        levels = {(Factor(b.factor), b.level) for b in cause.levels}
        covering = [
            o for o in service.asked if all(o.setup.as_sent()[f].name == n for f, n in levels)
        ]
        assert not any(o.outcome.is_pass for o in covering)
    for repair in diagnosis.repairs:
        assert service.outcome(repair.setup).is_pass
        assert all(outcomes[p].is_pass for p in repair.probes)


@pytest.mark.thorough
@settings(max_examples=60)
@given(planted())
def test_a_replay_of_the_journal_says_the_same(case: tuple[Setup, tuple[Refusing, ...]]) -> None:
    subject, rules = case
    service = RuledService(rules)
    live = service.diagnose(subject)

    again = replay(diagnose_subject(subject, TERRAIN, KNOWN), service.asked)

    assert again == live


@pytest.mark.thorough
@settings(max_examples=60)
@given(planted(), st.integers(0, 30))
def test_a_broken_off_journal_never_claims_more(
    case: tuple[Setup, tuple[Refusing, ...]], kept: int
) -> None:
    subject, rules = case
    service = RuledService(rules)
    service.diagnose(subject)

    early = replay(diagnose_subject(subject, TERRAIN, KNOWN), service.asked[:kept])

    claimed = {frozenset((Factor(b.factor), b.level) for b in c.levels) for c in early.causes}
    truth = {r.levels for r in rules}
    for levels in claimed:
        assert any(levels <= rule for rule in truth)


def test_a_subject_that_changes_its_answer_is_inconclusive() -> None:
    subject = CATALOGUE.setup({"offer": "no_audio"})
    rule = Refusing(frozenset({(Factor.OFFER, "no_audio")}), Signature(Stage.EXCHANGE, 400))

    diagnosis = RuledService((rule,), unsteady=lambda count: count == 1).diagnose(subject)

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert diagnosis.causes == ()
    assert [f.kind for f in diagnosis.facts] == ["flaky"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_api_key", "key"),
        ("insufficient_quota", "quota"),
        ("unsupported_country_region_territory", "region"),
    ],
)
def test_without_a_control_no_cause_is_claimed(code: str, kind: str) -> None:
    rule = Refusing(frozenset(), Signature(Stage.MINT, 401, code=code))

    diagnosis = RuledService((rule,)).diagnose(CATALOGUE.setup({"offer": "no_audio"}))

    assert diagnosis.verdict is Verdict.CANNOT_TEST
    assert diagnosis.causes == ()
    assert diagnosis.facts[0].kind == kind


@pytest.mark.parametrize("budget", [1, 2, 4, 8, 12])
def test_a_spent_budget_is_inconclusive_and_claims_only_what_was_repeated(budget: int) -> None:
    subject = CATALOGUE.setup({"offer": "no_audio", "beta_header": "on_call"})
    rules = tuple(
        Refusing(
            frozenset({(factor, subject[factor].name)}), Signature(Stage.EXCHANGE, 400, code=code)
        )
        for factor, code in ((Factor.OFFER, "offer"), (Factor.BETA_HEADER, "header"))
    )

    diagnosis = RuledService(rules).diagnose(subject, budget)

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert f"the budget of {budget} probes ended" in diagnosis.sentence
    assert all(w.repeated for cause in diagnosis.causes for w in cause.witnesses)
    assert not any("every decisive probe was repeated" in text for text in diagnosis.assumptions)
