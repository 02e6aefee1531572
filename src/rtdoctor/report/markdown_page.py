"""What a page did, and the proof of the repair on it, in the report for an issue tracker."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.domain.page_result import PageResult
from rtdoctor.report.markdown_text import code, fence, prose
from rtdoctor.wording import page as page_text

_DEEDS, _CANDIDATES, _ATTEMPTS, _PLACES = 8, 3, 8, 4


def on_page(page: PageResult, told: str) -> Iterator[str]:
    """The result on the page as items of a list, without what has been ``told`` already."""
    if page.headline not in told:
        yield f"- {page_text.TITLE}: {prose(page.headline)}"
    for place in page.in_code[:_PLACES]:
        yield f"- {page_text.IN_CODE}: {prose(page_text.place_in_code(place))}"
    if page.proof is not None:
        yield f"- {page_text.PROOF}: {prose(page.proof.sentence)}"
        yield from (f"  {prose(line)}" for line in page_text.after_proof(page.proof))
        for text in page.proof.events[:1]:
            yield f"  {page_text.TO_SEND}: {code(text)}"
    elif page.leaves_open:
        yield f"- {page_text.ON_PAGE}: {prose(page.leaves_open)}"


def what_it_did(page: PageResult) -> Iterator[str]:
    """The section to be folded: what the page did, and every attempt to make it connect."""
    attempts = page.proof.attempts if page.proof is not None else ()
    tried = [f"{page_text.changed(a)}: {page_text.came_of(a)}" for a in attempts[:_ATTEMPTS]]
    candidates = [f"could be pressed: {found}" for found in page.candidates[:_CANDIDATES]]
    yield from fence([*page.did[:_DEEDS], *candidates, *tried])
