"""What is said of a page's runs, in every output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.page_result import PageAttempt, ProofOnPage, RequestInCode
from rtdoctor.domain.run import Run
from rtdoctor.wording.outcomes import verdict

TITLE = "Your page"
PROOF = "Proof on your page"
ON_PAGE = "On your page"
IN_CODE = "In your code"
TO_SEND = "What it has to send"
CANDIDATES = "What could be pressed, the likeliest first"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a report begins: a verdict in a few words, its kind, and the same in sentences."""

    verdict: str
    kind: Verdict
    sentence: str


def opening(run: Run, diagnosis: Diagnosis) -> Opening:
    """The verdict of a run. That of a page comes first where it is not that of its setup."""
    page = run.page
    if page is None:
        return Opening(verdict(diagnosis), diagnosis.verdict, diagnosis.sentence)
    if page.is_connected:
        return Opening("The page connected", Verdict.WORKS, page.headline)
    if page.setup_works:
        sentence = f"{page.headline} {page.setup_works}"
        return Opening("The page fails, its setup works", Verdict.REPRODUCED, sentence)
    if page.fault:
        return Opening("The page failed", Verdict.REPRODUCED, page.headline)
    return Opening(verdict(diagnosis), diagnosis.verdict, diagnosis.sentence)


def place_in_code(place: RequestInCode) -> str:
    """A request with its place in the user's code."""
    column = f":{place.column}" if place.column else ""
    return f"{place.request}: {place.file}:{place.line}{column} ({place.known_by})"


def changed(attempt: PageAttempt) -> str:
    """Which parts of the page's traffic were changed in an attempt, and for which it stands."""
    said = f"{', '.join(attempt.changed)} changed" if attempt.changed else "nothing changed"
    return f"{said} (it never came to {', '.join(attempt.idle)})" if attempt.idle else said


def came_of(attempt: PageAttempt) -> str:
    """Whether the page connected in an attempt, and how far it came."""
    return f"{'connected' if attempt.is_connected else 'failed'}, {attempt.result}"


def after_proof(proof: ProofOnPage) -> Iterator[str]:
    """What follows the sentence of a proof: which of its changes are needed."""
    if proof.needed and len(proof.changes) > 1:
        yield f"Needed, since without it the page fails: {', '.join(proof.needed)}."
    others = [change for change in proof.changes if change not in proof.needed]
    if others and proof.is_proved and len(proof.changes) > 1:
        yield f"Not shown to be needed: {', '.join(others)}."
