"""Pressing what starts the conversation, and nothing more often than needed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from rtdoctor.browser.start_buttons import Pressable, consents, is_held, is_sure, makes_way, ranked

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Locator, Page

MOST_PRESSES = 5
_CLICK_MS = 5_000  # a page that is busy, or that shows its logo first
_FILL_MS = 1_500
_MOST_FRAMES = 10
_LOOK_S = 3.0


@dataclass(frozen=True, slots=True)
class Press:
    """Something that was pressed: what it is called, how it is found again, and how it went.

    ``by`` is ``words`` (chosen by us), ``consent``, ``user`` (``--click``) or ``hold``.
    """

    shown: str
    selector: str
    by: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A field of the page that was filled, by its hint; what went in is not kept."""

    hint: str
    by: str


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the user said about using the page.

    ``clicks`` are selectors in the order in which they are pressed. ``fills`` are selectors with
    what is typed there, which is taken to be secret.
    """

    clicks: tuple[str, ...] = ()
    fills: tuple[tuple[str, str], ...] = ()
    script: str | None = None


@dataclass(slots=True)
class Choice:
    """What can be pressed and filled at one moment, each with its element.

    ``ranked`` may start the conversation, the likeliest first, ``sure`` are those of them that
    hardly do anything else; ``others`` may not, by their words. ``again`` was pressed before and
    may have to be held instead. ``closing`` may clear what lies above the page.
    """

    ranked: list[tuple[Pressable, ElementHandle]]
    sure: list[tuple[Pressable, ElementHandle]]
    again: tuple[Pressable, ElementHandle] | None
    consent: list[tuple[Pressable, ElementHandle]]
    closing: list[tuple[Pressable, ElementHandle]]
    others: list[Pressable]
    fields: list[tuple[_Field, ElementHandle]]


class _Field(msgspec.Struct, frozen=True):
    type: str = "text"
    hint: str = ""
    is_required: bool = False
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Presser:
    """Presses on one page. ``placeholder`` goes into fields that ask for a key."""

    page: Page
    mark: str
    placeholder: str
    presses: list[Press] = field(default_factory=list)
    filled: list[Filled] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    is_holding: bool = False
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = self.page.url

    @property
    def may_press(self) -> bool:
        return len(self.presses) < MOST_PRESSES

    async def look(self) -> Choice:
        """What can be pressed and filled now, in all frames."""
        found: list[tuple[Pressable, ElementHandle]] = []
        fields: list[tuple[_Field, ElementHandle]] = []
        script = (resources.files(__package__) / "press.js").read_text("utf-8")
        for frame in self.page.frames[:_MOST_FRAMES]:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._look_into(frame, script.strip().rstrip(";"), found, fields)
            except Exception:  # noqa: S112 - a frame that went away or hangs has nothing to press
                continue
        order = ranked([candidate for candidate, _ in found])
        new = [pair for pair in found if pair[0].selector not in self.tried]
        rest = [found[i] for i in order if found[i] in new]
        again = (found[i] for i in order if found[i][0].selector in self.tried - self.held)
        return Choice(
            rest,
            [pair for pair in rest if is_sure(pair[0])],
            next(again, None),
            [pair for pair in new if consents(pair[0])],
            [pair for pair in new if makes_way(pair[0])],
            [pair[0] for at, pair in enumerate(found) if at not in order],
            fields,
        )

    async def _look_into(
        self,
        frame: Frame,
        script: str,
        found: list[tuple[Pressable, ElementHandle]],
        fields: list[tuple[_Field, ElementHandle]],
    ) -> None:
        result = await frame.evaluate_handle(script, self.mark)
        told = await result.evaluate("r => ({told: r.told, wanted: r.wanted})")
        candidates = msgspec.convert(told["told"], list[Pressable])
        wanted = msgspec.convert(told["wanted"], list[_Field])
        found += zip(candidates, await _elements(result, "found"), strict=False)
        fields += zip(wanted, await _elements(result, "fields"), strict=False)

    async def fill(self, fields: list[tuple[_Field, ElementHandle]]) -> None:
        """Fill what the page asks for: required fields, selects and fields for a key."""
        for wanted, element in fields:
            value = _value_for(wanted, self.placeholder)
            if value is None:
                continue
            try:
                if wanted.type == "select":
                    await element.select_option(value, timeout=_FILL_MS)
                elif wanted.type in ("checkbox", "radio"):
                    await element.check(timeout=_FILL_MS)
                else:
                    await element.fill(value, timeout=_FILL_MS)
            except Exception:  # noqa: S112 - the page took the field away, or does not allow it
                continue
            self.filled.append(Filled(wanted.hint, "words"))

    async def fill_as_told(self, fills: tuple[tuple[str, str], ...]) -> None:
        """Fill the fields that the user named. A field that is not there is left out."""
        for selector, value in fills:
            found = await self._locate(selector)
            await found.fill(value, timeout=_CLICK_MS)
            self.filled.append(Filled(selector, "user"))

    async def press(self, candidate: Pressable, element: ElementHandle, by: str) -> Press:
        """Press once; what is to be held stays pressed until ``release`` or the next press."""
        self.tried.add(candidate.selector)
        await self.release()
        held = by == "hold" or is_held(candidate)
        error = ""
        try:
            if held:
                await element.hover(timeout=_CLICK_MS)
                await self.page.mouse.down()
                self.is_holding = True
                self.held.add(candidate.selector)
            else:
                await element.click(timeout=_CLICK_MS)
        except Exception as failure:
            error = str(failure).strip().partition("\n")[0][:200]
        made = Press(candidate.shown, candidate.selector, "hold" if held else by, error)
        self.presses.append(made)
        return made

    async def click(self, selector: str) -> Press:
        """Press what the user named."""
        error = ""
        try:
            found = await self._locate(selector)
            await found.click(timeout=_CLICK_MS)
        except Exception as failure:
            error = str(failure).strip().partition("\n")[0][:200]
        made = Press(selector, selector, "user", error)
        self.presses.append(made)
        return made

    async def _locate(self, selector: str) -> Locator:
        """The first element of a selector, in whichever frame it is."""
        for frame in self.page.frames[1:_MOST_FRAMES]:
            found = frame.locator(selector)
            if await found.count() and not await self.page.locator(selector).count():
                return found.first
        return self.page.locator(selector).first

    @property
    def is_elsewhere(self) -> bool:
        """Whether a press has led to another page."""
        return self.page.url.partition("#")[0] != self.address.partition("#")[0]

    async def go_back(self) -> None:
        """Return to the page that was opened."""
        with suppress(Exception):  # it stays where it is
            await self.page.goto(self.address, timeout=_CLICK_MS)

    async def release(self) -> None:
        """Let go of what is held down."""
        if self.is_holding:
            self.is_holding = False
            await self.page.mouse.up()


async def _elements(result: Any, name: str) -> list[ElementHandle]:
    listed = await result.get_property(name)
    properties = await listed.get_properties()
    return [e for p in properties.values() if (e := p.as_element()) is not None]


def _value_for(wanted: _Field, placeholder: str) -> str | None:
    """What to fill in; ``None`` leaves the field alone, as every field for a password."""
    hint = wanted.hint.lower()
    asks_key = "key" in hint.replace("-", " ").split() or "apikey" in hint or "sk-" in hint
    if asks_key and wanted.type in ("text", "password", "textarea"):
        return placeholder
    if wanted.type == "password":
        return None
    if wanted.type == "select":
        return wanted.options[0] if wanted.options else None
    if not wanted.is_required:
        return None
    match wanted.type:
        case "email":
            return "someone@example.com"
        case "url":
            return "https://example.com"
        case "number":
            return "1"
        case "tel":
            return "+15550100"
        case "date":
            return "2026-01-01"
        case _:
            return "test"
