"""The pytest plugin: the fixture ``realtime_sandbox``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from rtdoctor.testing.processes import TODAY, SandboxPool
from rtdoctor.testing.sandbox import RealtimeSandbox


class StartSandbox(Protocol):
    """What the fixture ``realtime_sandbox`` gives."""

    def __call__(self, era: str = ..., rules: Path | str | None = ...) -> RealtimeSandbox: ...


@pytest.fixture(scope="session")
def _realtime_sandboxes() -> Iterator[SandboxPool]:
    with SandboxPool() as pool:
        yield pool


@pytest.fixture
def realtime_sandbox(_realtime_sandboxes: SandboxPool) -> Iterator[StartSandbox]:
    """Start an imitated Realtime service: ``service = realtime_sandbox(era=..., rules=...)``.

    It listens on 127.0.0.1 and ends with the test. ``era`` is ``beta``, ``coexist``, ``ga-only``
    or ``single-use`` (today, the default). ``rules`` is a file of rules, or the YAML text of one.
    Each call gives a service of its own. It works in sync and in async tests.
    """
    with ExitStack() as stack:

        def start(era: str = TODAY, rules: Path | str | None = None) -> RealtimeSandbox:
            return stack.enter_context(_realtime_sandboxes.lend(era, rules))

        yield start
