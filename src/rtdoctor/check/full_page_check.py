"""The check of a page as a whole: sandbox or target, front, app, browser, probes, proof, fix."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from rtdoctor.browser.chromium import Routes, open_browser
from rtdoctor.browser.pressing import Instructions
from rtdoctor.browser.served_folder import serve_folder_of
from rtdoctor.browser.storage_state import values_kept
from rtdoctor.browser.visit import PageSubject
from rtdoctor.check.app_command import START_LIMIT_S, AppCommand, AppOutput
from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.edited_run import EditedApp, EditedPage
from rtdoctor.check.full_check import Finished, run_check
from rtdoctor.check.page_check import Diagnose, PageCheck, PageFinished
from rtdoctor.check.page_fix import files_of, fix_files
from rtdoctor.check.page_keeping import PageKeeper, numbered
from rtdoctor.check.page_runs import Tell
from rtdoctor.check.places_in_code import read_in_source, seen_in_browser
from rtdoctor.check.task import JournalPlace, NewDiagnosis
from rtdoctor.domain.page_result import RequestInCode
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import UsageError
from rtdoctor.front.front import Front
from rtdoctor.front.upstream import Upstream
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.limits import Limits
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.thing import sources_in
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import OPENAI_BASE_URL, Target

_REALTIME_URL = re.compile(r"https://([A-Za-z0-9.-]+)/(?:openai/)?(?:v1/)?realtime")
_LARGEST_PAGE = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """A page to check: a file, or the address of an app that runs.

    ``target`` takes the page's requests to the service. ``allowed_hosts`` are ``host`` or
    ``host:port`` that the page may reach beside the target and its own origin. ``app_command``
    starts the app at the address: it runs behind the front, so that what its backend sends to the
    service is seen too, and has ``start_limit_s`` to answer. ``source`` is the folder with the
    app's code. ``fix`` asks for the proved repair in copies of the page's files or of that code,
    which are run as well where they can be.
    """

    page: Path | str
    target: Target | EmbeddedSandbox
    instructions: Instructions = field(default_factory=Instructions)
    storage_state: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    app_command: str | None = None
    start_limit_s: float = START_LIMIT_S
    source: Path | None = None
    fix: bool = False
    budget: int | None = None
    journal: JournalPlace = None
    command: str = "rtdoctor.run_page_check"


async def run_page_check(
    task: PageTask,
    *,
    catalogue: Catalogue,
    redactor: Redactor,
    limits: Limits | None = None,
    tell: Tell = lambda text: None,
) -> PageFinished:
    """Run a page in Chromium, find out why it fails, and make the page itself connect.

    The page's requests to the service go through a front on this machine, where the repair is
    applied to them; it reaches nothing else but its own origin. The page never sees the key.
    Every call that is opened is hung up, also when this is cancelled.

    The result holds a run also when the page showed no setup: then it has no probes.

    Raises ``UsageError`` when Chromium or the page is missing, ``CannotTest`` when Chromium, a
    sandbox or the app does not start.
    """
    # It is above 60 lines because everything that must end with the check is opened here, one
    # inside the other: sandbox, front, app, browser. They close in the opposite order.
    with fit_to_be_shown(redactor), ExitStack() as stack:
        if isinstance(task.target, EmbeddedSandbox):
            stack.callback(task.target.stop)
        sources = {} if task.source is None else sources_in(task.source)
        copies: dict[str, str] = {}
        url = _address(task.page, stack)
        url_of_copies = _address(task.page, stack, copies) if task.fix else url
        for _, value in task.instructions.fills:
            redactor.add(Secret(value, "<filled in>"))
        if task.storage_state is not None:
            for value in values_kept(task.storage_state):
                redactor.add(Secret(value, "<storage state>"))
        target = task.target
        if isinstance(target, EmbeddedSandbox):
            target = await target.target()
        if target.key is not None:
            redactor.add(target.key)
        upstream = Upstream(target.base_url, _origins(task.page, target), target.key)
        async with Front(upstream, redactor) as front, AsyncExitStack() as running:
            app = _app_of(task, front, redactor, tell, in_sandbox=target.era is not None)
            output = AppOutput()
            if app is not None:
                output = await running.enter_async_context(app.running())
            routes = _routes(front, (_origin(url), _origin(url_of_copies), *task.allowed_hosts))
            async with open_browser(routes, loopback_media=target.on_loopback) as browser:
                check = PageCheck(
                    browser,
                    front,
                    _subject(task, url),
                    catalogue,
                    redactor,
                    _diagnosing(task, target, catalogue, redactor, limits),
                    in_sandbox=target.era is not None,
                    tell=tell,
                    runs_kept=1 if task.fix else 0,
                )
                found = replace(await check.run(), printed=output.end)
                found = replace(found, in_code=await _in_code(found, url, sources, catalogue))
                keeper = PageKeeper(target, task.journal, task.command, catalogue, redactor, tell)
                found = keeper.keep(found)
                repair = found.proved_repair
                if not task.fix or repair is None:
                    return found
                if isinstance(task.page, Path):
                    run_page = EditedPage(check.runs, url_of_copies, copies)
                    fix = await fix_files(files_of(task.page), repair, run_page)
                else:
                    run_app = EditedApp(check.runs, app, running, task.source)
                    fix = await fix_files(sources, repair, run_app)
                return replace(found, fix=fix)


def _app_of(
    task: PageTask, front: Front, redactor: Redactor, tell: Tell, *, in_sandbox: bool
) -> AppCommand | None:
    """The app behind the page, if the task has a command that starts it.

    In the sandbox it gets a key that opens something there. At a real service it keeps its own.
    """
    if task.app_command is None or not isinstance(task.page, str):
        return None
    return AppCommand(
        line=task.app_command,
        url=task.page,
        front=front,
        redactor=redactor,
        environment=os.environ,
        own_key=not in_sandbox,
        tell=tell,
        start_limit_s=task.start_limit_s,
    )


def _subject(task: PageTask, url: str) -> PageSubject:
    return PageSubject(
        url=url,
        instructions=task.instructions,
        storage_state=None if task.storage_state is None else str(task.storage_state),
    )


def _diagnosing(
    task: PageTask,
    target: Target,
    catalogue: Catalogue,
    redactor: Redactor,
    limits: Limits | None,
) -> Diagnose:
    """Diagnoses setups at the target. Each has a journal of its own."""
    numbers = count(1)

    async def diagnose(setup: Setup) -> Finished:
        place = numbered(task.journal, next(numbers))
        wanted = NewDiagnosis(setup, target, task.budget, place, None, task.command)
        return await run_check(wanted, limits=limits, catalogue=catalogue, redactor=redactor)

    return diagnose


async def _in_code(
    found: PageFinished, url: str, sources: Mapping[str, str], catalogue: Catalogue
) -> tuple[RequestInCode, ...]:
    """Where the requests are sent, as the browser saw it, and as the sources say."""
    seen = await seen_in_browser(found.first, url)
    if found.reading is None or not sources:
        return seen
    return (*seen, *read_in_source(sources, found.reading.setup, catalogue))


def _address(page: Path | str, stack: ExitStack, copies: Mapping[str, str] | None = None) -> str:
    """Where the page is opened; a file is served for as long as the stack stands."""
    if isinstance(page, str):
        return page
    if not page.is_file():
        raise UsageError(f"{page} is not a file", hint="Give the page itself, such as index.html.")
    return stack.enter_context(serve_folder_of(page, copies))


def _origins(page: Path | str, target: Target) -> tuple[str, ...]:
    """The addresses under which the page knows the service.

    The sandbox stands in for every Realtime service that the text of the page names.
    """
    if target.era is None:
        return (target.base_url,)
    text = ""
    if isinstance(page, Path) and page.stat().st_size <= _LARGEST_PAGE:
        text = page.read_text("utf-8", errors="replace")
    named = (f"https://{host.lower()}" for host in _REALTIME_URL.findall(text))
    return tuple(dict.fromkeys((OPENAI_BASE_URL, *named)))[:20]


def _routes(front: Front, origins: tuple[str, ...]) -> Routes:
    trust = front.browser_arguments[1].partition("=")[2]
    return Routes(
        target_hosts=front.upstream.hosts,
        front_port=front.port,
        spki_hash=trust,
        origins=origins,
    )


def _origin(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
