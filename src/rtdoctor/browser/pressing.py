"""Pressing what starts the conversation, and nothing more often than needed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from rtdoctor.browser.form_field import FormField, value_for
from rtdoctor.browser.start_buttons import Pressable, consents, is_held, is_sure, makes_way, ranked
from rtdoctor.errors import UsageError

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Locator, Page

MOST_PRESSES = 5
_CLICK_MS = 5_000  # a page that is busy, or that shows its logo first
_FILL_MS = 1_500
_MOST_FRAMES = 10
_LOOK_S = 6.0


@dataclass(frozen=True, slots=True)
class Press:
    """Something that was pressed: what it is called, how it is found again, and how it went.

    ``by`` is ``words`` (chosen by us), ``consent``, ``user`` (``--click``) or ``hold``. Not
    ``is_heard``: nothing in the page listens to it.
    """

    shown: str
    selector: str
    by: str
    error: str = ""
    is_heard: bool = True


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
    fields: list[tuple[FormField, ElementHandle]]


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
    unheard: set[str] = field(default_factory=set)
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
        fields: list[tuple[FormField, ElementHandle]] = []
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
        # Talk buttons have to be held, which no word on them tells; so a press without effect is
        # tried again as one.
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
        fields: list[tuple[FormField, ElementHandle]],
    ) -> None:
        result = await frame.evaluate_handle(script, self.mark)
        told = await result.evaluate("r => ({told: r.told, wanted: r.wanted})")
        candidates = msgspec.convert(told["told"], list[Pressable])
        wanted = msgspec.convert(told["wanted"], list[FormField])
        found += zip(candidates, await _elements(result, "found"), strict=False)
        fields += zip(wanted, await _elements(result, "fields"), strict=False)

    async def fill(self, fields: list[tuple[FormField, ElementHandle]]) -> None:
        """Fill what the page asks for: required fields, selects and fields for a key."""
        for wanted, element in fields:
            value = value_for(wanted, self.placeholder)
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
        """Fill the fields that the user named. Raises ``UsageError`` for one that is not there."""
        for selector, value in fills:
            try:
                found = await self._locate(selector)
                await found.fill(value, timeout=_CLICK_MS)
            except Exception:  # its text may repeat the value
                raise UsageError(
                    f"--fill: the page has no field {selector} that can be filled",
                    hint="Give a CSS selector, such as '#email' or 'input[name=email]'.",
                ) from None
            self.filled.append(Filled(selector, "user"))

    async def press(self, candidate: Pressable, element: ElementHandle, by: str) -> Press:
        """Press once; what is to be held stays pressed until ``release`` or the next press."""
        if not (candidate.is_heard or candidate.selector in self.tried):
            self.unheard.add(candidate.selector)  # a press itself makes Playwright listen
        # Noted first, so that what cannot be pressed is not tried again either.
        self.tried.add(candidate.selector)
        await self.release()
        held = by == "hold" or is_held(candidate)
        error = ""
        try:
            if held:
                # The mouse presses where its pointer is, so the pointer is moved there first.
                await element.hover(timeout=_CLICK_MS)
                await self.page.mouse.down()
                self.is_holding = True
                self.held.add(candidate.selector)
            else:
                await element.click(timeout=_CLICK_MS)
        except Exception as failure:
            error = str(failure).strip().partition("\n")[0][:200]
        by = "hold" if held else by
        is_heard = candidate.selector not in self.unheard
        made = Press(candidate.shown, candidate.selector, by, error, is_heard)
        self.presses.append(made)
        return made

    async def run(self, script: str) -> None:
        """Run the user's script in the page. Raises ``UsageError`` when it fails."""
        from playwright.async_api import Error

        try:
            await self.page.evaluate(script)
        except Error as failure:
            if "context was destroyed" in failure.message:
                return  # it has led to another page
            said = failure.message.removeprefix("Page.evaluate: ").partition("\n")[0][:200]
            raise UsageError(
                f"--script: {said}",
                hint="The file is run in the page, as in the browser's console.",
            ) from None

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
        # An element of the page itself wins. Where no frame has one either, the page's locator is
        # returned, since it waits for elements that come late.
        for frame in self.page.frames[1:_MOST_FRAMES]:
            found = frame.locator(selector)
            if await found.count() and not await self.page.locator(selector).count():
                return found.first
        return self.page.locator(selector).first

    @property
    def is_elsewhere(self) -> bool:
        """Whether a press has led to another page."""
        # A page that changes its fragment only is still there.
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
