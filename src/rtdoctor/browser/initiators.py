"""The code that sent each request of a page, as the browser tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Page

_BY_SCRIPT = ("Fetch", "XHR")
_MOST_REQUESTS = 60
_MOST_FRAMES = 30


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A place in a script that ran; line and column count from 1."""

    script: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SentFrom:
    """A request with the calls that led to it, the innermost first, also across ``await``."""

    method: str
    url: str
    frames: tuple[CodePlace, ...]


class Initiators:
    """Listens to one page. Requests of its workers and of frames of other sites are not heard."""

    def __init__(self) -> None:
        self.found: list[SentFrom] = []

    async def attach(self, page: Page) -> None:
        """Listen from now on."""
        session = await page.context.new_cdp_session(page)
        # Chromium sends events as soon as the domain is enabled, so the listener comes first.
        session.on("Network.requestWillBeSent", self._on_request)
        await session.send("Network.enable")

    def _on_request(self, event: dict[str, Any]) -> None:
        frames = tuple(_frames(event.get("initiator", {}).get("stack")))
        if event.get("type") not in _BY_SCRIPT or not frames:
            return
        if len(self.found) < _MOST_REQUESTS:
            request = event["request"]
            self.found.append(SentFrom(request["method"], request["url"], frames))


def _frames(stack: dict[str, Any] | None) -> list[CodePlace]:
    found: list[CodePlace] = []
    while stack is not None and len(found) < _MOST_FRAMES:
        found += (
            # CDP counts lines and columns from 0. A script that was evaluated has no URL.
            CodePlace(frame["url"], frame["lineNumber"] + 1, frame["columnNumber"] + 1)
            for frame in stack.get("callFrames", ())
            if frame["url"]
        )
        # The stack before an `await` or a callback (CDP, Runtime.StackTrace).
        stack = stack.get("parent")
    return found
