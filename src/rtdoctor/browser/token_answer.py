"""Another answer of the page's own backend: a token that was minted as a repair says.

The backend's traffic with the service is out of reach, so its answer to the page is replaced. Only
this one URL is intercepted, by the browser's Fetch domain, and there only requests like the one
that was seen: a server action is posted to the page's own address. All other requests, and the
preflights of the service, go their way.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_DEPENDS_ON_BODY = ("content-length", "content-encoding", "transfer-encoding", "content-type")
_OF_ACTION = "text/x-component"  # React reads nothing else as the answer of a server action


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The page's request for a token, and ``make`` for each new answer to it.

    ``url`` is without its query. ``marks`` are headers by which several requests to one address
    are told apart.
    """

    url: str
    method: str
    marks: tuple[tuple[str, str], ...]
    make: Callable[[], Awaitable[str]]


async def replace_answer(page: Page, wanted: TokenAnswer) -> None:
    """Answer the page's requests to this URL with what ``wanted`` makes, from now on."""
    session = await page.context.new_cdp_session(page)

    async def paused(event: dict[str, Any]) -> None:
        with suppress(Exception):  # the page has gone on, or there is no token: it sees its own
            if not _is_meant(wanted, event["request"]):
                await _go_on(session, event)
                return
            try:
                body = await wanted.make()
            except Exception:
                await _go_on(session, event)
                raise
            await session.send("Fetch.fulfillRequest", _answer(event, body))

    session.on("Fetch.requestPaused", paused)
    # `*` and `?` are wildcards in such a pattern, and a backslash takes that from them.
    pattern = re.sub(r"([*?\\])", r"\\\1", wanted.url)
    # At the stage of the response: the backend is asked as always, and the headers that it gives,
    # such as cookies, reach the page.
    patterns = [
        {"urlPattern": f"{pattern}{rest}", "requestStage": "Response"} for rest in ("", "\\?*")
    ]
    await session.send("Fetch.enable", {"patterns": patterns})


def _is_meant(wanted: TokenAnswer, asked: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    is_marked = all(headers.get(name.lower()) == value for name, value in wanted.marks)
    return is_marked and bool(asked["method"] == wanted.method)


async def _go_on(session: CDPSession, event: dict[str, Any]) -> None:
    await session.send("Fetch.continueResponse", {"requestId": event["requestId"]})


def _answer(event: dict[str, Any], body: str) -> dict[str, Any]:
    answered = event.get("responseHeaders", ())
    headers = [header for header in answered if header["name"].lower() not in _DEPENDS_ON_BODY]
    kinds = (h["value"] for h in answered if h["name"].lower() == "content-type")
    kind = next((kind for kind in kinds if kind.startswith(_OF_ACTION)), None)
    if kind is None:
        kind = "application/json" if body.lstrip().startswith("{") else "text/plain"
    return {
        "requestId": event["requestId"],
        "responseCode": 200,
        "responseHeaders": [*headers, {"name": "Content-Type", "value": kind}],
        "body": base64.b64encode(body.encode()).decode(),
    }
