"""What is said of a page's runs, in every output."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.domain.page_result import PageAttempt, ProofOnPage

TITLE = "Your page"
PROOF = "Proof on your page"
ON_PAGE = "On your page"
CANDIDATES = "What could be pressed, the likeliest first"


def changed(attempt: PageAttempt) -> str:
    """Which parts of the page's traffic were changed in an attempt."""
    return f"{', '.join(attempt.changed)} changed" if attempt.changed else "nothing changed"


def after_proof(proof: ProofOnPage) -> Iterator[str]:
    """What follows the sentence of a proof: which of its changes are needed, and new events."""
    if proof.needed and len(proof.changes) > 1:
        yield f"Needed, since without it the page fails: {', '.join(proof.needed)}."
    others = [change for change in proof.changes if change not in proof.needed]
    if others and proof.is_proved and len(proof.changes) > 1:
        yield f"Not shown to be needed: {', '.join(others)}."
    for text in proof.events:
        yield f"What it has to send: {text}"
