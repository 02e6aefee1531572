"""The check of a page: run it, diagnose its setup with probes, prove the repair on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rtdoctor.browser.page_run import PageRun, Reached
from rtdoctor.browser.visit import PageSubject
from rtdoctor.check.backend_answer import backend_is_seen, backend_route, gives_no_token
from rtdoctor.check.full_check import Finished
from rtdoctor.check.idle_parts import idle_parts
from rtdoctor.check.own_fault import OwnFault
from rtdoctor.check.page_events import migrated_events
from rtdoctor.check.page_faults import own_fault, token_was_given, unseen_request
from rtdoctor.check.page_fix import PageFix
from rtdoctor.check.page_proof import PageProof, Trial, prove
from rtdoctor.check.page_reading import (
    alike,
    call_was_seen,
    called_with_whole_answer,
    called_without_token,
    read_page,
    with_call_of,
)
from rtdoctor.check.page_repair import PagePart, PageRepair, TokenShape
from rtdoctor.check.page_runs import PageRuns, Tell
from rtdoctor.check.possible_mint import mint_is_inferred, with_possible_mint, without_model
from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.page_result import RequestInCode
from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.errors import ConfigError, ExitCode
from rtdoctor.front.front import Front
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.reading import Reading

if TYPE_CHECKING:
    from playwright.async_api import Browser

_MOST_STEPS = 4
PROOF_S = 150.0
_FAILURES = ("error", "rejection", "console")
_UNDEFINED = ("undefined", "null", "TypeError", "token", "Token")

Diagnose = Callable[[Setup], Coroutine[Any, Any, Finished]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFinished:
    """What is known of a page.

    ``first`` is the page as it is. ``finished`` is the diagnosis of its setup, by probes of our
    own; ``None`` when the page showed no setup. ``fault`` is something of the page's own that kept
    it from the service. ``proof`` is the repair applied to the page itself, ``fix`` the repair in
    copies of its files. ``printed`` are the last lines of the command that started the app.
    ``is_out_of_time``: the proof took longer than ``PROOF_S`` seconds and was given up.
    """

    first: PageRun
    reading: Reading | None = None
    finished: Finished | None = None
    fault: OwnFault | None = None
    repair: PageRepair | None = None
    proof: PageProof | None = None
    fix: PageFix | None = None
    printed: tuple[str, ...] = ()
    is_out_of_time: bool = False
    in_code: tuple[RequestInCode, ...] = ()

    @property
    def proved_repair(self) -> PageRepair | None:
        """The repair with which the page itself connected."""
        return self.repair if self.proof is not None and self.proof.is_proved else None

    @property
    def exit_code(self) -> ExitCode:
        """As of ``rtdoctor check``; a page that fails where its setup works has failed."""
        if self.first.is_connected:
            return ExitCode.WORKS
        if self.fault is not None and not self.fault.is_of_check:
            return ExitCode.FAILURE_REPRODUCED
        if self.finished is None:
            return ExitCode.CANNOT_TEST
        if self.finished.diagnosis.verdict is Verdict.WORKS:
            return ExitCode.FAILURE_REPRODUCED
        return self.finished.exit_code


@dataclass(slots=True)
class PageCheck:
    """Checks one page. ``diagnose`` probes a setup, ``tell`` hears of the progress.

    ``runs_kept`` are runs of the page that the proof leaves for what comes after it.
    """

    browser: Browser
    front: Front
    subject: PageSubject
    catalogue: Catalogue
    redactor: Redactor
    diagnose: Diagnose
    in_sandbox: bool
    tell: Tell = lambda text: None
    runs_kept: int = 0
    runs: PageRuns = field(init=False)

    def __post_init__(self) -> None:
        self.runs = PageRuns(self.browser, self.front, self.subject, self.in_sandbox, self.tell)

    async def run(self) -> PageFinished:
        """The whole check of the page."""
        first = await self.runs.as_it_is("Running the page as it is")
        fault = None if first.is_connected else own_fault(first)
        reading = None if fault else self._reading(first)
        if reading is None:
            return PageFinished(first=first, fault=fault or unseen_request(first))
        if first.is_connected:
            self.tell("The page connected; its setup is probed")
            finished = await self.diagnose(reading.setup)
            return PageFinished(first=first, reading=reading, finished=finished)
        return await self._explained(first, reading)

    def _reading(self, run: PageRun) -> Reading | None:
        # the front's exchanges are clean already, and tokens are told by their aliases
        clean = replace(run, own_exchanges=self.redactor.clean(run.own_exchanges))
        try:
            return read_page(clean, self.catalogue)
        except ConfigError:
            return None

    async def _explained(self, first: PageRun, reading: Reading) -> PageFinished:
        """The page failed: why, and what makes it connect."""
        self.tell("The page failed; its setup is probed")
        async with asyncio.TaskGroup() as tasks:
            again = tasks.create_task(self.runs.as_it_is("Running the page once more"))
            # Side by side: the page waits for its timers most of the time, the probes for the
            # network.
            diagnosing = tasks.create_task(self.diagnose(reading.setup))
        trials = [Trial((), first), Trial((), again.result())]
        found = PageFinished(first=first, reading=reading, finished=diagnosing.result())
        found = await self._with_possible_mint(found)
        try:
            async with asyncio.timeout(PROOF_S):
                return await self._proved(found, trials)
        except TimeoutError:
            return replace(found, is_out_of_time=True)

    async def _proved(self, found: PageFinished, original: list[Trial]) -> PageFinished:
        """Make the page connect, step by step, and then prove which changes that takes."""
        repair = self._repair(found)
        tried: list[tuple[PageRepair, Trial]] = []
        while repair is not None and repair.parts and len(tried) < _MOST_STEPS:
            run = await self.runs.with_parts(repair, frozenset(repair.parts))
            trial = Trial(repair.parts, run, idle_parts(run, repair))
            tried.append((repair, trial))
            found = replace(found, repair=repair)
            if trial.is_connected:
                break
            found, better = await self._improved(found, repair, run)
            # The same repair again would give the same run.
            repair = None if better in (None, repair) else better
        if found.repair is None:
            return found
        original = [replace(t, idle=idle_parts(t.run, found.repair)) for t in original]
        # Earlier steps count as trials only where each of their parts changed what the last
        # repair's part changes.
        alike = [trial for made, trial in tried if made.changes_alike(found.repair)]
        if not tried[-1][1].is_connected:
            return replace(found, proof=PageProof(found.repair.parts, (*original, *alike)))
        async with asyncio.TaskGroup() as tasks:
            most = self.runs.left - self.runs_kept
            proving = tasks.create_task(
                prove(found.repair, [*original, *alike], self.runs.with_parts, most=most)
            )
            real = tasks.create_task(self._with_real_call(found, tried[-1][1].run))
        return replace(real.result() or found, proof=proving.result())

    async def _with_possible_mint(self, found: PageFinished) -> PageFinished:
        """The diagnosis of a token request that can have brought the page's token."""
        assert found.reading is not None
        assert found.finished is not None
        possible = with_possible_mint(found.reading, found.first, found.finished)
        if possible is None:
            return found
        self.tell("The backend was given a token, so it asks in another way; this is probed again")
        return replace(found, reading=possible, finished=await self.diagnose(possible.setup))

    def _repair(self, found: PageFinished) -> PageRepair | None:
        """The repair of the diagnosis as the page's, or what the page's own events need."""
        assert found.reading is not None
        assert found.finished is not None
        page, diagnosis = found.reading.setup, found.finished.diagnosis
        changed = PageRepair(
            page=page,
            works=page,
            reads_elsewhere=_reads_elsewhere(found.first),
            shape=_shape_read_by(found.first) or TokenShape.OBJECT,
            route=backend_route(found.first),
            backend_is_seen=backend_is_seen(found.first),
        )
        if diagnosis.verdict is Verdict.WORKS:
            events = migrated_events(found.first, page) if found.first.error_events else {}
            return replace(changed, events=events)
        for repair in diagnosis.repairs:
            made = replace(changed, works=repair.setup)
            # Repairs come in order of their cost, so the first that a page can take is the one.
            if made.can_be_applied and not repair.leaks_key:
                return made
        return None

    async def _improved(
        self, found: PageFinished, repair: PageRepair, run: PageRun
    ) -> tuple[PageFinished, PageRepair | None]:
        """What else the page needs, by what it did with a repair that did not do."""
        assert found.reading is not None
        again = await self._with_real_call(found, run)
        if again is not None:
            is_new = again.finished is not found.finished
            found = again
            if is_new:
                return found, self._repair(found)
        if found.reading is not None and mint_is_inferred(found.reading):
            bare = without_model(repair, run, self.catalogue)
            if bare is not None:
                return found, bare
        if run.error_events:
            events = {**repair.events, **migrated_events(run, repair.works)}
            return found, replace(repair, events=events)
        if _reads_elsewhere(run):
            shape = _shape_read_by(run) or TokenShape.STRING
            elsewhere = repair.reads_elsewhere or PagePart.MINT not in repair.parts
            return found, replace(repair, shape=shape, reads_elsewhere=elsewhere)
        return found, None

    async def _with_real_call(self, found: PageFinished, run: PageRun) -> PageFinished | None:
        """The diagnosis of the call that the repaired page made, when another was inferred."""
        assert found.reading is not None
        if call_was_seen(found.reading):
            return None
        seen = self._reading(run)
        if seen is None or not call_was_seen(seen):
            return None
        # Without a token in it, the call says nothing about a page that has one.
        if seen.setup.auth.value.kind is not AuthKind.EPHEMERAL:
            return None
        # an answer with a token tells of the session that was asked for
        body_is_usual = not token_was_given(found.first)
        reading = with_call_of(found.reading, seen, self.catalogue, body_is_usual=body_is_usual)
        if alike(reading.setup, found.reading.setup):
            return replace(found, reading=reading)
        self.tell("The page showed its real call; its setup is probed again")
        return replace(found, reading=reading, finished=await self.diagnose(reading.setup))


def _reads_elsewhere(run: PageRun) -> bool:
    """Whether the page was given a token and did not find it: it called without, or failed over
    something that is undefined and did not call at all."""
    has_called = any(posted_offer(passed.exchange.request) for passed in run.exchanges)
    if has_called:
        return called_without_token(run) is not None
    if gives_no_token(run):
        return True
    failures = [record.error or record.text for record in run.of_kind(*_FAILURES)]
    is_undefined = any(word in text for text in (*failures, run.shows) for word in _UNDEFINED)
    may_be = is_undefined or not failures  # some pages look whether there is a token, and stop
    return run.reached < Reached.ANSWERED and token_was_given(run) and may_be


def _shape_read_by(run: PageRun) -> TokenShape | None:
    """The shape in which a page reads its token, where what it did tells that."""
    return TokenShape.TEXT if called_with_whole_answer(run) else None
