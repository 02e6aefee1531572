"""What a survey would run: valid, without doubles, within the budget, honest about its cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.plan.catalogue import read
from rtdoctor.plan.survey import Filter, survey

CATALOGUE = read()
LEVELS = [(f, name) for f, names in CATALOGUE.entries.items() for name in names]
setups = st.sampled_from(survey(CATALOGUE).setups)
filters = st.sampled_from(LEVELS).map(lambda pair: Filter(pair[0], frozenset({pair[1]})))


def test_the_default_survey_is_useful_and_small() -> None:
    plan = survey(CATALOGUE)

    assert 30 <= len(plan.setups) <= 70
    assert {s.auth.name for s in plan.setups} >= {"ephemeral", "api_key", "undefined", "used"}


@pytest.mark.thorough
def test_the_full_product_holds_the_default_survey() -> None:
    full = set(survey(CATALOGUE, full=True).setups)

    assert len(full) > 1000
    assert set(survey(CATALOGUE).setups) <= full


@given(st.lists(filters, max_size=2), st.lists(filters, max_size=2), st.integers(1, 60))
def test_a_plan_keeps_what_was_asked_for(
    only: list[Filter], skip: list[Filter], budget: int
) -> None:
    plan = survey(CATALOGUE, only=only, skip=skip, budget=budget)

    assert len(plan.setups) <= budget
    assert len(set(plan.setups)) == len(plan.setups)
    for setup in plan.setups:
        assert setup == setup.as_sent()
        assert CATALOGUE.is_valid(setup)
        assert not any(f.matches(setup) and f.factor not in _MINT for f in skip)


# what is not sent is dropped after the filters were applied
_MINT = {Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY, Factor.BETA_HEADER}


@given(filters)
def test_only_brings_in_a_level_that_the_survey_lacks(wanted: Filter) -> None:
    plan = survey(CATALOGUE, only=[wanted])

    assert all(wanted.matches(s) or not s.auth.value.kind.needs_token for s in plan.setups)
    if wanted.factor not in _MINT:
        assert plan.setups


@given(setups, setups)
def test_equal_mint_prefixes_mint_the_same_request(one: Setup, other: Setup) -> None:
    same = one.mint_prefix() == other.mint_prefix()

    if same and one.mint_prefix() is not None:
        assert one.token_endpoint == other.token_endpoint
        assert one.token_body == other.token_body


@given(setups)
def test_what_the_service_cannot_see_is_the_same_setup(setup: Setup) -> None:
    sent = setup.as_sent()

    assert sent.as_sent() == sent
    if not setup.auth.value.kind.needs_token:
        other = setup.take(CATALOGUE.setup({}), frozenset({Factor.TOKEN_ENDPOINT}))
        assert other.as_sent() == sent


def test_the_cost_counts_tokens_mints_and_sessions() -> None:
    plan = survey(CATALOGUE, only=[Filter(Factor.AUTH, frozenset({"used"}))])

    assert (len(plan.setups), plan.tokens, plan.mints, plan.sessions) == (1, 1, 1, 2)
