"""Runs the program against one service, as a user does: a process, a base URL, a setup file."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from benchmarks.hidden_rules.front import front
from benchmarks.hidden_rules.score import ScoredRun
from benchmarks.hidden_rules.services import Service
from rtdoctor.errors import RtdoctorError
from rtdoctor.evidence import codec

SOURCES = Path(__file__).resolve().parents[2] / "src"


async def run_service(service: Service, *, limit_s: float) -> ScoredRun:
    """One check of one service, ended after ``limit_s`` seconds."""
    with tempfile.TemporaryDirectory(prefix="hidden-rules-") as folder:
        rules, setup, result = (Path(folder, n) for n in ("rules.json", "setup.yaml", "run.json"))
        rules.write_text(service.rule_file, "utf-8")
        setup.write_text(service.subject, "utf-8")
        command = ["check", "--setup", str(setup), "--json", str(result)]
        command += ["--journal", "none", "--quiet", *service.options]
        started = time.perf_counter()
        opened = None
        async with AsyncExitStack() as stack:
            if service.embedded:
                command += ["--sandbox", service.era, "--rules", str(rules)]
                code, text = await _rtdoctor(command, service.key, folder, limit_s)
            else:
                sandbox = await stack.enter_async_context(_sandbox(service, rules))
                url = await stack.enter_async_context(front(service.front, sandbox))
                command += ["--base-url", url]
                code, text = await _rtdoctor(command, service.key, folder, limit_s)
                opened = await asyncio.to_thread(_opened, sandbox)
        run = diagnosis = None
        if result.exists():
            with suppress(RtdoctorError):
                run, diagnosis = codec.decode(result.read_bytes())
        seconds = time.perf_counter() - started
        return ScoredRun(code, text, run, diagnosis, opened, round(seconds, 1))


async def _rtdoctor(
    arguments: list[str], key: str, folder: str, limit_s: float
) -> tuple[int | None, str]:
    """The exit code, ``None`` after the time limit, and what was shown."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rtdoctor",
        *arguments,
        env=_environment() | {"OPENAI_API_KEY": key, "XDG_STATE_HOME": folder},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None, ""
    return process.returncode, output.decode("utf-8", "replace")


@asynccontextmanager
async def _sandbox(service: Service, rules: Path) -> AsyncIterator[str]:
    """The URL of a sandbox of this service's era with its rules, a process of its own."""
    command = ["--era", service.era, "--port", "0", "--announce", "--rules", str(rules)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rtdoctor.sandbox",
        *command,
        "--candidates",
        service.candidates,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            said = json.loads(await process.stdout.readline())
        yield said["url"]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return kept | {
        "PYTHONPATH": str(SOURCES),
        "PYTHONHASHSEED": "0",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


def _opened(sandbox: str) -> int | None:
    """How many calls the service itself has counted."""
    try:
        with urllib.request.urlopen(f"{sandbox}/sandbox/state", timeout=5) as answer:
            return int(json.load(answer)["calls"]["opened"])
    except (OSError, ValueError, KeyError):
        return None
