"""How far a page has come while it runs, and whether it is still at work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from rtdoctor.browser.page_run import PageRecord, Reached
from rtdoctor.browser.watching import Watching
from rtdoctor.front.front import Front
from rtdoctor.front.passed import PassedExchange, Route

POLL_S = 0.05
COMPILES_S = 20.0  # a request of the page's own may take this long: dev servers compile
_SETTLED_S = 0.4
_FAILURES = ("error", "rejection", "cors", "csp", "crash")


class Progress:
    """What one run has shown so far; ``already`` is the number of the front's last exchange
    before it."""

    def __init__(self, watching: Watching, front: Front, already: int) -> None:
        self._watching = watching
        self._front = front
        self._already = already

    @property
    def exchanges(self) -> tuple[PassedExchange, ...]:
        """What the page and its backend have exchanged with the service in this run.

        At the base URL we ask for tokens of our own.
        """
        passed = self._front.exchanges
        return tuple(
            p for p in passed if p.number > self._already and p.route is not Route.BASE_URL
        )

    @property
    def steps(self) -> int:
        """How much the page has done on its way to the service."""
        return len(self._of("connection", "media", "local")) + len(self.exchanges)

    @property
    def is_calling(self) -> bool:
        """Whether the page has begun its offer. Some fetch a token on load, or make a connection,
        and then wait to be pressed."""
        return bool(self._of("local"))

    @property
    def has_failed(self) -> bool:
        """Whether anything went wrong, so that pressing more would only add to it."""
        answers = [passed.exchange.response for passed in self.exchanges]
        answers += [own.response for own in self._watching.exchanges]
        is_refused = any(answer is None or answer.status >= 400 for answer in answers)
        return is_refused or bool(self._of(*_FAILURES)) or any(r.error for r in self._of("media"))

    def reached(self, *, is_opened: bool, is_pressed: bool) -> Reached:
        """The last stage that the page has come to."""
        # The last stage first: a page that has come there has passed the ones before, whether or
        # not they were seen.
        seen: dict[Reached, Callable[[], object]] = {
            Reached.SESSION: lambda: self._of("event in"),
            Reached.CHANNEL: lambda: self._of("channel open"),
            Reached.ANSWERED: lambda: _without_error(self._of("remote")),
            Reached.OFFERED: lambda: _without_error(self._of("local")),
            Reached.ASKED: lambda: self.exchanges or self._watching.exchanges,
            Reached.MEDIA: lambda: self._of("media"),
            Reached.PRESSED: lambda: is_pressed,
            Reached.OPENED: lambda: is_opened,
        }
        return next((stage for stage, is_seen in seen.items() if is_seen()), Reached.NOTHING)

    async def settle(
        self, quiet_s: float = _SETTLED_S, *, beyond: int | None = None, until_calling: bool = False
    ) -> None:
        """Wait until the page has done nothing for a moment and waits for no request of its own.

        A token or a call that its own backend has not answered yet is waited for as long as the run
        lasts. With ``beyond``, a page that has done more steps than that is not waited for; with
        ``until_calling``, one that has begun its offer.
        """
        start = time.monotonic()
        while self._watching.is_asking or time.monotonic() < start + COMPILES_S:
            await asyncio.sleep(POLL_S)
            if beyond is not None and self.steps > beyond:
                return
            if until_calling and self.is_calling:
                return
            # Quiet from before the call does not count: what was just pressed needs time to have an
            # effect.
            idle = time.monotonic() - max(start, self._watching.last_change)
            if idle >= quiet_s and not self._watching.is_waiting:
                return

    def _of(self, *kinds: str) -> list[PageRecord]:
        return self._watching.of_kind(*kinds)


def _without_error(records: list[PageRecord]) -> list[PageRecord]:
    return [record for record in records if not record.error]
