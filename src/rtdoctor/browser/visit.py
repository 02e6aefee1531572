"""One run of a page: opened, started, and watched until it connects, fails or falls quiet."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rtdoctor.browser.initiators import Initiators
from rtdoctor.browser.page_run import OwnExchange, PageRun, Reached
from rtdoctor.browser.pressing import Instructions, Presser
from rtdoctor.browser.progress import COMPILES_S, POLL_S, Progress
from rtdoctor.browser.starting import Starter
from rtdoctor.browser.token_answer import TokenAnswer, replace_answer
from rtdoctor.browser.watching import Completion, Watching
from rtdoctor.front.front import Front
from rtdoctor.front.rewriting import Rewriting

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

_ANSWERS_S = 20.0  # a dev server compiles a page when it is asked for it
_OPEN_S = 10.0
_QUIET_S = 1.5
_REFUSED_S = 0.8  # after a refusal of the service: what the page makes of it
_NO_ERROR_FOR_S = 3.0
_CONNECTS_S = 8.0  # from an accepted call to the first event
_LONGEST_TEXT = 4_000
_ALIVE_S = 5.0  # a machine that is busy takes seconds to answer
_CLOSE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSubject:
    """A page as it is opened every time: its address, and what the user said about using it."""

    url: str
    instructions: Instructions = field(default_factory=Instructions)
    storage_state: str | None = None


async def run_page(
    browser: Browser,
    front: Front,
    subject: PageSubject,
    *,
    rewriting: Rewriting | None = None,
    completion: Completion | None = None,
    token_answer: TokenAnswer | None = None,
    most_s: float = 30.0,
) -> PageRun:
    """Open the page in a fresh context, start it and watch it for ``most_s`` seconds at most.

    ``rewriting``, ``completion`` and ``token_answer`` are the parts of a repair. Whatever the page
    does, this returns: a page that hangs is told as ``stopped == "time"``. The calls that it
    opened are hung up.
    """
    began = time.monotonic()
    already = max((passed.number for passed in front.exchanges), default=0)
    front.rewriting = rewriting or Rewriting()
    watching = Watching(front.upstream.hosts, front.placeholder)
    stay = _Visit(watching, front, already)
    context: BrowserContext | None = None
    try:
        async with asyncio.timeout(most_s):
            context = await browser.new_context(
                accept_downloads=False,
                permissions=["microphone", "camera"],
                storage_state=subject.storage_state,
            )
            await watching.attach(context, completion or Completion())
            await stay.run(context, subject, token_answer)
    except TimeoutError:
        stay.stopped = "time"
    finally:
        shows = await stay.leave()
        with suppress(Exception):  # while the page still stands: then the service knows the calls
            await front.hang_up()
        if context is not None:
            with suppress(Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await context.close()
        front.rewriting = Rewriting()
    return stay.result(shows, (time.monotonic() - began) * 1000)


class _Visit:
    """One run under way."""

    def __init__(self, watching: Watching, front: Front, already: int) -> None:
        self._watching = watching
        self._front = front
        self._initiators = Initiators()
        self._unanswered: list[OwnExchange] = []
        self._progress = Progress(watching, front, already)
        self._presser: Presser | None = None
        self._page: Page | None = None
        self._first_text = ""
        self._candidates: tuple[str, ...] = ()
        self.stopped = "quiet"
        self.problem = ""

    async def run(
        self, context: BrowserContext, subject: PageSubject, token_answer: TokenAnswer | None
    ) -> None:
        page = self._page = await context.new_page()
        page.on("crash", lambda _: self._watching.note("crash"))
        await self._initiators.attach(page)
        if token_answer is not None:
            await replace_answer(page, token_answer)
        if not await self._open(page, subject.url):
            return
        if not await self._is_alive(page):
            return
        presser = Presser(page, self._watching.mark, self._front.placeholder)
        self._presser = presser
        await self._progress.settle()
        self._first_text = await _text_of(page)
        instructions = subject.instructions
        if instructions.fills:
            await presser.fill_as_told(instructions.fills)
        if instructions.script is not None:
            await presser.run(instructions.script)
            await self._progress.settle()
        for selector in instructions.clicks:
            await presser.click(selector)
            await self._progress.settle()
        # Who says what to press has said everything, so nothing is guessed beside it.
        is_started = bool(instructions.clicks or instructions.script)
        if not is_started and not self._progress.is_calling:
            starter = Starter(self._watching, self._progress, presser)
            if not await starter.start():
                self.stopped = "unclear"
                self._candidates = starter.candidates
        if self.stopped != "unclear" and await self._is_alive(page):
            await self._watch()

    async def _is_alive(self, page: Page) -> bool:
        """Whether the page's scripts let anything else run."""
        with suppress(Exception):
            async with asyncio.timeout(_ALIVE_S):
                await page.evaluate("0")
                return True
        # A page in an endless loop answers nothing, and every later call would wait for it in vain.
        self.stopped = "hangs"
        return False

    async def _open(self, page: Page, url: str) -> bool:
        from playwright.async_api import Error

        try:
            # In two steps: a page whose document came, but some picture of which never does, is
            # open.
            answer = await page.goto(url, wait_until="commit", timeout=_ANSWERS_S * 1000)
            if answer is not None and answer.status >= 400:
                self._watching.note("document", answer.url, error=str(answer.status))
            await page.wait_for_load_state("load", timeout=_OPEN_S * 1000)
        except Error as error:
            # Where the browser shows an error page of its own, nothing was opened. Any other page
            # is there, and is only slow.
            if page.url in ("about:blank", "") or page.url.startswith("chrome-error:"):
                self.stopped = "not opened"
                self.problem = error.message.partition("\n")[0][:300]
                return False
        return True

    async def _watch(self) -> None:
        """Until the page is connected and no error came for a while, or until it is quiet."""
        while True:
            await asyncio.sleep(POLL_S)
            if self._watching.of_kind("crash"):
                self.stopped = "crash"
                return
            if self._reached() is Reached.SESSION:
                connected_at = self._watching.of_kind("event in")[0].at
                if time.time() * 1000 - connected_at >= _NO_ERROR_FOR_S * 1000:
                    self.stopped = "connected"
                    return
                continue
            idle = time.monotonic() - self._watching.last_change
            if idle >= self._patience():
                return

    def _patience(self) -> float:
        """How long nothing has to happen for the page to be called quiet."""
        if self._watching.is_asking:
            return math.inf  # the run has its own end
        if self._watching.is_waiting:
            return COMPILES_S
        if self._reached() in (Reached.ANSWERED, Reached.CHANNEL) and self._may_open():
            return _CONNECTS_S
        passed = self._progress.exchanges
        answer = passed[-1].exchange.response if passed else None
        return _REFUSED_S if answer is not None and answer.status >= 400 else _QUIET_S

    def _may_open(self) -> bool:
        """Whether the channel may still open; where none was offered, only the media connects."""
        offers = [r.text for r in self._watching.of_kind("local") if not r.error]
        is_connected = any(r.state == "connected" for r in self._watching.of_kind("state"))
        return not is_connected or any("m=application" in sdp for sdp in offers)

    def _reached(self) -> Reached:
        is_pressed = self._presser is not None and bool(self._presser.presses)
        is_opened = self.stopped != "not opened"
        return self._progress.reached(is_opened=is_opened, is_pressed=is_pressed)

    async def leave(self) -> str:
        """What the page shows at the end that it did not show at first."""
        # Before the page is left: closing it would end these requests, and they would look refused.
        self._unanswered = self._watching.unanswered
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_S):
                if self._presser is not None:
                    await self._presser.release()
                if self._page is not None:
                    return _new_lines(self._first_text, await _text_of(self._page))
        return ""

    def result(self, shows: str, duration_ms: float) -> PageRun:
        presser = self._presser
        return PageRun(
            exchanges=self._progress.exchanges,
            own_exchanges=(*self._watching.exchanges, *self._unanswered),
            records=tuple(self._watching.records),
            presses=tuple(presser.presses) if presser else (),
            filled=tuple(presser.filled) if presser else (),
            candidates=self._candidates,
            shows=shows,
            reached=self._reached(),
            stopped=self.stopped,
            problem=self.problem,
            duration_ms=duration_ms,
            sent_from=tuple(self._initiators.found),
        )


async def _text_of(page: Page) -> str:
    with suppress(Exception):
        async with asyncio.timeout(_CLOSE_S):
            text = await page.evaluate("document.body ? document.body.innerText : ''")
            return str(text)[:_LONGEST_TEXT]
    return ""


def _new_lines(before: str, after: str) -> str:
    known = set(before.splitlines())
    return "\n".join(line for line in after.splitlines() if line.strip() and line not in known)
