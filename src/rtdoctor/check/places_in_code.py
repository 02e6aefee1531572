"""Where in the user's code a page's requests are sent: as the browser saw it, and in --source."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from rtdoctor.browser.initiators import SentFrom
from rtdoctor.browser.page_run import PageRun
from rtdoctor.browser.source_map import map_url_in, original_place
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.domain.page_result import RequestInCode
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import RtdoctorError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.bounded_body import bounded_body
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.source_code import reading_of_sources

if TYPE_CHECKING:
    import httpx

_FETCH_S = 10.0
_ALL_S = 15.0
_LARGEST = 10_000_000
_OF_OTHERS = re.compile(r"(?:^|/)node_modules/|/@vite/|/\.vite/")
_SCHEME = re.compile(r"^[\w+.-]+://[^/]*/|^\.{1,2}/|^/")
BY_BROWSER = "seen in the browser"
BY_MAP = "seen in the browser, by its source map"
IN_SOURCE = "read in --source"


async def seen_in_browser(run: PageRun, page_url: str) -> tuple[RequestInCode, ...]:
    """The places from which the page sent its token request and its call.

    Scripts and maps are fetched from the page's own origin again, and from nowhere else. A place
    in a library is passed over for its caller.
    """
    import httpx

    found: list[RequestInCode | None] = []
    async with httpx.AsyncClient(trust_env=False, timeout=_FETCH_S) as client:
        scripts = _Scripts(client, page_url)
        with suppress(TimeoutError):  # what was found until then is shown
            async with asyncio.timeout(_ALL_S):
                for sent in run.sent_from:
                    if role := _role(sent, run):
                        found.append(await _place_of(sent, role, scripts))
    return tuple(dict.fromkeys(place for place in found if place is not None))


def read_in_source(
    files: Mapping[str, str], page: Setup, catalogue: Catalogue
) -> tuple[RequestInCode, ...]:
    """The places in these files that make the requests which the page and its backend sent."""
    try:
        reading = reading_of_sources(files, catalogue)
    except RtdoctorError:
        return ()
    paths = {
        "mint.url.path": ("the token request", page.token_endpoint.value.path),
        "call.url.path": ("the call", page.call_endpoint.value.path),
    }
    found = []
    for place in reading.places:
        role, path = paths.get(place.place, ("", None))
        at = re.fullmatch(r"(.+?):(\d+)(?::(\d+))?(?:,.*)?", place.origin)
        if at is not None and not place.inferred and path == place.value:
            found.append(RequestInCode(role, at[1], int(at[2]), int(at[3] or 0), IN_SOURCE))
    return tuple(found)


def _role(sent: SentFrom, run: PageRun) -> str:
    """What a request is for: those to the service, and those to the backend that stand for one."""
    to_service = {p.exchange.request.url: p.exchange.request for p in run.exchanges}
    own = {o.request.url: o.request for o in run.own_exchanges}
    request: HttpRequest | None = to_service.get(sent.url) or own.get(sent.url)
    if request is None or sent.method == "OPTIONS":
        return ""
    if sent.url in to_service:
        return "the call" if posted_offer(request) else "the token request"
    return "the offer to your backend" if posted_offer(request) else "the request to your backend"


@dataclass(slots=True)
class _Scripts:
    """The page's scripts, each with its map; fetched once."""

    client: httpx.AsyncClient
    page_url: str
    maps: dict[str, str] = field(default_factory=dict)

    async def map_of(self, script: str) -> str:
        """The text of the script's map; empty without one, or where it cannot be had."""
        if script not in self.maps:
            named = map_url_in(await self._text(script))
            self.maps[script] = await self._read(urljoin(script, named)) if named else ""
        return self.maps[script]

    async def _read(self, url: str) -> str:
        if not url.startswith("data:"):
            return await self._text(url)
        kind, _, data = url.partition(",")
        if not kind.endswith(";base64"):
            return unquote(data)
        try:
            return base64.b64decode(data + "==").decode("utf-8", "replace")
        except ValueError:
            return ""

    async def _text(self, url: str) -> str:
        import httpx

        if urlsplit(url)[:2] != urlsplit(self.page_url)[:2]:
            return ""
        try:
            async with self.client.stream("GET", url) as answer:
                body = await bounded_body(answer, _LARGEST)
        except (httpx.HTTPError, httpx.InvalidURL):
            return ""
        is_whole = answer.status_code == 200 and not body.is_cut
        return body.data.decode("utf-8", "replace") if is_whole else ""


async def _place_of(sent: SentFrom, role: str, scripts: _Scripts) -> RequestInCode | None:
    """The innermost call in code of the user's own."""
    for frame in sent.frames:
        if _OF_OTHERS.search(frame.script):
            continue
        text = await scripts.map_of(frame.script)
        original = original_place(text, frame.line, frame.column) if text else None
        if original is None:
            return RequestInCode(role, _file(frame.script), frame.line, frame.column, BY_BROWSER)
        if not _OF_OTHERS.search(original.source):
            name = _file(original.source)
            return RequestInCode(role, name, original.line, original.column, BY_MAP)
    return None


def _file(name: str) -> str:
    """A script's URL or a source of a map as people call it: ``src/App.tsx``."""
    name = unquote(name.partition("?")[0])
    while (shorter := _SCHEME.sub("", name)) != name:
        name = shorter
    return name or "the page"
