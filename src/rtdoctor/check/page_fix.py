"""The proved repair written into a page of the user's own, and the edited copy run."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.page_repair import PagePart, PageRepair
from rtdoctor.code.fixed_sources import Fixed, fixed
from rtdoctor.errors import ConfigError
from rtdoctor.text_file import read_text

_SCRIPT = re.compile(r"""<script[^>]{0,500}?\ssrc\s*=\s*["']?([^"'\s>:?#]{1,300})""", re.IGNORECASE)
_MOST_SCRIPTS = 50

RunCopy = Callable[[Mapping[str, str]], Awaitable[PageRun]]
"""Runs the page with these files in place of its own."""


@dataclass(frozen=True, slots=True)
class PageFix:
    """A repair in copies of the page's files: what was edited, what is left to do by hand, and the
    edited page's own run. ``run`` is ``None`` when nothing could be edited."""

    fixed: Fixed
    run: PageRun | None = None

    @property
    def connects(self) -> bool:
        """Whether the edited page connected, without an ``error`` event."""
        return self.run is not None and self.run.is_connected


async def fix_page(page: Path, repair: PageRepair, run_copy: RunCopy) -> PageFix:
    """Write a repair that is proved on the page into copies of its files, and run them.

    Only what stands in the page itself and in scripts of its folder is edited.
    """
    change = fixed(files_of(page), repair.page, repair.works)
    if PagePart.EVENTS in repair.parts:
        by_hand = "The session.update that the page sends has to be changed by hand."
        change = Fixed(change.texts, change.diff, (*change.not_done, by_hand))
    if not change.texts:
        return PageFix(change)
    return PageFix(change, await run_copy(change.texts))


def files_of(page: Path) -> dict[str, str]:
    """The page and the scripts of its folder that it names, by their paths below the folder."""
    text = read_text(page)
    files = {page.name: text}
    folder = page.resolve().parent
    for name in _SCRIPT.findall(text)[:_MOST_SCRIPTS]:
        path = (folder / name.lstrip("/")).resolve()
        if path.is_relative_to(folder) and path.is_file():
            try:
                files[path.relative_to(folder).as_posix()] = read_text(path)
            except ConfigError:
                continue  # what cannot be read as text is not edited either
    return files
