"""The sandbox as a process of its own, for any test that needs a service to talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rtdoctor

SOURCES = Path(rtdoctor.__file__).parent.parent


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that listens. ``process`` ends when its stdin is closed."""

    url: str
    era: str
    key: str
    process: subprocess.Popen[str]

    def state(self) -> dict[str, Any]:
        """What the sandbox knows of itself: calls opened and hung up, tokens, rules."""
        with urllib.request.urlopen(f"{self.url}/sandbox/state", timeout=10) as answer:
            return dict(json.load(answer))

    @property
    def open_calls(self) -> int:
        return int(self.state()["calls"]["open"])


def sandbox_command(*options: str) -> tuple[list[str], dict[str, str]]:
    """The command line of a sandbox process, and the environment that finds this checkout."""
    command = [sys.executable, "-m", "rtdoctor.sandbox", *options]
    return command, {**os.environ, "PYTHONPATH": str(SOURCES)}


@contextmanager
def rtdoctor_sandbox(
    era: str = "single-use",
    rules: str | Path | None = None,
    *,
    candidates: str = "loopback",
) -> Iterator[RunningSandbox]:
    """Run a sandbox for the block. ``rules`` is a file, or the YAML text of one."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--announce", "--era", era, "--candidates", candidates]
        if isinstance(rules, str):
            rules_file = Path(folder, "rules.yaml")
            rules_file.write_text(rules, "utf-8")
            rules = rules_file
        if rules is not None:
            options += ["--rules", str(rules)]
        command, environment = sandbox_command(*options)
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with process:
            try:
                line = process.stdout.readline()
                assert line, "the sandbox ended before it listened; see its stderr above"
                yield RunningSandbox(**json.loads(line), process=process)
            finally:
                process.stdin.close()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise
