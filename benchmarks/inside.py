"""How many questions it takes to find the places inside a level, on planted faults.

    python benchmarks/inside.py [--instances N] [--seed N]

Instances. A level differs from the passing one in 4 to 40 places, drawn evenly. Planted are one
refused place, two (with one error for both, or one for each), a pair that fails only together, and
one beside a *clash*: a place of the failing level with a missing one, a reason of its own that only
mixtures have, and a pair of which one place clashes so. All is drawn from the seed; errors are the
founding case's empty one unless said otherwise.

Columns: questions, mean and maximum, with two repeats for each claimed pair; the runs with one
culprit that needed more than ``2 log2(n) + 8``; runs in which exactly what was planted is claimed;
runs with a claim of anything else.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.localise.inner_cause import Choice, Narrowed
from rtdoctor.localise.inner_search import narrow

EMPTY = Signature(Stage.MINT, 400, "", "", "", "")
OTHER = Signature(Stage.MINT, 400, "invalid_request_error", "other", None, "no")


@dataclass(frozen=True)
class InnerFault:
    """A choice with all of ``inside`` and none of ``outside`` fails so."""

    inside: Choice
    outside: Choice = frozenset()
    signature: Signature = EMPTY


@dataclass(frozen=True)
class Instance:
    count: int
    faults: tuple[InnerFault, ...]

    @property
    def planted(self) -> set[Choice]:
        return {fault.inside for fault in self.faults if not fault.outside}


@dataclass(frozen=True)
class Result:
    questions: int
    found: set[Choice]


Draw = Callable[[random.Random, int], tuple[InnerFault, ...]]


def one(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    return (InnerFault(frozenset(rng.sample(range(count), 1))),)


def two(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    first, second = rng.sample(range(count), 2)
    return InnerFault(frozenset({first})), InnerFault(frozenset({second}))


def two_errors(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    first, second = rng.sample(range(count), 2)
    return InnerFault(frozenset({first})), InnerFault(frozenset({second}), signature=OTHER)


def pair(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    return (InnerFault(frozenset(rng.sample(range(count), 2))),)


def clash(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    culprit, there, missing = rng.sample(range(count), 3)
    said = rng.choice([EMPTY, OTHER])
    return InnerFault(frozenset({there}), frozenset({missing}), said), InnerFault(
        frozenset({culprit})
    )


def pair_and_clash(rng: random.Random, count: int) -> tuple[InnerFault, ...]:
    first, second, missing = rng.sample(range(count), 3)
    return InnerFault(frozenset({first}), frozenset({missing}), OTHER), InnerFault(
        frozenset({first, second})
    )


ROWS: dict[str, Draw] = {
    "one place": one,
    "two places, one error": two,
    "two places, two errors": two_errors,
    "a pair": pair,
    "one place and a clash": clash,
    "a pair and a clash": pair_and_clash,
}


def answer(instance: Instance, choice: Choice) -> Outcome:
    for fault in instance.faults:
        if fault.inside <= choice and not fault.outside & choice:
            return Outcome.failed(fault.signature)
    return Outcome.passed(Stage.SESSION)


def run(instance: Instance) -> Result:
    failure = answer(instance, frozenset(range(instance.count))).signature
    assert failure is not None, "the planted fault fails"
    search, asked = narrow(instance.count, failure), 0
    try:
        choice = next(search)
        while True:
            asked += 1
            choice = search.send(answer(instance, choice))
    except StopIteration as end:
        narrowed: Narrowed = end.value
    repeats = 2 * sum(len(cause.members) for cause in narrowed.causes)
    found = {frozenset().union(*(m.places for m in c.members)) for c in narrowed.causes}
    return Result(asked + repeats, found)


def row(name: str, draw: Draw, instances: int, rng: random.Random) -> str:
    drawn = [Instance(n, draw(rng, n)) for n in (rng.randint(4, 40) for _ in range(instances))]
    results = [run(instance) for instance in drawn]
    both = list(zip(drawn, results, strict=True))
    questions = [result.questions for result in results]
    over = sum(r.questions > 2 * math.log2(i.count) + 8 for i, r in both)
    right = sum(r.found == i.planted for i, r in both)
    wrong = sum(not r.found <= i.planted for i, r in both)
    mean = sum(questions) / len(questions)
    above = str(over) if draw in (one, clash) else "-"
    return (
        f"{name:24} {mean:6.1f} {max(questions):5} {above:>6}"
        f" {100 * right / instances:6.1f} % {wrong:6}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=2000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    given = parser.parse_args()
    print(f"{'planted':24} {'mean':>6} {'max':>5} {'above':>6} {'right':>8} {'wrong':>6}")
    for name, draw in ROWS.items():
        print(row(name, draw, given.instances, random.Random(given.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
