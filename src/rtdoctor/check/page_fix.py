"""The proved repair written into copies of the user's own files, and the edited copies run."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.page_events import migrated_event
from rtdoctor.check.page_repair import PagePart, PageRepair
from rtdoctor.code.fixed_sources import Fixed, fixed
from rtdoctor.errors import ConfigError
from rtdoctor.text_file import read_text

_SCRIPT = re.compile(r"""<script[^>]{0,500}?\ssrc\s*=\s*["']?([^"'\s>:?#]{1,300})""", re.IGNORECASE)
_MOST_SCRIPTS = 50
_FOR_EACH = "Ask for a new token before each call, or make the call once where it is made twice."

RunCopy = Callable[[Mapping[str, str]], Awaitable[PageRun]]
"""Runs the page with these files in place of its own. Raises ``CannotRunCopy``."""


class CannotRunCopy(Exception):
    """The edited files cannot be run; the text says why."""


@dataclass(frozen=True, slots=True)
class PageFix:
    """A repair in copies of the user's files: what was edited, what is left to do by hand, and the
    run of the edited copies.

    ``run`` is ``None`` when nothing could be edited, or when the copies could not be run; then
    ``not_run`` says why.
    """

    fixed: Fixed
    run: PageRun | None = None
    not_run: str = ""

    @property
    def connects(self) -> bool:
        """Whether the edited page connected, without an ``error`` event."""
        return self.run is not None and self.run.is_connected


async def fix_files(files: Mapping[str, str], repair: PageRepair, run_copy: RunCopy) -> PageFix:
    """Write a repair that is proved on the page into copies of these files, and run them."""
    sends = PagePart.EVENTS in repair.parts
    migrate_event = partial(migrated_event, works=repair.works) if sends else None
    change = fixed(files, repair.page, repair.works, migrate_event)
    if PagePart.EACH in repair.parts:
        change = replace(change, not_done=(*change.not_done, _FOR_EACH))
    if not change.texts:
        return PageFix(change)
    try:
        return PageFix(change, await run_copy(change.texts))
    except CannotRunCopy as why:
        return PageFix(change, not_run=str(why))


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
