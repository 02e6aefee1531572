"""Fail when something that rtdoctor itself uses or recommends will be given up by the service.

    python tools/shipped_models.py [--within DAYS] [--today YYYY-MM-DD]

Read are the recipes of probes.yaml that belong to today's era, the sandbox's own model, and the
fixes of knowledge entries that hold today; compared with src/rtdoctor/migration/retirements.yaml.
A scheduled job of the CI runs this, so that a default is changed before its day. No test does: a
date must not break an old checkout.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import date

from rtdoctor.diagnose.retiring import retirements_in
from rtdoctor.domain.era import TODAY
from rtdoctor.knowledge.base import Knowledge, load
from rtdoctor.migration.retirements import Retirement, retired_model
from rtdoctor.plan import catalogue
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.sandbox.sessions import DEFAULT_MODEL

WITHIN_DAYS = 60
_NAME = re.compile(r"[\w.-]*\w")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--within", type=int, default=WITHIN_DAYS, metavar="DAYS")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    options = parser.parse_args()
    due = [*due_in(options.today, options.within, catalogue.read(), load())]
    for line in due:
        print(line)
    if not due:
        print(f"Nothing that is shipped ends within {options.within} days of {options.today}.")
    return 1 if due else 0


def due_in(day: date, within: int, recipes: Catalogue, known: Knowledge) -> Iterator[str]:
    """A sentence for each thing in use that ends within so many days of this one."""
    for where, found in (*_in_recipes(recipes), *_in_the_sandbox(), *_in_fixes(known)):
        if (found.since - day).days <= within:
            yield f"{where}: {found.what} ends on {found.since}; {found.instead} follows it"


def _in_recipes(recipes: Catalogue) -> Iterator[tuple[str, Retirement]]:
    for recipe in recipes.recipes:
        if TODAY.value in recipe.eras:
            for factor, found in retirements_in(recipe.setup):
                yield f"probes.yaml, recipe {recipe.name}, {factor}", found


def _in_the_sandbox() -> Iterator[tuple[str, Retirement]]:
    found = retired_model(DEFAULT_MODEL["ga"])
    if found is not None:
        yield "sandbox/sessions.py, DEFAULT_MODEL", found


def _in_fixes(known: Knowledge) -> Iterator[tuple[str, Retirement]]:
    for entry in known.entries:
        if not entry.applies_in(TODAY) or entry.id == "MODEL-RETIRED-2027":
            continue
        for name in dict.fromkeys(_NAME.findall(entry.fix.text)):
            found = retired_model(name)
            if found is not None:
                yield f"knowledge, the fix of {entry.id}", found


if __name__ == "__main__":
    sys.exit(main())
