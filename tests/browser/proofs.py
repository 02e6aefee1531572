"""What a proved repair of a page is."""

from __future__ import annotations

from rtdoctor.browser.pressing import MOST_PRESSES
from rtdoctor.check.page_account import proof_on_page
from rtdoctor.check.page_check import PageFinished
from rtdoctor.check.page_repair import PagePart
from rtdoctor.errors import ExitCode


def assert_proved(found: PageFinished, parts: tuple[PagePart, ...]) -> None:
    """The page failed, these changes were needed, and with them it connected every time."""
    assert found.proof is not None, found.first
    assert found.proof.parts == parts
    assert found.proof.is_proved, proof_on_page(found)
    assert len(parts) == 1 or found.proof.needed == parts
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED
    assert len(found.first.presses) <= MOST_PRESSES
