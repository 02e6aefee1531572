"""One sandbox of today's era, one front and one Chromium for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from browser.backend import Route, page, served
from rtdoctor import run_check
from rtdoctor.browser.chromium import Routes, open_browser
from rtdoctor.browser.page_run import PageRun
from rtdoctor.browser.pressing import Instructions
from rtdoctor.browser.visit import PageSubject, run_page
from rtdoctor.check.full_check import Finished
from rtdoctor.check.page_check import PageCheck, PageFinished
from rtdoctor.check.page_key import PageKey
from rtdoctor.check.task import NewDiagnosis
from rtdoctor.domain.setup import Setup
from rtdoctor.front.front import Front
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.front.upstream import Upstream
from rtdoctor.plan import catalogue
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.embedded_sandbox import serve_sandbox
from rtdoctor.targets.target import Target


@dataclass(frozen=True)
class PageStage:
    """Runs and checks pages that are given as text, at one origin."""

    target: Target
    redactor: Redactor
    front: Front
    origin: str
    routes: dict[str, Route]
    check: Callable[[PageSubject], PageCheck]
    run_page: Callable[[PageSubject], Awaitable[PageRun]]

    def subject(self, html: str, **instructions: Any) -> PageSubject:
        self.routes["GET /"] = page(html)
        return PageSubject(url=f"{self.origin}/", instructions=Instructions(**instructions))

    async def run(self, html: str, **instructions: Any) -> PageRun:
        return await self.run_page(self.subject(html, **instructions))

    async def checked(self, html: str, **routes: Route) -> PageFinished:
        self.routes.update({f"GET /{name}": route for name, route in routes.items()})
        try:
            return await self.check(self.subject(html)).run()
        finally:
            for name in routes:
                del self.routes[f"GET /{name}"]


@asynccontextmanager
async def open_stage(era: str, origins: tuple[str, ...] = ()) -> AsyncIterator[PageStage]:
    """A stage beside a sandbox of this era. ``origins`` are reached as well."""
    redactor, recipes = Redactor(), catalogue.read()
    routes: dict[str, Route] = {}
    with served(routes) as origin:
        async with serve_sandbox(era) as target:
            upstream = Upstream(target.base_url, ("https://api.openai.com",), target.key)
            async with Front(upstream, redactor) as front:
                allowed = Routes(
                    target_hosts=upstream.hosts,
                    front_port=front.port,
                    spki_hash=front.browser_arguments[1].partition("=")[2],
                    origins=(origin.partition("://")[2], *origins),
                )

                async def diagnose(setup: Setup) -> Finished:
                    return await run_check(NewDiagnosis(setup, target), redactor=redactor)

                keyed = PageKey(front.placeholder, in_sandbox=True).before(Rewriting())
                async with open_browser(allowed, loopback_media=True) as browser:
                    yield PageStage(
                        target,
                        redactor,
                        front,
                        origin,
                        routes,
                        lambda subject: PageCheck(
                            browser, front, subject, recipes, redactor, diagnose, in_sandbox=True
                        ),
                        lambda subject: run_page(browser, front, subject, rewriting=keyed),
                    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(chromium: str) -> AsyncIterator[PageStage]:
    async with open_stage("single-use") as opened:
        yield opened
