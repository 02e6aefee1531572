"""What a page did, and the proof of the repair on it, for the terminal."""

from __future__ import annotations

from rtdoctor.domain.page_result import PageResult
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.wording import page as page_text


def print_page(page: PageResult, screen: Screen) -> None:
    """The verdict on the page, and what it did."""
    screen.line((page.headline, "bold"))
    screen.title(page_text.TITLE)
    for line in page.did:
        screen.line(line, indent=2)
    if page.candidates:
        screen.line(f"{page_text.CANDIDATES}:", indent=2)
    for line in page.candidates:
        screen.line(line, indent=4)
    if page.in_code:
        screen.line(f"{page_text.IN_CODE}:", indent=2)
    for place in page.in_code:
        screen.line(page_text.place_in_code(place), indent=4)
    if page.setup_works:
        screen.blank()
        screen.line(page.setup_works)


def print_proof_on_page(page: PageResult, screen: Screen) -> None:
    """The attempts to make the page connect, what they prove, and what to do next."""
    if page.proof is not None:
        screen.title(page_text.PROOF)
        for attempt in page.proof.attempts:
            style = "green" if attempt.is_connected else "red"
            screen.line(
                f"{page_text.changed(attempt)}: ", (page_text.came_of(attempt), style), indent=2
            )
        screen.line((page.proof.sentence, "bold"), indent=2)
        for line in page_text.after_proof(page.proof):
            screen.line(line, indent=2)
        for text in page.proof.events:
            screen.line((f"{page_text.TO_SEND}: ", "dim"), text, indent=2)
    elif page.leaves_open:
        screen.title(page_text.ON_PAGE)
        screen.line(page.leaves_open, indent=2)
    if page.next_step:
        screen.blank()
        screen.line(f"Next: {page.next_step}")
