"""What a ``check`` command line asks for, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rtdoctor.cli.outputs import Outputs
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``earlier`` is the run to resume or to replay; then plan, subject and target are its.

    ``sandbox`` is one of ``era`` that was started already.
    """

    catalogue: Catalogue
    plan: tuple[Setup, ...]
    subject: Setup | None
    budget: int | None
    era: str | None
    rules: Path | None
    base_url: str | None
    key_file: Path | None
    journal: str | None
    record: Path | None
    replay: Path | None
    resume: Path | None
    earlier: Run | None
    keep_addresses: bool
    ice_timeout: float
    timeout: float
    jobs: int
    quiet: bool
    outputs: Outputs
    command: str
    sandbox: EmbeddedSandbox | None = None
