"""The recipes work where they are said to work, and the default survey tries every one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from rtdoctor.plan.catalogue import Recipe
from rtdoctor.plan.survey import survey
from support.probing import CATALOGUE, PATIENT, probe
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox

SandboxOf = Callable[[str], RunningSandbox]
CASES = [(recipe, era) for recipe in CATALOGUE.recipes for era in recipe.eras]


@pytest.fixture(scope="module")
def sandbox_of() -> Iterator[SandboxOf]:
    """The sandbox of an era, started when first asked for."""
    running: dict[str, RunningSandbox] = {}
    with ExitStack() as stack:

        def sandbox(era: str) -> RunningSandbox:
            if era not in running:
                running[era] = stack.enter_context(rtdoctor_sandbox(era))
            return running[era]

        yield sandbox


@pytest.mark.parametrize(("recipe", "era"), CASES, ids=[f"{r.name}-{era}" for r, era in CASES])
async def test_a_recipe_reaches_its_session_in_each_of_its_eras(
    sandbox_of: SandboxOf, recipe: Recipe, era: str
) -> None:
    seen = await probe(sandbox_of(era).url, recipe.setup, PATIENT)

    assert seen.outcome.is_pass, seen.outcome.describe()
    assert seen.hung_up is True


def test_the_default_survey_tries_every_recipe() -> None:
    tried = set(survey(CATALOGUE).setups)

    assert [r.name for r in CATALOGUE.recipes if r.setup.as_sent() not in tried] == []
