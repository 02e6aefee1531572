"""From where in the user's code a page sends its requests."""

from __future__ import annotations

import json

import pytest

from browser.backend import served
from rtdoctor.browser.initiators import CodePlace, SentFrom
from rtdoctor.browser.page_run import OwnExchange, PageRun
from rtdoctor.check.places_in_code import BY_BROWSER, BY_MAP, read_in_source, seen_in_browser
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.domain.page_result import RequestInCode
from rtdoctor.plan import catalogue

ROLE = "the request to your backend"
# line 1: column 1 -> src/app.ts 7:3, column 21 -> a library 1:1
MAP = {
    "version": 3,
    "sources": ["webpack://shop/./src/app.ts?ab12", "webpack://shop/./node_modules/axios/go.js"],
    "mappings": "AAME,oBCNF",
}


def script(body: str) -> tuple[int, str, str]:
    return 200, "text/javascript", body


def sent(origin: str, *frames: tuple[str, int, int]) -> PageRun:
    """A page that asked its backend from these places, the innermost first."""
    places = tuple(CodePlace(f"{origin}{name}", line, column) for name, line, column in frames)
    request = HttpRequest("POST", f"{origin}/token")
    return PageRun(
        own_exchanges=(OwnExchange(0.0, request, None),),
        sent_from=(SentFrom("POST", request.url, places),),
    )


async def test_a_place_in_a_bundle_is_told_by_its_map() -> None:
    routes = {
        "GET /app.js": lambda _: script("go();\n//# sourceMappingURL=maps/app.js.map"),
        "GET /maps/app.js.map": lambda _: script(json.dumps(MAP)),
    }
    with served(routes) as origin:
        run = sent(origin, ("/app.js", 1, 21), ("/app.js", 1, 5))
        found = await seen_in_browser(run, f"{origin}/")

    assert found == (RequestInCode(ROLE, "src/app.ts", 7, 3, BY_MAP),)


async def test_a_place_without_a_map_is_that_of_the_script() -> None:
    with served({"GET /app.js": lambda _: script("go();")}) as origin:
        run = sent(origin, ("/node_modules/.vite/deps/axios.js", 3, 4), ("/app.js?v=2", 12, 9))
        found = await seen_in_browser(run, f"{origin}/")

    assert found == (RequestInCode(ROLE, "app.js", 12, 9, BY_BROWSER),)


async def test_nothing_is_fetched_from_another_origin() -> None:
    asked: list[bytes] = []

    def told(body: bytes) -> tuple[int, str, str]:
        asked.append(body)
        return script("go();\n//# sourceMappingURL=app.js.map")

    with served({"GET /app.js": told, "GET /app.js.map": told}) as elsewhere:
        run = sent(elsewhere, ("/app.js", 1, 1))
        found = await seen_in_browser(run, "http://localhost:9/")

    assert asked == []
    assert found == (RequestInCode(ROLE, "app.js", 1, 1, BY_BROWSER),)


@pytest.mark.parametrize("answer", ["no json", "{}", '{"mappings": 1, "sources": []}'])
async def test_a_map_that_cannot_be_read_leaves_the_place_of_the_script(answer: str) -> None:
    routes = {
        "GET /app.js": lambda _: script("//# sourceMappingURL=app.js.map"),
        "GET /app.js.map": lambda _: script(answer),
    }
    with served(routes) as origin:
        found = await seen_in_browser(sent(origin, ("/app.js", 1, 1)), f"{origin}/")

    assert found == (RequestInCode(ROLE, "app.js", 1, 1, BY_BROWSER),)


def test_only_requests_that_were_sent_are_found_in_the_sources() -> None:
    setup = catalogue.read().setup({})
    mint, call = setup.token_endpoint.value.path, setup.call_endpoint.value.path
    files = {
        "server.js": f'await fetch("https://api.openai.com{mint}", {{ method: "POST" }});',
        "old.js": 'await fetch("https://api.openai.com/v1/realtime/sessions", { method: "POST" });',
        "page.js": f'\nawait fetch("https://api.openai.com{call}", {{ method: "POST", '
        "headers: { Authorization: `Bearer ${token}` }, body: offer.sdp });",
    }

    found = {(p.request, p.file, p.line) for p in read_in_source(files, setup, catalogue.read())}

    assert found == {("the token request", "server.js", 1), ("the call", "page.js", 2)}
    assert read_in_source({"a.js": "go();"}, setup, catalogue.read()) == ()
