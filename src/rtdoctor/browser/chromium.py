"""The system's Chromium for one check: it reaches the target through the front, and nothing else.

Requests are routed by name (``--host-resolver-rules``) and not intercepted, so that preflights,
workers, service workers and frames reach the service as they do for the user.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rtdoctor.errors import CannotTest, UsageError

if TYPE_CHECKING:
    from playwright.async_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_USUAL_PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    ),
}
_HOW_TO_GET_ONE = "Debian, Ubuntu: apt install chromium; others: https://www.google.com/chrome/."
# The last --disable-features counts, so those of Playwright that matter here are repeated.
_SWITCHED_OFF = (
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "PaintHolding",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "LocalNetworkAccessChecks",  # the front is on loopback, and a page may be at a public address
    "WebRtcHideLocalIpsWithMdns",  # names under .local are not resolved here
)
_START_S = 20.0
_CLOSE_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """What the browser may reach.

    The names ``target_hosts`` lead to the front at ``front_port`` of 127.0.0.1, whose key has the
    hash ``spki_hash`` (RFC 7469, section 2.4). ``origins`` are ``host`` or ``host:port`` that are
    reached as they are: the page's own, and those that the user allowed. Any other name is not
    found.
    """

    target_hosts: tuple[str, ...]
    front_port: int
    spki_hash: str
    origins: tuple[str, ...] = ()

    @property
    def resolver_rules(self) -> str:
        front = f"127.0.0.1:{self.front_port}"
        rules = [f"MAP {host} {front}" for host in self.target_hosts]
        rules += [f"MAP {origin} {origin}" for origin in self.origins]
        # Chromium takes the first rule that fits a name, so the one for all names comes last.
        return ", ".join([*rules, "MAP * ~NOTFOUND"])


def find_chromium() -> str:
    """The path of a Chromium or Chrome on this machine. Raises ``UsageError`` without one."""
    usual = map(os.path.expandvars, _USUAL_PLACES.get(sys.platform, ()))
    # What is on the PATH goes before the usual places, so that a user can choose.
    found = (*filter(None, map(shutil.which, _NAMES)), *(p for p in usual if Path(p).exists()))
    if not found:
        raise UsageError(
            "a page is checked in Chromium or Chrome, and none was found", hint=_HOW_TO_GET_ONE
        )
    return found[0]


@asynccontextmanager
async def open_browser(routes: Routes, *, loopback_media: bool) -> AsyncIterator[Browser]:
    """Chromium for the block, with a fake microphone, camera and screen; gone afterwards.

    ``loopback_media`` lets it use loopback addresses for media, which a service on this machine
    needs. Raises ``UsageError`` when Playwright or Chromium is missing, ``CannotTest`` when
    Chromium does not start.
    """
    path = find_chromium()
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        raise UsageError(
            "a page is checked with Playwright, which is not installed",
            hint="pip install 'rtdoctor[browser]'",
        ) from None
    async with async_playwright() as playwright:
        try:
            async with asyncio.timeout(_START_S):
                browser = await playwright.chromium.launch(
                    executable_path=path,
                    args=_arguments(routes, loopback_media=loopback_media),
                    # root, as in a container, cannot use Chromium's own sandbox
                    chromium_sandbox=not _is_root(),
                    # Playwright would end the browser on a signal, and the check still has to hang
                    # up its calls.
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
                process = await _process_of(browser)
        except (Error, TimeoutError) as error:
            raise CannotTest(
                f"{path} did not start: {_first_line(error)}",
                hint=f"Try: {path} --headless --dump-dom about:blank",
            ) from None
        try:
            yield browser
        finally:
            # A check that is cancelled must not leave a browser behind.
            await asyncio.shield(_close(browser, process))


def _arguments(routes: Routes, *, loopback_media: bool) -> list[str]:
    arguments = [
        f"--host-resolver-rules={routes.resolver_rules}",
        f"--ignore-certificate-errors-spki-list={routes.spki_hash}",
        "--no-proxy-server",  # the environment's proxy would see the page's traffic
        f"--disable-features={','.join(_SWITCHED_OFF)}",
        # The front speaks HTTP over TCP only.
        "--disable-quic",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--auto-select-desktop-capture-source=Entire screen",
    ]
    if loopback_media:
        arguments.append("--allow-loopback-in-peer-connection")
    return arguments


async def _process_of(browser: Browser) -> int | None:
    """The id of Chromium's first process, by which a browser that hangs is ended."""
    # Playwright for Python does not tell the process, so Chromium itself is asked.
    session = await browser.new_browser_cdp_session()
    said = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    ids = (p["id"] for p in said["processInfo"] if p["type"] == "browser")
    return next(ids, None)


async def _close(browser: Browser, process: int | None) -> None:
    """Close in good order, and by force when that takes long."""
    from playwright.async_api import Error

    with suppress(TimeoutError, Error):
        async with asyncio.timeout(_CLOSE_S):
            await browser.close()
            return
    if process is not None:
        _kill(process)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(process, signal.SIGTERM)  # its children notice and end
        elif os.getpgid(process) != os.getpgrp():
            os.killpg(os.getpgid(process), signal.SIGKILL)  # Playwright gives it a group of its own
        else:
            os.kill(process, signal.SIGKILL)


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
