"""The runs of one page: as it is, and with parts of a repair applied. They are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rtdoctor.browser.page_run import PageRun
from rtdoctor.browser.visit import PageSubject, run_page
from rtdoctor.check.backend_answer import answer_of_backend, spare_tokens
from rtdoctor.check.page_key import PageKey
from rtdoctor.check.page_repair import PagePart, PageRepair
from rtdoctor.check.token_for_each_call import TokenForEachCall
from rtdoctor.front.front import Front
from rtdoctor.front.rewriting import Rewriting

if TYPE_CHECKING:
    from playwright.async_api import Browser

MOST_PAGE_RUNS = 8

Tell = Callable[[str], None]


@dataclass(slots=True)
class PageRuns:
    """Runs one page, ``MOST_PAGE_RUNS`` times at most. ``tell`` hears of each run."""

    browser: Browser
    front: Front
    subject: PageSubject
    in_sandbox: bool
    tell: Tell
    made: int = 0

    @property
    def left(self) -> int:
        return MOST_PAGE_RUNS - self.made

    async def as_it_is(self, said: str) -> PageRun:
        """One run of the page as it is, or of what the subject was set to."""
        self._begin(said)
        rewriting = self._key.before(Rewriting())
        return await run_page(self.browser, self.front, self.subject, rewriting=rewriting)

    async def with_parts(self, repair: PageRepair, parts: frozenset[PagePart]) -> PageRun:
        """One run with these parts of a repair applied to the page's own traffic."""
        changed = ", ".join(part for part in repair.parts if part in parts) or "nothing"
        self._begin(f"Running the page with {changed} changed")
        rewriting = repair.rewriting(parts)
        if PagePart.EACH in parts:
            rewriting = TokenForEachCall(await spare_tokens(repair, self.front)).before(rewriting)
        return await run_page(
            self.browser,
            self.front,
            self.subject,
            rewriting=self._key.before(rewriting),
            completion=repair.completion(parts),
            token_answer=answer_of_backend(repair, parts, self.front),
        )

    def _begin(self, said: str) -> None:
        self.made += 1
        self.tell(f"{said} (run {self.made} of {MOST_PAGE_RUNS} at most)")

    @property
    def _key(self) -> PageKey:
        return PageKey(self.front.placeholder, self.in_sandbox)
