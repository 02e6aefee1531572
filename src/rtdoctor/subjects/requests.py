"""Exchanges of an app as a setup: the mint, the call, and what connects the two.

Told by content, not by URL: the call is the request that posts an SDP offer, the mint is the
answer that holds the token which the call shows. What is not seen is inferred, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rtdoctor.domain.setup import AuthKind, BetaHeader, Factor, Setup, TokenBody, TokenEndpoint
from rtdoctor.errors import ConfigError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.address import to_service
from rtdoctor.subjects.call_reading import (
    auth_of,
    call_levels,
    call_places,
    offer_level,
    offer_places,
)
from rtdoctor.subjects.completing import (
    body_with_usual,
    mint_behind,
    query_with_usual_model,
    with_call_of,
    with_mint_of,
)
from rtdoctor.subjects.exchange import Seen
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.mint_reading import body_places, mint_levels, mint_places
from rtdoctor.subjects.notes import notes_on
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.subjects.secrets_seen import secrets_of
from rtdoctor.subjects.story import Call, Mint, Story, last_story
from rtdoctor.subjects.unknowns import known_part

_NO_CALL = "no call was seen; this one goes with the token"


@dataclass(slots=True)
class _Draft:
    """A setup in the making: it starts as the default one."""

    catalogue: Catalogue
    setup: Setup
    places: list[ReadPlace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_said: list[str] = field(default_factory=list)
    base_urls: list[str] = field(default_factory=list)
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def put(self, factor: Factor, value: Any) -> None:
        self.setup = self.setup.with_level(factor, level_of(self.catalogue, factor, value))


def reading_of(
    seen: Sequence[Seen], catalogue: Catalogue, *, kind: str, credentials_kept: bool = True
) -> Reading:
    """The setup that these exchanges show.

    ``kind`` is what they come from, as in "HAR of Chrome". ``credentials_kept`` is false for a
    recording that leaves Authorization headers out: a call without one then has an unknown
    credential, and not none. Raises ``ConfigError`` when there is neither a mint nor a call.
    """
    parts = [known_part(one) for one in seen]
    story = last_story([part.seen for part in parts])
    if story.mint is None and story.call is None:
        raise ConfigError(
            kind,
            "no request in it posts an SDP offer or asks for a token",
            hint="Record again from before the page is opened until the connection has failed.",
        )
    draft = _Draft(catalogue, catalogue.setup({}))
    draft.left_out = {part.seen.origin: part.left_out for part in parts if part.left_out}
    _read_headers(draft, story)
    if story.call is not None and story.mint is None and not to_service(story.call.seen.request):
        _read_inner_call(draft, story.call)
    else:
        _read_call(draft, story, credentials_kept=credentials_kept)
        if draft.setup.auth.value.kind.needs_token:
            _read_mint(draft, story)
        else:
            draft.setup = draft.setup.as_sent()
    return Reading(
        kind=kind,
        setup=draft.setup,
        places=tuple(draft.places),
        base_url=draft.base_urls[-1] if draft.base_urls else None,
        notes=(*draft.notes, *notes_on(story, len(seen), draft.base_urls)),
        not_said=tuple(draft.not_said),
        secrets=secrets_of(seen),
    )


def _read_headers(draft: _Draft, story: Story) -> None:
    """The headers of both requests, which are one factor."""
    call, mint = story.call, story.mint
    at_call = call_levels(call) if call and to_service(call.seen.request) else None
    at_mint = mint_levels(mint.seen) if mint and _is_service(mint) else None
    header = BetaHeader(
        mint=at_mint.beta if at_mint else None,
        call=at_call.beta if at_call else None,
        mint_others=at_mint.others if at_mint else (),
        call_others=at_call.others if at_call else (),
    )
    draft.put(Factor.BETA_HEADER, header)


def _is_service(mint: Mint) -> bool:
    return to_service(mint.seen.request)


def _read_call(draft: _Draft, story: Story, *, credentials_kept: bool) -> None:
    call = story.call
    if call is None:
        return  # the mint decides which call goes with it
    levels = call_levels(call)
    if levels.address.base_url:
        draft.base_urls.append(levels.address.base_url)
    draft.put(Factor.CALL_ENDPOINT, levels.endpoint)
    draft.put(Factor.CALL_QUERY, levels.query)
    draft.put(Factor.CALL_ENCODING, levels.encoding)
    auth, place = auth_of(call, story.mint, credentials_kept=credentials_kept)
    draft.put(Factor.AUTH, auth)
    draft.places += call_places(levels, call.seen)
    draft.places.append(place)
    offer = offer_level(call.offer.sdp)
    draft.put(Factor.OFFER, offer)
    draft.places += offer_places(offer, call.seen.origin)
    _fill_call(draft, call.seen)
    if len(levels.query.params) < len(levels.address.params):
        draft.notes.append("a credential in the query of the call was left out")


def _read_mint(draft: _Draft, story: Story) -> None:
    """The mint as it was sent, or as it must have been."""
    mint, call = story.mint, story.call
    if mint is None:
        draft.setup = with_mint_of(draft.setup, draft.catalogue)
        _say_mint(draft, "no token request was seen; this one goes with the call")
        return
    if _is_service(mint):
        levels = mint_levels(mint.seen)
        draft.put(Factor.TOKEN_ENDPOINT, levels.endpoint)
        draft.put(Factor.TOKEN_BODY, levels.body)
        if levels.address.base_url:
            draft.base_urls.insert(0, levels.address.base_url)
        draft.places[:0] = mint_places(levels, mint.seen.origin)
        _fill_mint(draft, mint.seen)
    else:
        _read_inner_mint(draft, mint)
    if call is None:
        draft.setup = with_call_of(draft.setup, draft.catalogue)
        draft.places += inferred_call(draft.setup, _NO_CALL)


def _fill_mint(draft: _Draft, seen: Seen) -> None:
    """Say what the command leaves open of the mint, and put the usual value where one is needed."""
    left_out = draft.left_out.get(seen.origin, ())
    draft.not_said += (f"mint.{place}: a variable in {seen.origin}" for place in left_out)
    body = body_with_usual(draft.setup, left_out, draft.catalogue)
    if body is not None:
        draft.put(Factor.TOKEN_BODY, body)
        why = f"{seen.origin} leaves it open; this is the usual value"
        kept = [p for p in draft.places if not p.place.startswith("mint.body")]
        draft.places[:] = [*body_places(body, why, inferred=True), *kept]


def _fill_call(draft: _Draft, seen: Seen) -> None:
    """Say what the command leaves open of the call, and name a model where one is to be named."""
    left_out = draft.left_out.get(seen.origin, ())
    draft.not_said += (
        f"call.{place}: a variable in {seen.origin}" for place in left_out if place != "body"
    )
    if "query.model" in left_out:
        query = query_with_usual_model(draft.setup, draft.catalogue)
        draft.put(Factor.CALL_QUERY, query)
        model = dict(query.params).get("model", "")
        why = f"{seen.origin} leaves it open; this is the usual value"
        draft.places.append(ReadPlace("call.query.model", model, why, inferred=True))


def _read_inner_mint(draft: _Draft, mint: Mint) -> None:
    """What an app's own backend asked the service for, by the answer that it gave."""
    answer = mint.seen.response.body if mint.seen.response else ""
    behind = mint_behind(answer, draft.catalogue)
    if behind is not None:
        draft.setup = draft.setup.with_level(Factor.TOKEN_ENDPOINT, behind[0])
        draft.setup = draft.setup.with_level(Factor.TOKEN_BODY, behind[1])
        _say_mint(draft, f"by the answer to {mint.seen.origin}")
    elif not draft.places and mint.token is None:
        raise _no_story(mint)
    elif draft.setup.call_endpoint.name != draft.catalogue.defaults[Factor.CALL_ENDPOINT]:
        draft.setup = with_mint_of(draft.setup, draft.catalogue)
        _say_mint(draft, "the app's own backend asks for the token; this goes with the call")
    else:
        _say_mint(draft, "the app's own backend asks for the token; this is the usual request")
    draft.not_said.append(
        f"what the backend behind {mint.seen.origin} sends to the service, and what it is answered"
    )


def _no_story(mint: Mint) -> ConfigError:
    """The error for an app whose backend gave no token, and whose page then made no call."""
    answer = mint.seen.response
    got = "has no answer in it" if answer is None else f"was answered with {answer.status}"
    return ConfigError(
        mint.seen.origin,
        f"it goes to the app's own backend and {got}, so what the service was asked is not known",
        hint="See the log of the backend. Its request to the service can be checked as a cURL "
        "command: rtdoctor check FILE",
    )


def _read_inner_call(draft: _Draft, call: Call) -> None:
    """The call that an app's own backend makes with the offer that it is sent."""
    found = next(
        (r.setup for r in draft.catalogue.recipes if r.setup.auth.value.kind is AuthKind.API_KEY),
        draft.setup,
    )
    offer = offer_level(call.offer.sdp)
    draft.setup = found
    draft.put(Factor.OFFER, offer)
    why = f"the backend behind {call.seen.origin} makes the call; this is the usual one"
    draft.places += inferred_call(found, why)
    draft.places.append(ReadPlace("credential", "an API key", why, inferred=True))
    draft.places += offer_places(offer, call.seen.origin)
    draft.not_said.append(
        f"what the backend behind {call.seen.origin} sends to the service, and what it is answered"
    )


def _say_mint(draft: _Draft, why: str) -> None:
    endpoint: TokenEndpoint = draft.setup.token_endpoint.value
    body: TokenBody = draft.setup.token_body.value
    said = [ReadPlace("mint.url.path", endpoint.path or "none", why, inferred=True)]
    draft.places[:0] = [*said, *body_places(body, why, inferred=True)]


def inferred_call(setup: Setup, why: str) -> Iterator[ReadPlace]:
    """The places of a call that was not seen."""
    yield ReadPlace("call.url.path", setup.call_endpoint.value.path, why, inferred=True)
    for name, text in setup.call_query.value.params:
        yield ReadPlace(f"call.query.{name}", text, why, inferred=True)
    yield ReadPlace("call.body", str(setup.call_encoding.value.kind), why, inferred=True)
