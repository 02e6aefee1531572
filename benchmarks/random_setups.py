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
from rtdoctor.check import open_check, run_header
from rtdoctor.check.terrain import terrain_of
from rtdoctor.cli.subject_file import read_subject
from rtdoctor.diagnose import knowledge_base
from rtdoctor.diagnose.verdict import conversation, diagnose
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import ConfigError, InternalError, RtdoctorError
from rtdoctor.evidence.redact import Redactor
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.embedded import ERAS, EmbeddedSandbox
from rtdoctor.probe.http import HttpPort, HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.targets.target import Target

AT_ONCE = 6
# nobody waits for a token to expire: such a setup is one whose probes are not run
LIMITS = Limits(expiry_wait_s=0.0, probes_alive=16)

SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"auth": "api_key"},
    {"token_endpoint": "none", "auth": "api_key"},
    {"token_endpoint": "none", "token_body": "none", "auth": "api_key"},
    {"token_endpoint": "none", "auth": "none"},
    {"token_body": "ga_transcription"},
    {
        "token_endpoint": "sessions",
        "token_body": "realtime_with_model",
        "call_endpoint": "realtime",
    },
    {"token_endpoint": "transcription_sessions", "token_body": "founding"},
    {
        "token_endpoint": "transcription_sessions",
        "token_body": "founding",
        "call_endpoint": "realtime",
        "call_query": "model_transcribe",
    },
    {
        "token_endpoint": "/v1/realtime/sessions",
        "token_body": {"json": {"model": "gpt-4o-realtime-preview-2024-12-17", "voice": "verse"}},
        "call_endpoint": "/v1/realtime",
        "call_query": {"params": {"model": "gpt-4o-realtime-preview-2024-12-17"}},
    },
    {
        "token_endpoint": "translations_client_secrets",
        "token_body": "ga_translation",
        "call_endpoint": "translations_calls",
    },
)

LITERALS: dict[Factor, tuple[Any, ...]] = {
    Factor.TOKEN_ENDPOINT: (
        "/v1/realtime/sessions",
        "/v1/realtime/client_secrets",
        "/v1/realtime/client_secrets/",
        "/v1/realtime/transcription_sessions",
        "/openai/v1/realtime/client_secrets",
        "/api/session",
        "https://api.openai.com/v1/realtime/sessions",
    ),
    Factor.TOKEN_BODY: (
        {"json": {"model": "gpt-4o-realtime-preview-2024-12-17", "voice": "verse"}},
        {"json": {"model": "gpt-4o-realtime-preview", "modalities": ["audio", "text"]}},
        {"json": {"model": "gpt-4o-mini-realtime-preview", "instructions": "Be brief."}},
        {"json": {"session": {"type": "realtime", "model": "gpt-realtime-mini"}}},
        {"json": {"session": {"type": "realtime", "model": "gpt-4o-realtime-preview"}}},
        {"json": {"session": {"type": "realtime", "model": "gpt-realtime", "voice": "marin"}}},
        {
            "json": {
                "session": {
                    "type": "realtime",
                    "model": "gpt-realtime",
                    "audio": {"output": {"voice": "cedar"}},
                }
            }
        },
        {"json": {"session": {"type": "transcription"}}},
        {"json": {"session": {"type": "transcription", "model": "gpt-4o-transcribe"}}},
        {"json": {"session": {"model": "gpt-realtime-translate"}}},
        {"json": {"expires_after": {"anchor": "created_at", "seconds": 60}}},
        {"json": {"expires_after": {"anchor": "created_at", "seconds": 5}}},
        {"json": {"input_audio_transcription": {"model": "whisper-1"}}},
        {"json": []},
        {"text": "{model: gpt-realtime}"},
        {"text": ""},
        {"text": "model=gpt-realtime", "content_type": "application/x-www-form-urlencoded"},
        {
            "json": {"session": {"type": "realtime", "model": "gpt-realtime"}},
            "content_type": "text/plain",
        },
    ),
    Factor.AUTH: (
        {"kind": "api_key", "header": "api-key", "scheme": ""},
        {"kind": "ephemeral", "scheme": "Token"},
        {"kind": "ephemeral", "scheme": "bearer"},
        {"kind": "used", "scheme": "Bearer"},
        {"text": "undefined"},
        {"text": "null"},
        {"text": ""},
        {"text": "YOUR_API_KEY"},
    ),
    Factor.BETA_HEADER: (
        {"mint": "realtime=v1"},
        {"call": "realtime=v1"},
        {"mint": "realtime=v1", "call": "realtime=v1"},
        {"call": "assistants=v2"},
        {"call": "realtime"},
    ),
    Factor.CALL_ENDPOINT: (
        "/v1/realtime",
        "/v1/realtime/",
        "/v1/realtime/calls",
        "/v1/realtime?model=gpt-realtime",
        "/v1/realtime/calls?model=gpt-realtime",
        "/openai/v1/realtime/calls",
        "/realtime",
    ),
    Factor.CALL_QUERY: (
        {"params": {"model": "gpt-4o-realtime-preview-2024-12-17"}},
        {"params": {"model": "gpt-realtime-mini"}},
        {"params": {"model": "gpt-4o-mini-transcribe"}},
        {"params": {"model": "undefined"}},
        {"params": {"model": ""}},
        {"params": {"intent": "transcription", "model": "gpt-4o-transcribe"}},
        {"params": {"intent": "conversation"}},
        {"params": {"api-version": "2025-04-01-preview", "model": "gpt-realtime"}},
        {"params": {"voice": "verse", "q": "é & ?"}},
        {"params": {}},
    ),
    Factor.CALL_ENCODING: (
        {"kind": "raw", "content_type": "application/sdp; charset=utf-8"},
        {"kind": "raw", "content_type": "application/json"},
        {"kind": "raw", "content_type": ""},
        {"kind": "raw", "trim": True},
        {"kind": "multipart"},
        {"kind": "multipart", "session": {"type": "realtime", "model": "gpt-realtime-mini"}},
        {"kind": "multipart", "session": {"type": "transcription"}},
        {"kind": "multipart", "session": {"model": "gpt-realtime", "voice": "verse"}},
        {"kind": "json", "content_type": "application/json"},
    ),
    Factor.OFFER: (
        {"audio": True, "channel": "oai-events"},
        {"channel": "data"},
        {"channel": ""},
        {"audio": False},
        {"channel": None},
        {"audio": False, "channel": None},
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one setup. ``error`` is a trace, empty when there was none."""

    era: str
    setup: str
    verdict: str = ""
    refuted: tuple[Refuted, ...] = ()
    error: str = ""


def random_setup(dice: random.Random, catalogue: Catalogue) -> tuple[str, Setup]:
    """A setup file that the program accepts, and the setup that it describes."""
    while True:
        drawn = dict(dice.choice(SHAPES))
        for factor in dice.sample(list(Factor), dice.choice((0, 1, 1, 2, 2, 3, 5))):
            names = sorted(catalogue.entries[factor])
            literal = dice.random() < 0.6
            drawn[factor.value] = dice.choice(LITERALS[factor]) if literal else dice.choice(names)
        text = json.dumps(drawn, ensure_ascii=False)
        try:
            return text, _read(text, catalogue)
        except ConfigError:
            continue  # exit code 2: no client can send it


def _read(text: str, catalogue: Catalogue) -> Setup:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "setup.yaml")
        path.write_text(text, "utf-8")
        return read_subject(path, catalogue)


async def run_random(count: int, eras: Sequence[str] = ERAS, seed: int = 0) -> list[Result]:
    """Diagnose ``count`` random setups, spread over the eras; the same seed draws the same ones."""
    catalogue = probes.read()
    dice = random.Random(seed)
    drawn = [(eras[i % len(eras)], *random_setup(dice, catalogue)) for i in range(count)]
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
    """One check as ``cli/session.py`` makes it, without journal and reports."""
    redactor = Redactor()
    terrain, knowledge = terrain_of(catalogue), knowledge_base.load()
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
