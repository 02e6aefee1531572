"""How often is a diagnosis right on services whose rules it does not know?

    python benchmarks/hidden_rules.py [--only PATTERN] [--json FILE] [--write docs/hidden-rules.md]

Every service of ``hidden_rules/families/`` is started as a process of its own, behind a front,
and ``rtdoctor check`` is run against it with the service's subject. The result is held against
the truth that was written down beforehand (``hidden_rules/services.py`` says what it holds), and
every claim against the observations of its own run (``hidden_rules/audit.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from benchmarks.hidden_rules.run import run_service
from benchmarks.hidden_rules.score import Score, score
from benchmarks.hidden_rules.services import Service, chosen, read_all
from benchmarks.hidden_rules.table import as_markdown, as_text, details, totals


async def _scores(services: list[Service], jobs: int, limit_s: float) -> list[Score]:
    at_once = asyncio.Semaphore(jobs)

    async def one(service: Service) -> Score:
        async with at_once:
            result = score(service, await run_service(service, limit_s=limit_s))
            print(".", end="", file=sys.stderr, flush=True)
            return result

    return list(await asyncio.gather(*map(one, services)))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the scores as JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the table as Markdown")
    parser.add_argument("--jobs", type=int, default=2, choices=(1, 2), help="services at once")
    parser.add_argument("--limit", type=float, default=180.0, metavar="S", help="seconds for each")
    given = parser.parse_args()
    services = chosen(read_all(), given.only)
    scores = asyncio.run(_scores(services, given.jobs, given.limit))
    print(file=sys.stderr)
    print(as_text(scores))
    for one in scores:
        for text in details(one):
            print(f"{one.service}: {text}")
    print()
    print("\n".join(totals(scores).lines()))
    if given.json is not None:
        lines = {"totals": asdict(totals(scores)), "services": [asdict(s) for s in scores]}
        given.json.write_text(json.dumps(lines, indent=1) + "\n", "utf-8")
    if given.write is not None:
        given.write.write_text(as_markdown(scores), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
