"""The edited copies run: those of a page's files, or those of the app behind its address."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.app_command import AppCommand
from rtdoctor.check.edited_copy import TooLarge, edited_copy
from rtdoctor.check.page_fix import CannotRunCopy
from rtdoctor.check.page_runs import PageRuns
from rtdoctor.errors import CannotTest


@dataclass(frozen=True, slots=True)
class EditedPage:
    """Runs a page from ``url``, where ``copies`` are served in place of its files."""

    runs: PageRuns
    url: str
    copies: dict[str, str]

    async def __call__(self, texts: Mapping[str, str]) -> PageRun:
        # The folder is being served from this very mapping, so the texts count from now on.
        self.copies.update(texts)
        self.runs.subject = replace(self.runs.subject, url=self.url)
        return await self.runs.as_it_is("Running the edited page")


@dataclass(frozen=True, slots=True)
class EditedApp:
    """Runs the page of an app whose command is started in an edited copy of its folder.

    ``running`` holds the app as it is, which ends first: both need the same port.
    """

    runs: PageRuns
    app: AppCommand | None
    running: AsyncExitStack
    folder: Path | None

    async def __call__(self, texts: Mapping[str, str]) -> PageRun:
        """Raises ``CannotRunCopy`` where the command would not run the copy."""
        if self.app is None:
            raise CannotRunCopy("the app was not started here; start it with the change, or --run")
        # A command line such as `npm start` runs in the folder where rtdoctor was called; a copy of
        # any other folder would not be what it runs.
        if self.folder is None or self.folder.resolve() != Path.cwd().resolve():
            raise CannotRunCopy("the command of --run does not run in the folder of --source")
        await self.running.aclose()
        try:
            with edited_copy(self.folder, texts) as copy:
                async with self.app.running(copy):
                    return await self.runs.as_it_is("Running the page of the edited app")
        except TooLarge:
            raise CannotRunCopy(f"{self.folder} is too large to be copied") from None
        except OSError as error:
            raise CannotRunCopy(f"{self.folder} cannot be copied: {error.strerror}") from None
        except CannotTest as error:
            raise CannotRunCopy(f"{error.message}\n{error.hint}") from None
