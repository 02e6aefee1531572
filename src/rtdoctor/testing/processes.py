"""The sandbox's processes: started when a test asks, lent to one test at a time, always ended."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rtdoctor.testing.sandbox import RealtimeSandbox

if TYPE_CHECKING:
    from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox

TODAY = "single-use"


@contextmanager
def run_sandbox(era: str = TODAY, rules: Path | str | None = None) -> Iterator[RealtimeSandbox]:
    """Run an imitated Realtime service for the block, in a process of its own.

    For a fixture of module or session scope; in a single test the fixture ``realtime_sandbox`` is
    shorter. ``rules`` is a file, or its YAML text. Raises ``UsageError`` for an unknown era or a
    file of rules that is wrong, and ``CannotTest`` when the process does not start within 20 s.

    >>> with run_sandbox(era="ga-only") as service:
    ...     sorted(service.env())
    ['OPENAI_API_KEY', 'OPENAI_BASE_URL']
    """
    with ExitStack() as stack:
        process = _start(era, _rules_file(rules, stack))
        stack.callback(process.end_calls_and_stop)
        yield _service(process)


class SandboxPool:
    """Lends sandboxes. One that is idle again, and that nothing set apart, is lent once more.

    A test never shares a sandbox with another one that runs. A sandbox with rules of the test's
    own is not lent again, since such rules count; nor is one with a call that is still open.
    """

    def __init__(self) -> None:
        self._idle: defaultdict[str, list[tuple[EmbeddedSandbox, RealtimeSandbox]]] = defaultdict(
            list
        )

    def __enter__(self) -> SandboxPool:
        return self

    def __exit__(
        self,
        type_: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for lent_before in self._idle.values():
            for process, _ in lent_before:
                process.stop()
        self._idle.clear()

    @contextmanager
    def lend(self, era: str = TODAY, rules: Path | str | None = None) -> Iterator[RealtimeSandbox]:
        """A sandbox for the block; parameters and errors as of ``run_sandbox``."""
        if rules is not None:
            with run_sandbox(era, rules) as service:
                yield service
            return
        process, service = self._idle[era].pop() if self._idle[era] else _started(era)
        fresh = None
        try:
            yield service
            fresh = _as_new(service)
        finally:
            if fresh is None:
                process.end_calls_and_stop()
            else:
                self._idle[era].append((process, fresh))


def _started(era: str) -> tuple[EmbeddedSandbox, RealtimeSandbox]:
    process = _start(era, None)
    return process, _service(process)


def _start(era: str, rules: Path | None) -> EmbeddedSandbox:
    from rtdoctor.domain.era import ERAS
    from rtdoctor.errors import UsageError
    from rtdoctor.strict_yaml import closest
    from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox

    if era not in ERAS:
        raise UsageError(f"the sandbox has no era {era!r}", hint=closest(era, ERAS))
    return EmbeddedSandbox(era, rules, log_requests=True)


def _service(process: EmbeddedSandbox) -> RealtimeSandbox:
    try:
        target = process.wait_for_target()
    except BaseException:
        process.stop()
        raise
    assert target.key is not None
    return RealtimeSandbox(target.base_url, target.key.reveal(), process.era)


def _as_new(service: RealtimeSandbox) -> RealtimeSandbox | None:
    """The service without its past, or ``None`` when it cannot be lent again."""
    try:
        return service.forget() if service.sessions.still_open == 0 else None
    except Exception:
        return None  # it has ended, or the test forbade connections: then a new one is started


def _rules_file(rules: Path | str | None, stack: ExitStack) -> Path | None:
    """The file of rules; a text is written to one that goes with the stack."""
    if not isinstance(rules, str):
        return rules
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rtdoctor-rules-"))
    path = Path(folder, "rules.yaml")
    path.write_text(rules, "utf-8")
    return path
