"""Starting a page's conversation: pressed step by step, until the page makes its call or stops.

Some pages take several presses ("Get token", then "Connect"). After one that brought the page
nearer without a failure, only what surely starts something is pressed. After one that posted
something of the page's own nothing more is, since a second such press may do harm.
"""

from __future__ import annotations

import asyncio
import time
from enum import Enum, auto

from rtdoctor.browser.page_run import OwnExchange
from rtdoctor.browser.pressing import Choice, Press, Presser
from rtdoctor.browser.progress import Progress
from rtdoctor.browser.watching import Watching
from rtdoctor.domain.token_words import speaks_of_tokens

_MOUNTS_S = 4.0  # until there is something to press: scripts that load, timers, animations
_LOOK_AGAIN_S = 0.25
_NEXT_STEP_S = 1.2  # a page that comes nearer is given this long before it is pressed again
_MOST_CANDIDATES = 8


class _Went(Enum):
    """What came of a press."""

    NOWHERE = auto()
    NEARER = auto()
    DONE = auto()
    ASTRAY = auto()


class Starter:
    """Starts one page. ``candidates`` is what could be pressed when it is not clear what starts
    the page, the likeliest first."""

    def __init__(self, watching: Watching, progress: Progress, presser: Presser) -> None:
        self._watching = watching
        self._progress = progress
        self._presser = presser
        self.candidates: tuple[str, ...] = ()

    async def start(self) -> bool:
        """Press until something of the service's happens; false when nobody knows what to press."""
        choice = await self._mounted()
        went = _Went.NOWHERE
        while self._presser.may_press and not self._progress.is_calling:
            before, own_before = self._progress.steps, len(self._watching.exchanges)
            pressed = await self._press_next(choice, only_sure=went is _Went.NEARER)
            if pressed is None:
                break
            await self._progress.settle(beyond=before)
            went = await self._what_came(before, own_before)
            if went is _Went.DONE:
                return True
            choice = await self._presser.look()
            if went is _Went.ASTRAY:
                return self._unclear(choice)
            if went is _Went.NOWHERE and not choice.ranked and self._presser.is_elsewhere:
                choice = await self._from_another_page()
        await self._let_go()
        if self._presser.presses or self._progress.steps:
            return True
        return self._unclear(choice)

    async def _let_go(self) -> None:
        """Release what was held in vain: a press and a release are a click as well."""
        if self._presser.is_holding and not self._progress.steps:
            await self._presser.release()
            await self._progress.settle()

    async def _mounted(self) -> Choice:
        """What can be pressed, once there is anything that may start the page."""
        until = time.monotonic() + _MOUNTS_S
        while True:
            choice = await self._presser.look()
            is_there = choice.ranked or choice.consent
            is_under_way = self._progress.is_calling or self._progress.has_failed
            if is_there or is_under_way or time.monotonic() > until:
                return choice
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _from_another_page(self) -> Choice:
        """What can be pressed there, or else on the page that led there."""
        choice = await self._mounted()
        if choice.ranked or self._progress.is_calling:
            return choice
        await self._presser.go_back()
        return await self._mounted()

    async def _what_came(self, before: int, own_before: int) -> _Went:
        asked = self._watching.exchanges[own_before:]
        if self._progress.steps > before or any(map(_is_about_tokens, asked)):
            await self._progress.settle(_NEXT_STEP_S, until_calling=True)
            done = self._progress.is_calling or self._progress.has_failed
            return _Went.DONE if done else _Went.NEARER
        # It has changed something of its owner's, so nothing more is pressed by guess.
        if any(e.request.method != "GET" for e in asked):
            return _Went.ASTRAY
        return _Went.NOWHERE

    async def _press_next(self, choice: Choice, *, only_sure: bool) -> Press | None:
        presser = self._presser
        await presser.fill(choice.fields)
        ranked = choice.sure if only_sure else choice.ranked
        clearing = [*choice.consent, *choice.closing]
        if ranked and ranked[0][0].is_covered:  # what lies above it comes first
            above = [pair for pair in choice.sure if not pair[0].is_covered]
            if clearing and not above:
                return await presser.press(*clearing[0], "consent")
            ranked = above or ranked
        if ranked:
            return await presser.press(*ranked[0], "words")
        if choice.consent:
            return await presser.press(*choice.consent[0], "consent")
        if choice.again and not only_sure and not self._progress.steps:
            await self._progress.settle(_NEXT_STEP_S)  # what it listens with may come late
            return await presser.press(*choice.again, "hold")
        return None

    def _unclear(self, choice: Choice) -> bool:
        shown = [*(candidate for candidate, _ in choice.ranked), *choice.others][:_MOST_CANDIDATES]
        self.candidates = tuple(f"{c.shown}  --click '{c.selector}'" for c in shown)
        return False


def _is_about_tokens(exchange: OwnExchange) -> bool:
    """Whether a request to the page's own backend looks like the one for a token or a call."""
    answer = exchange.response.body if exchange.response else ""
    return speaks_of_tokens(f"{exchange.request.url} {exchange.request.body or ''} {answer}")
