"""The parts of a repair that a run of a page never came to. Pure.

Applied in such a run, they would have changed nothing: so one run stands for several subsets.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.page_faults import token_was_given
from rtdoctor.check.page_repair import PagePart, PageRepair, is_mint
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.posted_offer import posted_offer


def idle_parts(run: PageRun, repair: PageRepair) -> frozenset[PagePart]:
    """The parts whose requests, offers or events did not occur in this run."""
    requests = [passed.exchange.request for passed in run.exchanges]
    # another answer of the page's backend replaces what the service gave, or did not give
    is_answered_here = repair.route is not None
    comes_to = {
        PagePart.MINT: is_answered_here or any(map(is_mint, requests)),
        PagePart.TOKEN: is_answered_here or token_was_given(run),
        PagePart.EACH: _shows_one_twice(requests),
        PagePart.OFFER: bool(run.of_kind("connection", "channel", "offer", "local")),
        PagePart.CALL: any(_is_call(request, repair) for request in requests),
        PagePart.EVENTS: bool(run.of_kind("event out")),
    }
    return frozenset(part for part, occurred in comes_to.items() if not occurred)


def _shows_one_twice(requests: list[HttpRequest]) -> bool:
    shown = [credential_in(request) for request in requests if posted_offer(request) is not None]
    return len(shown) > len(set(shown))


def _is_call(request: HttpRequest, repair: PageRepair) -> bool:
    """Whether it is the call or its preflight, which is changed with it."""
    if request.method == "OPTIONS":
        path: str = repair.page.call_endpoint.value.path
        return urlsplit(request.url).path == path
    return posted_offer(request) is not None
