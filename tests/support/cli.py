"""Running the command as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CommandResult:
    code: int
    out: str
    err: str


def rtdoctor(*arguments: str | Path, cwd: Path | None = None, **env: str) -> CommandResult:
    """One ``rtdoctor`` process, to its end."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "rtdoctor", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=120,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass(frozen=True)
class SavedRun:
    """A run document as a reader of the JSON sees it."""

    data: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> SavedRun:
        return cls(json.loads(path.read_bytes()))

    @property
    def observations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data["run"]["observations"]
        return found

    def cell(self, **levels: str) -> dict[str, Any]:
        """The observation with these levels, the founding auth and usual rest elsewhere."""
        wanted = {
            "auth": "ephemeral",
            "beta_header": "none",
            "call_query": "none",
            "call_encoding": "raw",
            "offer": "audio_channel",
            **levels,
        }
        found = [
            o
            for o in self.observations
            if all(o["setup"][f]["name"] == name for f, name in wanted.items())
        ]
        assert len(found) == 1, (wanted, len(found))
        return found[0]

    def outcome(self, **levels: str) -> tuple[str, str | None, int | None, str | None]:
        """Kind, stage, status and code of the cell with these levels."""
        outcome = self.cell(**levels)["outcome"]
        signature = outcome["signature"] or {}
        return outcome["kind"], outcome["stage"], signature.get("status"), signature.get("code")
