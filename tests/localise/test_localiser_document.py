"""docs/localiser.md shows what the search really asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from planted_rules import PlantedRule, PlantedService, axes, drive, fails

from rtdoctor.domain.outcome import Outcome, Stage

TEXT = (Path(__file__).parents[2] / "docs/localiser.md").read_text("utf-8")
FACTORS = axes(
    "token body call query encoding offer",
    **dict.fromkeys(("call", "query", "encoding", "offer"), Stage.EXCHANGE),
)


@pytest.mark.parametrize(
    ("example", "rules"),
    [
        ("founding", (fails("token query"),)),
        (
            "masked",
            (
                fails("token", "not_found", at=Stage.MINT),
                fails("call", "beta_api_shape_disabled"),
            ),
        ),
    ],
)
def test_an_example_worked_by_hand_is_what_the_search_does(
    example: str, rules: tuple[PlantedRule, ...]
) -> None:
    service = PlantedService(FACTORS, rules)
    asked = drive(service.space, service).asked
    assert _table(example) == [
        (ask.why.value, ask.point, _said(outcome)) for ask, outcome in asked if outcome
    ]


def _table(example: str) -> list[tuple[str, frozenset[str], str]]:
    _, _, rest = TEXT.partition(f"<!-- {example} -->\n")
    rows = re.findall(r"^\| \d+ \| (\w+) \| (.*?)\| (.*) \|$", rest.partition("\n\n")[0], re.M)
    return [(why, frozenset(levels.split()), said) for why, levels, said in rows]


def _said(outcome: Outcome) -> str:
    if outcome.signature is None:
        return "pass"
    return f"{outcome.signature.stage.value}: {outcome.signature.code or outcome.signature.status}"
