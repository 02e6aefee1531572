"""A request whose address shows that a value was missing when it was put together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from rtdoctor.browser.page_run import PageRun
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.subjects.tokens import tokens_in

# what JavaScript and Python write for a value that is not there
_MISSING = re.compile(r"undefined|null|NaN|None|\[object Object\]")


def missing_in(url: str) -> str:
    """The host or the segment of the path that stands for a missing value; else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    segments = (host, *map(unquote, parts.path.split("/")))
    return next((text for text in segments if _MISSING.fullmatch(text)), "")


def requests_with_missing_value(run: PageRun) -> Iterator[str]:
    """The page's own requests of this kind that brought no token, each in a sentence."""
    for own in run.own_exchanges:
        missing = missing_in(own.request.url)
        if missing and not _holds_token(own.response):
            path = urlsplit(own.request.url).path[:120]
            came = f" and was answered with {own.response.status}" if own.response else ""
            yield f"The page asked for {own.request.method} {path}{came}. {_inferred(missing)}"
    for record in run.of_kind("blocked"):
        if missing := missing_in(f"//{record.text}/"):
            yield f"The page asked a host that is named {record.text}. {_inferred(missing)}"


def _inferred(missing: str) -> str:
    return (
        f"“{missing}” is what a program writes for a value that is missing: an environment "
        "variable of the build that is not set, or a value that is read before it is there "
        "(inferred)."
    )


def _holds_token(answer: HttpResponse | None) -> bool:
    return answer is not None and answer.status < 300 and bool(tokens_in(answer.body))
