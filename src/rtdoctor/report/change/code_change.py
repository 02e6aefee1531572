"""A repair as code in every language: each request before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtdoctor.domain.finding import Repair
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.report.change.curl_code import curl
from rtdoctor.report.change.javascript_code import javascript
from rtdoctor.report.change.planned_request import PlannedRequest, call_of, mint_of
from rtdoctor.report.change.python_code import python

Writer = Callable[[PlannedRequest], str]
LANGUAGES: dict[str, tuple[str, Writer]] = {
    "js": ("JavaScript", javascript),
    "curl": ("curl", curl),
    "python": ("Python", python),
}
"""What each language is asked for by, its name for people, and what writes it."""

_MINT, _CALL = "Token request", "Call"


@dataclass(frozen=True, slots=True)
class RequestChange:
    """One request before and after; an empty text where there is no such request."""

    title: str
    before: str
    after: str

    @property
    def is_change(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class CodeChange:
    """Both requests of a repair in one language."""

    language: str
    requests: tuple[RequestChange, ...]

    def text(self) -> str:
        """The change for a terminal: the old code and the new code of each request."""
        return "\n".join(part for request in self.requests for part in _parts(request))


def code_changes(run: Run, repair: Repair) -> tuple[CodeChange, ...]:
    """The repair of the run's subject in every language."""
    return tuple(code_change(run, repair, language) for language in LANGUAGES)


def code_change(run: Run, repair: Repair, language: str) -> CodeChange:
    """The repair in a language, a key of ``LANGUAGES``. The run must have a subject."""
    assert run.header.subject is not None, "only a subject is repaired"
    name, write = LANGUAGES[language]
    return CodeChange(name, _requests(run.header.subject, repair.setup, run, write))


def _requests(old: Setup, new: Setup, run: Run, write: Writer) -> tuple[RequestChange, ...]:
    target = run.header.target

    def written(request: PlannedRequest | None) -> str:
        return "" if request is None else write(request)

    changes = (
        RequestChange(_MINT, written(mint_of(old, target)), written(mint_of(new, target))),
        RequestChange(_CALL, written(call_of(old, target)), written(call_of(new, target))),
    )
    return tuple(change for change in changes if change.before or change.after)


def _parts(change: RequestChange) -> tuple[str, ...]:
    if not change.is_change:
        return (f"=== {change.title}: stays as it is ===", "", change.after)
    before = change.before or "(there is none)\n"
    after = change.after or "(there is none any more)\n"
    return (
        f"=== {change.title}, before ===",
        "",
        before,
        f"=== {change.title}, after ===",
        "",
        after,
    )
