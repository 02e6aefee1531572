"""What a page asked of hosts that it does not reach in a check. Pure.

A blocked request is told as the reason only where something shows that the page went no further for
want of it. Style sheets, fonts and pictures keep no page from its call.
"""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.browser.cdn_hosts import cdn_hosts
from rtdoctor.browser.page_run import PageRecord, PageRun
from rtdoctor.check.own_fault import OwnFault

_ASKED_BY_SCRIPTS = ("fetch", "xhr", "websocket", "eventsource")


def blocked_scripts(run: PageRun) -> Iterator[OwnFault]:
    """The scripts that were blocked, where the page was not started or failed over them."""
    scripts = _of_types(run, "script")
    if scripts and (is_unheard(run) or _has_nothing_to_press(run) or _has_failed(run)):
        named = ", ".join(dict.fromkeys(r.where[:120] for r in scripts[:3]))
        yield OwnFault(
            f"This check does not let it load {named}. {_came_of_it(run)}",
            "Allow the host of the script",
            is_of_check=True,
            options=_allowing(scripts),
        )


def blocked_requests(run: PageRun) -> Iterator[OwnFault]:
    """What the page's scripts asked of other hosts, unless nobody knows what starts the page."""
    if run.stopped == "unclear":
        return
    for record in _of_types(run, *_ASKED_BY_SCRIPTS):
        yield OwnFault(
            f"It asks {record.text}, which is not reached in this check.",
            "Allow the host, if it may be reached",
            is_of_check=True,
            options=("--allow-host", record.text),
        )


def unheard_press(run: PageRun) -> Iterator[OwnFault]:
    """A page in which nothing listens to what was pressed."""
    if is_unheard(run):
        yield OwnFault(
            f"Nothing in the page listens to “{run.presses[-1].shown[:60]}”, which was pressed.",
            "See whether the page loads the script that should, and whether that runs to its end.",
        )


def is_unheard(run: PageRun) -> bool:
    """Whether something was pressed, and nothing in the page listens to any of it."""
    return bool(run.presses) and not any(press.is_heard for press in run.presses)


def _of_types(run: PageRun, *types: str) -> list[PageRecord]:
    return [record for record in run.of_kind("blocked") if record.type in types]


def _has_nothing_to_press(run: PageRun) -> bool:
    return not run.presses and not run.candidates and not run.own_exchanges


def _has_failed(run: PageRun) -> bool:
    return run.stopped != "unclear" and bool(run.of_kind("error", "rejection"))


def _came_of_it(run: PageRun) -> str:
    for record in run.of_kind("error", "rejection"):
        return f"Then a script of it failed: {record.error[:200]}"
    if run.presses:
        return f"Nothing in it listens to “{run.presses[-1].shown[:60]}”, which was pressed."
    return "It shows nothing that could be pressed."


def _allowing(blocked: list[PageRecord]) -> tuple[str, ...]:
    hosts = list(dict.fromkeys(record.text for record in blocked))[:5]
    if all(host in cdn_hosts() for host in hosts):
        return ("--allow-cdn",)
    return tuple(word for host in hosts for word in ("--allow-host", host))
