"""What the exchanges do not show of a setup: an app's own backend makes the request, a command
leaves a value open, or a half of the story is missing. Every place of it is marked as inferred."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.domain.setup import AuthKind, Factor, Setup, TokenBody, TokenEndpoint
from rtdoctor.errors import ConfigError
from rtdoctor.subjects.call_reading import offer_level, offer_places
from rtdoctor.subjects.completing import (
    body_with_usual,
    mint_behind,
    query_with_usual_model,
    with_call_of,
    with_mint_of,
)
from rtdoctor.subjects.draft import Draft
from rtdoctor.subjects.mint_reading import body_places
from rtdoctor.subjects.reading import ReadPlace
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.story import SeenCall, SeenMint


def infer_mint(draft: Draft) -> None:
    """The mint that goes with the call."""
    draft.setup = with_mint_of(draft.setup, draft.catalogue)
    _say_mint(draft, "no token request was seen; this one goes with the call")


def infer_call(draft: Draft, why: str = "no call was seen; this one goes with the token") -> None:
    """The call that goes with the mint."""
    draft.setup = with_call_of(draft.setup, draft.catalogue)
    draft.places += inferred_call(draft.setup, why)


def infer_mint_of_backend(draft: Draft, mint: SeenMint) -> None:
    """What an app's own backend asked the service for, by the answer that it gave.

    Raises ``ConfigError`` when neither that answer nor a call tells anything.
    """
    answer = mint.seen.response.body if mint.seen.response else ""
    behind = mint_behind(answer, draft.catalogue)
    if behind is not None:
        draft.setup = draft.setup.with_level(Factor.TOKEN_ENDPOINT, behind[0])
        draft.setup = draft.setup.with_level(Factor.TOKEN_BODY, behind[1])
        _say_mint(draft, f"by the answer to {mint.seen.origin}")
    # A call was read already, and tells what it was minted for.
    elif draft.places:
        draft.setup = with_mint_of(draft.setup, draft.catalogue)
        _say_mint(draft, "the app's own backend asks for the token; this goes with the call")
    elif mint.token is not None:
        _say_mint(draft, "the app's own backend asks for the token; this is the usual request")
    else:
        raise _no_story(mint)
    _say_backend(draft, mint.seen)


def infer_call_of_backend(draft: Draft, call: SeenCall) -> None:
    """The call that an app's own backend makes, with its key, for the offer that it is sent."""
    why = f"the backend behind {call.seen.origin} makes the call; this is the usual one"
    recipes = (recipe.setup for recipe in draft.catalogue.recipes)
    with_key = (setup for setup in recipes if setup.auth.value.kind is AuthKind.API_KEY)
    # A backend that calls for its page calls with the key.
    draft.setup = next(with_key, draft.setup)
    draft.places += inferred_call(draft.setup, why)
    draft.places.append(ReadPlace("credential", "an API key", why, inferred=True))
    read_offer(draft, call)
    _say_backend(draft, call.seen)


def read_offer(draft: Draft, call: SeenCall) -> None:
    """The offer as it was posted, wherever it went."""
    offer = offer_level(call.offer.sdp)
    draft.put(Factor.OFFER, offer)
    draft.places += offer_places(offer, call.seen.origin)


def fill_mint(draft: Draft, seen: Seen) -> None:
    """Say what a command leaves open of the mint, and put the usual value where one is needed."""
    left_out = draft.left_out.get(seen.origin, ())
    draft.not_said += (f"mint.{place}: a variable in {seen.origin}" for place in left_out)
    body = body_with_usual(draft.setup, left_out, draft.catalogue)
    if body is not None:
        draft.put(Factor.TOKEN_BODY, body)
        known = {place.place for place in draft.places}
        why = f"{seen.origin} leaves it open; this is the usual value"
        usual = body_places(body, why, inferred=True)
        draft.places = [p for p in draft.places if p.place != "mint.body"]
        draft.places += [place for place in usual if place.place not in known]


def fill_call(draft: Draft, seen: Seen) -> None:
    """Say what a command leaves open of the call, and name a model where one is to be named."""
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


def inferred_call(setup: Setup, why: str) -> Iterator[ReadPlace]:
    """The places of a call that was not seen."""
    yield ReadPlace("call.url.path", setup.call_endpoint.value.path, why, inferred=True)
    for name, text in setup.call_query.value.params:
        yield ReadPlace(f"call.query.{name}", text, why, inferred=True)
    yield ReadPlace("call.body", str(setup.call_encoding.value.kind), why, inferred=True)


def _say_mint(draft: Draft, why: str) -> None:
    endpoint: TokenEndpoint = draft.setup.token_endpoint.value
    body: TokenBody = draft.setup.token_body.value
    said = ReadPlace("mint.url.path", endpoint.path or "none", why, inferred=True)
    draft.places[:0] = [said, *body_places(body, why, inferred=True)]


def _say_backend(draft: Draft, seen: Seen) -> None:
    draft.not_said.append(
        f"what the backend behind {seen.origin} sends to the service, and what it is answered"
    )


def _no_story(mint: SeenMint) -> ConfigError:
    answer = mint.seen.response
    got = "has no answer in it" if answer is None else f"was answered with {answer.status}"
    return ConfigError(
        mint.seen.origin,
        f"it goes to the app's own backend and {got}, so what the service was asked is not known",
        hint="See the log of the backend. Its request to the service can be checked as a cURL "
        "command: rtdoctor check FILE",
    )
