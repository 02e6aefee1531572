"""The scores as a table and as totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.hidden_rules.score import Score

COLUMNS = (
    "family",
    "service",
    "verdict",
    "exit",
    "causes",
    "places",
    "false",
    "refuted",
    "repair",
    "shown",
    "crash",
    "alike",
    "probes",
    "s",
)


@dataclass(frozen=True, slots=True)
class Totals:
    services: int
    causes: int
    found: int
    places: int
    places_found: int
    ends_right: int
    false_claims: int
    refuted: int
    refuted_kinds: dict[str, int]
    repairs_wrong: int
    repairs_larger: int
    repairs_missing: int
    not_shown: int
    crashes: int
    determinism_wrong: int

    def lines(self) -> list[str]:
        share = 100 * self.found / self.causes if self.causes else 100.0
        kinds = ", ".join(f"{kind} {n}" for kind, n in self.refuted_kinds.items())
        return [
            f"services                          {self.services}",
            f"causes found                      {self.found} of {self.causes} ({share:.1f} %)",
            f"places inside of factors found    {self.places_found} of {self.places}",
            f"verdict and exit code right       {self.ends_right} of {self.services}",
            f"claims against the truth          {self.false_claims}",
            f"claims refuted by the run         {self.refuted}" + (f" ({kinds})" if kinds else ""),
            f"wrong repairs                     {self.repairs_wrong}",
            f"repairs larger than need be       {self.repairs_larger}",
            f"repairs missing                   {self.repairs_missing}",
            f"answers of the service not shown  {self.not_shown}",
            f"crashes                           {self.crashes}",
            f"determinism against the evidence  {self.determinism_wrong}",
        ]


def totals(scores: Sequence[Score]) -> Totals:
    """Causes that need not be found are not counted."""
    counted = [s for s in scores if not s.optional]
    kinds = Counter(r.kind for s in scores for r in s.refuted)
    return Totals(
        services=len(scores),
        causes=sum(s.causes for s in counted),
        found=sum(s.found for s in counted),
        places=sum(s.places for s in scores),
        places_found=sum(s.places_found for s in scores),
        ends_right=sum(s.ends_right for s in scores),
        false_claims=sum(len(s.false_claims) for s in scores),
        refuted=kinds.total(),
        refuted_kinds=dict(kinds.most_common()),
        repairs_wrong=sum(s.repair == "wrong" for s in scores),
        repairs_larger=sum(s.repair == "larger" for s in scores),
        repairs_missing=sum(s.repair == "missing" for s in scores),
        not_shown=sum(bool(s.not_shown) for s in scores),
        crashes=sum(bool(s.crash) for s in scores),
        determinism_wrong=sum(s.determinism == "wrong" for s in scores),
    )


def row(score: Score) -> tuple[str, ...]:
    """One line, in the order of ``COLUMNS``. ``!`` marks an end that is not right."""
    return (
        score.family,
        score.service,
        score.verdict + ("" if score.ends_right else " !"),
        "-" if score.exit_code is None else str(score.exit_code),
        _causes(score),
        f"{score.places_found} of {score.places}" if score.places else "-",
        str(len(score.false_claims) or "-"),
        str(len(score.refuted) or "-"),
        score.repair,
        "no" if score.not_shown else "yes",
        "yes" if score.crash else "-",
        score.determinism,
        str(score.probes),
        f"{score.seconds:.0f}",
    )


def _causes(score: Score) -> str:
    if not score.causes:
        return "-"
    if score.found == score.causes:
        return "right"
    missed = "partial" if score.found or score.touched else "missed"
    return f"({missed})" if score.optional else missed


def details(score: Score) -> list[str]:
    """What is wrong with a line, in words."""
    found = [f"says against the truth: {text}" for text in score.false_claims]
    found += [f"refuted ({r.kind}): {r.claim} {' '.join(r.probes[:4])}" for r in score.refuted]
    found += [f"not shown: {text}" for text in score.not_shown]
    return found + ([f"crash: {score.crash}"] if score.crash else [])


def as_text(scores: Sequence[Score]) -> str:
    rows = [COLUMNS, *map(row, scores)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    ]
    return "\n".join(lines)


def as_markdown(scores: Sequence[Score]) -> str:
    """The document that is kept beside the code."""
    totals_ = "\n".join(totals(scores).lines())
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(row, scores)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
    failures = [f"- `{s.service}`: {text}" for s in scores for text in details(s)] or ["- nothing"]
    return f"""\
# Services with hidden rules

Each line is one service of `benchmarks/hidden_rules/families/`, whose rules the program does not
know, and one setup that was diagnosed there. The truth stands beside the rules and was written
before anything was run. `python benchmarks/hidden_rules.py --write docs/hidden-rules.md` prints it.

```
{totals_}
```

- *verdict*: `!` where verdict or exit code is not the right one.
- *causes*: all true causes named exactly (right), some or parts of them (partial), none (missed);
  in parentheses where chance decides whether they can be found; `-` where there is none.
- *places*: the places inside of factors that were named, of those that are to be.
- *false*: claims against the truth. *refuted*: claims that an observation of the same run refutes.
- *repair*: the first one offered. labelled: it leaks the key or changes the purpose, and says so.
- *shown*: whether the terminal shows what the service said.
- *alike*: whether it is said that the service answers the same request alike; wrong: it does not.

{table}

## What is wrong

{chr(10).join(failures)}
"""
