"""What a report says of an answer, in the service's own words."""

from __future__ import annotations

from rtdoctor.domain.error_body import error_signature
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.wording import outcomes as words


def test_what_an_error_page_says_is_shown() -> None:
    page = "<html><title>403 Blocked by policy</title></html>"
    outcome = Outcome.failed(error_signature(Stage.MINT, 403, page, "text/html"))

    assert "403 Blocked by policy" in words.outcome_line(outcome)
