"""What a page does, heard from within (watch.js) and from the browser."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from rtdoctor.browser.page_run import OwnExchange, PageRecord
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.domain.token_words import speaks_of_tokens

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Request

_MOST_RECORDS = 3000
_MOST_EXCHANGES = 60
_LARGEST_BODY = 200_000
_LONGEST_LINE = 2_000
# what frameworks ask for themselves: parts of pages, parts of programs, the places of errors
_OF_FRAMEWORK = re.compile(
    r"[?&]_rsc=|/_next/static/|/__nextjs|\.hot-update\.|/@vite/|/__vite|/_nuxt/|/__manifest|/_app/immutable/"
)
_WANTS_KEY = re.compile(r"(?i)\b(api[ _-]?key|key|token|secret|sk-)")


@dataclass(frozen=True, slots=True)
class Completion:
    """What the page's own offer is completed with: the parts of a repair that no request carries.

    ``events`` are the texts that are sent in place of outgoing events, by their text or, where
    that differs from run to run, by their type.
    ``audio`` adds an audio section to an offer without one, ``channel`` is the label of the data
    channel, which is made before the offer.
    """

    events: Mapping[str, str] = field(default_factory=dict)
    audio: bool = False
    channel: str | None = None

    @property
    def early(self) -> dict[str, object] | None:
        """What is done before the offer is made."""
        wanted = self.audio or self.channel
        return {"audio": self.audio, "channel": self.channel} if wanted else None


class Watching:
    """Listens to one browser context. What it keeps comes from a stranger: bounded, not redacted.

    ``placeholder`` answers a prompt that asks for a key.
    """

    def __init__(self, target_hosts: tuple[str, ...], placeholder: str) -> None:
        self.records: list[PageRecord] = []
        self.exchanges: list[OwnExchange] = []
        # watch.js tells what it sees through the console, which no policy of a page forbids. The
        # mark is random, so that no line of the page's own is taken for a record.
        self.mark = f"rtdoctor-{secrets.token_hex(16)} "
        self.last_change = time.monotonic()
        self._target_hosts = target_hosts
        self._placeholder = placeholder
        self._pending: dict[Request, float] = {}

    async def attach(self, context: BrowserContext, completion: Completion) -> None:
        """Listen from before the first page of the context on."""
        script = (resources.files(__package__) / "watch.js").read_text("utf-8")
        given = {
            "mark": self.mark,
            "outgoing": dict(completion.events),
            "early": completion.early,
        }
        # It runs in every frame before the page's own scripts, which would otherwise keep the
        # constructors that watch.js replaces.
        await context.add_init_script(f"({script.strip().rstrip(';')})({json.dumps(given)})")
        context.on("console", self._on_console)
        context.on("dialog", self._on_dialog)
        context.on("request", self._on_request)
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)
        context.on("weberror", lambda _: None)  # told by watch.js

    def of_kind(self, *kinds: str) -> list[PageRecord]:
        """The records of these kinds, in order."""
        return [record for record in self.records if record.kind in kinds]

    @property
    def is_waiting(self) -> bool:
        """Whether the page has a request under way that it made itself."""
        return bool(self._pending)

    @property
    def is_asking(self) -> bool:
        """Whether its own backend has not answered a request that may be for a token or a call."""
        own = (request for request in self._pending if self._is_own_call(request))
        return any(r.method == "POST" or speaks_of_tokens(r.url) for r in own)

    @property
    def unanswered(self) -> list[OwnExchange]:
        """The requests to the page's own backend that have no answer yet."""
        own = ((r, at) for r, at in self._pending.items() if self._is_own_call(r))
        return [OwnExchange(at, _read(request), None) for request, at in own]

    def note(
        self, kind: str, text: str = "", *, error: str = "", type: str = "", where: str = ""
    ) -> None:
        """Keep something that the browser told."""
        at = time.time() * 1000
        self._keep(PageRecord(kind=kind, at=at, text=text, error=error, type=type, where=where))

    def _keep(self, record: PageRecord) -> None:
        if len(self.records) < _MOST_RECORDS:
            self.records.append(record)
            self.last_change = time.monotonic()

    def _on_console(self, message: ConsoleMessage) -> None:
        text = message.text
        if text.startswith(self.mark):
            try:
                self._keep(msgspec.json.decode(text[len(self.mark) :], type=PageRecord))
            except msgspec.MsgspecError:  # not written by watch.js after all
                return
        elif message.type in ("error", "warning") and "favicon.ico" not in message.location["url"]:
            kind = "cors" if "blocked by CORS policy" in text else "console"
            self.note(kind, text[:_LONGEST_LINE])

    async def _on_dialog(self, dialog: Dialog) -> None:
        wants_key = dialog.type == "prompt" and _WANTS_KEY.search(dialog.message)
        answer = self._placeholder if wants_key else dialog.default_value or "test"
        self.note("dialog", f"{dialog.type}: {dialog.message[:_LONGEST_LINE]}")
        await dialog.accept(answer if dialog.type == "prompt" else "")

    def _on_request(self, request: Request) -> None:
        self.last_change = time.monotonic()
        if request.resource_type in ("fetch", "xhr", "script", "document"):
            self._pending[request] = time.time() * 1000

    async def _on_finished(self, request: Request) -> None:
        started = self._pending.get(request, time.time() * 1000)
        try:
            if self._is_own_call(request):
                answer = await _answer_to(request)
                self._keep_exchange(OwnExchange(started, _read(request), answer))
        finally:
            # Only now, with the body read: until then the page does not count as quiet.
            self._pending.pop(request, None)
            self.last_change = time.monotonic()

    async def _on_failed(self, request: Request) -> None:
        started = self._pending.pop(request, time.time() * 1000)
        reason = request.failure or ""
        # So fails a request to a name that the resolver rules of `Routes` do not allow.
        if "ERR_NAME_NOT_RESOLVED" in reason:
            parts = urlsplit(request.url)
            if parts.hostname not in self._target_hosts:
                host = parts.netloc.rpartition("@")[2][:200]
                where = request.url.partition("?")[0][:_LONGEST_LINE]
                self.note("blocked", host, type=request.resource_type, where=where)
        elif self._is_own_call(request):
            # an answer that broke off has a status all the same
            answer = await _answer_to(request)
            self._keep_exchange(OwnExchange(started, _read(request), answer))

    def _keep_exchange(self, exchange: OwnExchange) -> None:
        if len(self.exchanges) < _MOST_EXCHANGES:
            self.exchanges.append(exchange)

    def _is_own_call(self, request: Request) -> bool:
        is_call = request.resource_type in ("fetch", "xhr") or request.method == "POST"
        host = urlsplit(request.url).hostname
        is_of_app = _OF_FRAMEWORK.search(request.url) is None
        return is_call and is_of_app and host is not None and host not in self._target_hosts


def _read(request: Request) -> HttpRequest:
    body = request.post_data_buffer
    text = None if body is None else body[:_LARGEST_BODY].decode("utf-8", "replace")
    return HttpRequest(request.method, request.url, tuple(request.headers.items()), text)


async def _answer_to(request: Request) -> HttpResponse | None:
    """The answer with the beginning of its body; ``None`` when there was none.

    A body that the browser does not give out, as of an answer that broke off, counts as cut off.
    """
    from playwright.async_api import Error

    try:
        answer = await request.response()
    except Error:
        return None
    if answer is None:
        return None
    length = answer.headers.get("content-length", "")
    # `body()` holds the whole body in memory, so one that is known to be large is not asked for.
    size = int(length) if length.isdecimal() else 0
    body, is_known = b"", size <= _LARGEST_BODY
    if is_known:
        try:
            body = await answer.body()
        except Error:
            is_known = False
    text = body[:_LARGEST_BODY].decode("utf-8", "replace")
    is_cut = not is_known or len(body) > _LARGEST_BODY
    return HttpResponse(answer.status, tuple(answer.headers.items()), text, len(body), is_cut)
