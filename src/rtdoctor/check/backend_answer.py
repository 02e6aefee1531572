"""The token that a page's own backend would give, had it asked the service as a repair says."""

from __future__ import annotations

import json
from typing import Any

from rtdoctor.browser.page_run import OwnExchange, PageRun, is_of_backend
from rtdoctor.browser.token_answer import TokenAnswer
from rtdoctor.check.page_faults import has_token, token_route
from rtdoctor.check.page_repair import PagePart, PageRepair, TokenShape, is_mint, reshaped
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.front.front import Front
from rtdoctor.migration.json_text import parse_object
from rtdoctor.probe.bounded_body import bounded_body
from rtdoctor.subjects.passed_on import holds_refusal
from rtdoctor.subjects.server_action import ACTION_HEADERS, returned_by, with_returned
from rtdoctor.subjects.tokens import tokens_in

_MINT_S = 15.0
_LARGEST = 1_000_000
_SPARE_TOKENS = 3


def backend_route(run: PageRun) -> OwnExchange | None:
    """The exchange with the page's own backend that brought the token, or was to bring it.

    A backend that is seen itself is changed at its own requests; ``None`` when it gave no token.
    """
    # The last one: a page that asks twice uses the answer that came last.
    for own in reversed(run.own_exchanges):
        if own.response is not None and tokens_in(own.response.body):
            return own
    return None if backend_is_seen(run) else token_route(run)


def backend_is_seen(run: PageRun) -> bool:
    """Whether the page's own backend asked the service through the front."""
    return any(map(is_of_backend, run.exchanges))


def gives_no_token(run: PageRun) -> bool:
    """Whether the service gave the page's backend a token, and the backend gave the page none.

    It is seen to read the answer elsewhere, or to write its own in a way that loses the token.
    """
    of_backend = (p.exchange for p in run.exchanges if is_of_backend(p))
    given = any(is_mint(e.request) and has_token(e.response) for e in of_backend)
    return given and token_route(run) is not None


def answer_of_backend(
    repair: PageRepair, parts: frozenset[PagePart], front: Front
) -> TokenAnswer | None:
    """What the backend's token route answers with these parts of a repair; ``None`` leaves it.

    A token is minted through the front with the placeholder key, so that the page's run shows it.
    """
    route = repair.route
    of_answer = {PagePart.TOKEN} if repair.backend_is_seen else {PagePart.MINT, PagePart.TOKEN}
    if route is None or not parts & of_answer:
        return None
    known = route.response.body if route.response else ""

    async def make() -> str:
        answer = in_shape_of(known, await _minted(repair, front), repair.shape)
        return _read_anywhere(answer, repair.shape) if PagePart.TOKEN in parts else answer

    asked = route.request
    marks = tuple((n, value) for n, value in asked.headers if n.lower() in ACTION_HEADERS)
    return TokenAnswer(asked.url.partition("?")[0], asked.method, marks, make)


async def spare_tokens(repair: PageRepair, front: Front) -> tuple[str, ...]:
    """Tokens that a page has not shown yet, as many as it may need; none where they are refused."""
    import httpx

    try:
        answers = [await _minted(repair, front) for _ in range(_SPARE_TOKENS)]
    except httpx.HTTPError:
        return ()
    return tuple(found[0].value for answer in answers if (found := tokens_in(answer)))


async def _minted(repair: PageRepair, front: Front) -> str:
    """The service's answer to the token request of the repair."""
    import httpx

    works = repair.works
    body, beta = works.token_body.value, works.beta_header.value.mint
    headers = {"Authorization": f"Bearer {front.placeholder}"}
    if body.text is not None:
        headers["Content-Type"] = body.content_type
    if beta is not None:
        headers["OpenAI-Beta"] = beta
    # A proxy of the environment would lead past the front on this machine.
    async with httpx.AsyncClient(trust_env=False, timeout=_MINT_S) as client:
        asked = client.stream(
            works.token_endpoint.value.method,
            front.base_url + (works.token_endpoint.value.path or ""),
            headers=headers,
            content=body.text,
        )
        async with asked as answer:
            read = await bounded_body(answer.raise_for_status(), _LARGEST)
    return read.data.decode("utf-8", "replace")


def in_shape_of(known: str, minted: str, shape: TokenShape) -> str:
    """The new answer as the backend wrote the old one: the token at the same place.

    Where the old one held no token, the service's own answer is given, with the token at the
    places where pages look for it.
    """
    new, old = tokens_in(minted), tokens_in(known)
    if not new:
        return minted
    token, returned = new[0].value, returned_by(known)
    if returned is not None:
        inner = in_shape_of(json.dumps(returned), minted, shape)
        return with_returned(known, parse_object(inner) or inner)
    data = parse_object(known)
    if not old or (data is None and old[0].place):
        return _in_place_of_refusal(data or {}, _read_anywhere(minted, shape))
    if data is None:
        # A route that answers a JSON string is read with response.json().
        return json.dumps(token) if known.lstrip().startswith('"') else token
    return json.dumps(_with_value(data, old[0].place.split("."), token))


def _in_place_of_refusal(known: dict[str, Any], new: str) -> str:
    """The new answer, and also where a backend has put the refusal into an answer of its own."""
    answer = parse_object(new)
    if answer is None:
        return new
    around = {
        name: answer
        for name, value in known.items()
        if name != "error" and isinstance(value, dict) and holds_refusal(json.dumps(value))
    }
    return json.dumps({**answer, **around})


def _read_anywhere(answer: str, shape: TokenShape) -> str:
    """The answer with its token at every place where pages look for one."""
    returned = returned_by(answer)
    if isinstance(returned, dict):
        return with_returned(answer, parse_object(_read_anywhere(json.dumps(returned), shape)))
    body = reshaped(HttpResponse(200, body=answer), shape).body
    found = parse_object(body)
    return body if found is None else json.dumps({"token": found.get("value"), **found})


def _with_value(data: dict[str, Any], path: list[str], value: str) -> dict[str, Any]:
    name, *rest = path
    inner = data.get(name)
    changed = _with_value(inner, rest, value) if rest and isinstance(inner, dict) else value
    return {**data, name: changed}
