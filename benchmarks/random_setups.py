"""Does any setup that a setup file accepts crash the program, or make it say what its run refutes?

    python benchmarks/random_setups.py [--count N] [--era ERA ...] [--seed S] [--json FILE]

Setups are drawn from the seed: a page's usual shape, then level names and literals as people
write them. Each is diagnosed against the sandbox of its era, one sandbox an era for the whole
benchmark, through the library as ``rtdoctor check`` does it; the claims are audited
(``hidden_rules/audit.py``). An exception is what would end the command with exit code 70.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from benchmarks.hidden_rules.audit import Refuted, audit
from rtdoctor.check.check import open_check, run_header
from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.verdict import conversation, diagnose
from rtdoctor.domain.era import ERAS
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import ConfigError, InternalError, RtdoctorError
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.http import HttpPort, HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.strict_yaml import load
from rtdoctor.subjects.setup_file import read_subject
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import Target

AT_ONCE = 6
# nobody waits for a token to expire: such a setup is one whose probes are not run
LIMITS = Limits(expiry_wait_s=0.0, probes_alive=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Shapes to begin with, as setup files, and literals by factor."""

    shapes: tuple[Any, ...]
    literals: dict[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one setup. ``error`` is a trace, empty when there was none."""

    era: str
    setup: str
    verdict: str = ""
    refuted: tuple[Refuted, ...] = ()
    error: str = ""


def read_material() -> Material:
    """What setups are made of. Raises ``ConfigError`` where the file is wrong."""
    path = Path(__file__).with_suffix(".yaml")
    return load(path.read_text("utf-8"), Material, str(path))


def random_setup(
    dice: random.Random, catalogue: Catalogue, material: Material
) -> tuple[str, Setup]:
    """A setup file that the program accepts, and the setup that it describes."""
    while True:
        drawn = dict(dice.choice(material.shapes))
        for factor in dice.sample(list(Factor), dice.choice((0, 1, 1, 2, 2, 3, 5))):
            names = sorted(catalogue.entries[factor])
            literal = dice.random() < 0.6
            choices = material.literals[factor.value] if literal else names
            drawn[factor.value] = dice.choice(choices)
        text = json.dumps(drawn, ensure_ascii=False)
        try:
            return text, _read(text, catalogue)
        except ConfigError:
            continue  # exit code 2: no client can send it


def _read(text: str, catalogue: Catalogue) -> Setup:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "setup.yaml")
        path.write_text(text, "utf-8")
        return read_subject(path.read_text("utf-8"), str(path), catalogue)


async def run_random(count: int, eras: Sequence[str] = ERAS, seed: int = 0) -> list[Result]:
    """Diagnose ``count`` random setups, spread over the eras; the same seed draws the same ones."""
    catalogue, material = probes.read(), read_material()
    dice = random.Random(seed)
    drawn = [(eras[i % len(eras)], *random_setup(dice, catalogue, material)) for i in range(count)]
    at_once = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack:
        targets = {}
        sandboxes = [EmbeddedSandbox(era) for era in eras]
        for sandbox in sandboxes:
            targets[sandbox.era] = await stack.enter_async_context(sandbox)
        port = HttpxPort(limits=LIMITS, on_loopback=True, https=False)
        http = await stack.enter_async_context(port)

        async def one(era: str, text: str, setup: Setup) -> Result:
            async with at_once:
                return await _diagnosed(era, text, setup, targets[era], http, catalogue)

        return list(await asyncio.gather(*(one(*each) for each in drawn)))


async def _diagnosed(
    era: str, text: str, setup: Setup, target: Target, http: HttpPort, catalogue: Catalogue
) -> Result:
    """One check as ``rtdoctor.run_check`` makes it, over one HTTP port for all of them."""
    redactor = Redactor()
    terrain, knowledge = candidates_of(catalogue), knowledge_base.load()
    header = run_header(target, "random_setups", subject=setup)
    try:
        async with open_check(target, header, redactor, limits=LIMITS, http=http) as check:
            await check.converse(conversation(header, terrain, knowledge))
            run = redactor.clean(check.end())
        diagnosis = diagnose(run, terrain, knowledge)
    except Exception as error:
        if _on_purpose(error):
            return Result(era, text, verdict="exit 2 or 3")
        return Result(era, text, verdict="exit 70", error=traceback.format_exc())
    return Result(era, text, diagnosis.verdict.value, audit(run, diagnosis))


def _on_purpose(error: BaseException) -> bool:
    """Whether the command would end with a message of its own instead of a trace."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_on_purpose, error.exceptions))
    return isinstance(error, RtdoctorError) and not isinstance(error, InternalError)


def report(results: Sequence[Result], seconds: float) -> str:
    """Counts, and every setup that went wrong."""
    verdicts = Counter(r.verdict for r in results)
    kinds = Counter(claim.kind for r in results for claim in r.refuted)
    causes = Counter(r.error.strip().splitlines()[-1] for r in results if r.error)
    lines = [
        f"setups            {len(results)} in {seconds:.0f} s",
        "verdicts          " + ", ".join(f"{v} {n}" for v, n in verdicts.most_common()),
        f"exceptions        {sum(bool(r.error) for r in results)}",
        *(f"                  {n} x {text}" for text, n in causes.most_common()),
        f"refuted claims    {sum(kinds.values())} in {sum(bool(r.refuted) for r in results)} runs",
        *(f"                  {n} x {kind}" for kind, n in kinds.most_common()),
    ]
    for result in results:
        if result.error:
            lines.append(f"{result.era}: {result.setup}: {result.error.strip().splitlines()[-1]}")
        for claim in result.refuted:
            probes_ = " ".join(claim.probes[:4])
            lines.append(f"{result.era}: {result.setup}: {claim.kind}: {claim.claim} {probes_}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--era", action="append", choices=ERAS, help="default: all four")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    started = time.perf_counter()
    results = asyncio.run(run_random(given.count, given.era or ERAS, given.seed))
    print(report(results, time.perf_counter() - started))
    if given.json is not None:
        rows = [
            {
                "era": r.era,
                "setup": json.loads(r.setup),
                "verdict": r.verdict,
                "refuted": [f"{claim.kind}: {claim.claim}" for claim in r.refuted],
                "error": r.error,
            }
            for r in results
        ]
        given.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(any(r.error or r.refuted for r in results))


if __name__ == "__main__":
    sys.exit(main())
