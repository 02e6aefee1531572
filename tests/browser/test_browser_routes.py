"""What a page can reach, and what it cannot."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from browser.backend import page, served
from rtdoctor.browser.chromium import Routes, open_browser
from rtdoctor.browser.page_run import PageRun
from rtdoctor.browser.served_folder import serve_folder_of
from rtdoctor.browser.visit import PageSubject, run_page
from rtdoctor.front.front import Front
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.redactor import Redactor

pytestmark = pytest.mark.browser

KNOCKING = """<!doctype html><body><script>
  const told = [];
  const knock = (url, how) => fetch(url, how).then(() => told.push(url), () => {});
  new Image().src = "%(ip)s/image";
  navigator.sendBeacon("%(ip)s/beacon", "x");
  new WebSocket("%(ip)s/socket".replace("http", "ws"));
  Promise.all([
    knock("%(ip)s/ip", { mode: "no-cors" }),
    knock("%(name)s/name", { mode: "no-cors" }),
    knock("https://evil.example/", { mode: "no-cors" }),
    knock("/own"),
  ]).then(() => console.error(`reached: ${told.join(" ")}`));
</script>"""
ASKING_STUN = """<!doctype html><body><script>
  const pc = new RTCPeerConnection({ iceServers: [{ urls: "stun:evil.example:3478" }] });
  pc.onicecandidateerror = (event) => console.error(event.url, event.errorText);
  pc.createDataChannel("out");
  pc.createOffer().then((offer) => pc.setLocalDescription(offer));
</script>"""


async def run(url: str, *, origins: tuple[str, ...] = (), most_s: float = 30.0) -> PageRun:
    """One run of a page beside a service that is not there."""
    upstream = Upstream("http://127.0.0.1:9", ("https://api.openai.com",))
    async with Front(upstream, Redactor()) as front:
        own = url.split("/")[2]
        trust = front.browser_arguments[1].partition("=")[2]
        routes = Routes(
            target_hosts=upstream.hosts,
            front_port=front.port,
            spki_hash=trust,
            origins=(own, *origins),
        )
        async with open_browser(routes, loopback_media=True) as browser:
            return await run_page(browser, front, PageSubject(url=url), most_s=most_s)


def others(seen: PageRun) -> list[str]:
    return [r.text for r in seen.of_kind("console") if r.text.startswith("reached:")]


async def test_a_page_reaches_its_own_origin_and_nothing_else(chromium: str) -> None:
    knocks: list[str] = []

    def note(name: str) -> tuple[int, str, str]:
        knocks.append(name)
        return 200, "text/plain", "got in"

    names = ("image", "beacon", "socket", "ip", "name")
    routes = {f"{m} /{n}": (lambda _, n=n: note(n)) for n in names for m in ("GET", "POST")}
    with served(routes) as other:
        port = other.rpartition(":")[2]
        html = KNOCKING % {"ip": f"http://127.0.0.1:{port}", "name": other}
        with served({"GET /": page(html), "GET /own": lambda _: (200, "text/plain", "")}) as own:
            seen = await run(f"{own}/")

    assert knocks == []
    assert others(seen) == ["reached: /own"]
    blocked = {record.text for record in seen.of_kind("blocked")}
    assert {"evil.example", f"127.0.0.1:{port}"} <= blocked


async def test_names_are_not_resolved_for_media_either(chromium: str) -> None:
    with served({"GET /": page(ASKING_STUN)}) as own:
        seen = await run(f"{own}/")

    told = " ".join(record.text for record in seen.of_kind("console"))
    assert "stun:evil.example:3478 STUN host lookup received error" in told


async def test_an_allowed_origin_is_reached(chromium: str) -> None:
    with served({"GET /name": lambda _: (200, "text/plain", "")}) as other:
        html = KNOCKING % {"ip": "http://127.0.0.1:9", "name": other}
        with served({"GET /": page(html)}) as own:
            seen = await run(f"{own}/", origins=(other.split("//")[1],))

    assert f"{other}/name" in others(seen)[0]


async def test_a_page_that_never_ends_is_given_up(chromium: str) -> None:
    with served({"GET /": page("<script>while (true) {}</script>")}) as own:
        seen = await run(f"{own}/")

    assert seen.stopped == "hangs"
    assert seen.duration_ms < 25_000


async def test_no_run_is_longer_than_it_may_be(chromium: str) -> None:
    busy = "<script>setInterval(() => fetch('/again'), 100)</script>"
    with served({"GET /": page(busy), "GET /again": lambda _: (200, "text/plain", "")}) as own:
        seen = await run(f"{own}/", most_s=5.0)

    assert seen.duration_ms < 10_000


def test_a_folder_gives_its_files_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    (folder / "lib").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("outside")
    (folder / ".env").write_text("KEY=1")
    (folder / "index.html").write_text("<p>page</p>")
    (folder / "lib" / "app.mjs").write_text("export {}")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    with serve_folder_of(folder / "index.html") as url:
        base = url.rpartition("/")[0]
        with httpx.Client(trust_env=False) as client:
            module = client.get(f"{base}/lib/app.mjs")
            asked = ("/", "/lib/", "/.env", "/../secret.txt", "/%2e%2e/secret.txt", "/link.txt")
            refused = [client.get(base + path).status_code for path in asked]
            opened = client.get(url).text

    assert opened == "<p>page</p>"
    assert "javascript" in module.headers["content-type"]
    assert refused == [404] * len(asked)
