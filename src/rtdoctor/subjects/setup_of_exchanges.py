"""Exchanges of an app as a setup: the mint, the call, and what connects the two.

Told by content, not by URL: the call is the request that posts an SDP offer, the mint is the
answer that holds the token which the call shows. What is not seen is inferred, and said to be.
"""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.domain.setup import BetaHeader, Factor
from rtdoctor.errors import ConfigError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.address import to_service
from rtdoctor.subjects.call_reading import auth_of, call_levels, call_places
from rtdoctor.subjects.draft import Draft
from rtdoctor.subjects.mint_reading import mint_levels, mint_places
from rtdoctor.subjects.notes import notes_on
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.secrets_seen import secrets_of
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.story import SeenCall, SeenMint, Story, last_story
from rtdoctor.subjects.unknowns import known_part
from rtdoctor.subjects.unseen import (
    fill_call,
    fill_mint,
    infer_call,
    infer_call_of_backend,
    infer_mint,
    infer_mint_of_backend,
    read_offer,
)


def reading_of(
    seen: Sequence[Seen], catalogue: Catalogue, *, kind: str, credentials_kept: bool = True
) -> Reading:
    """The setup that these exchanges show.

    ``kind`` is what they come from, as in "HAR of Chrome". ``credentials_kept`` is false for a
    recording that leaves Authorization headers out: a call without one then has an unknown
    credential, and not none. Raises ``ConfigError`` when there is neither a mint nor a call, or
    when both are hidden behind the app's own backend.
    """
    parts = [known_part(one) for one in seen]
    story = last_story([part.seen for part in parts])
    if story.mint is None and story.call is None:
        raise ConfigError(
            kind,
            "no request in it posts an SDP offer or asks for a token",
            hint="Record again from before the page is opened until the connection has failed.",
        )
    left_out = {part.seen.origin: part.left_out for part in parts if part.left_out}
    draft = Draft(catalogue, catalogue.setup({}), left_out)
    _read_headers(draft, story)
    _read_story(draft, story, credentials_kept=credentials_kept)
    return Reading(
        kind=kind,
        setup=draft.setup,
        places=tuple(draft.places),
        base_url=draft.base_urls[-1] if draft.base_urls else None,
        notes=(*draft.notes, *notes_on(story, len(seen), draft.base_urls)),
        not_said=tuple(draft.not_said),
        secrets=secrets_of(seen),
    )


def _read_headers(draft: Draft, story: Story) -> None:
    """The headers of both requests, which are one factor."""
    call, mint = story.call, story.mint
    at_call = call_levels(call) if call and to_service(call.seen.request) else None
    at_mint = mint_levels(mint.seen) if mint and to_service(mint.seen.request) else None
    header = BetaHeader(
        mint=at_mint.beta if at_mint else None,
        call=at_call.beta if at_call else None,
        mint_others=at_mint.others if at_mint else (),
        call_others=at_call.others if at_call else (),
    )
    draft.put(Factor.BETA_HEADER, header)


def _read_story(draft: Draft, story: Story, *, credentials_kept: bool) -> None:
    """The call first, since it says whether there is a mint at all."""
    call, mint = story.call, story.mint
    if call is None:
        assert mint is not None, "a story has one of the two"
        _read_mint(draft, mint)
        infer_call(draft)
    elif to_service(call.seen.request):
        _read_call(draft, call, mint, credentials_kept=credentials_kept)
        if not draft.setup.auth.value.kind.needs_token:
            draft.setup = draft.setup.as_sent()
        elif mint is None:
            infer_mint(draft)
        else:
            _read_mint(draft, mint)
    elif mint is not None and mint.matched:
        _read_mint(draft, mint)
        infer_call(draft, f"the backend behind {call.seen.origin} makes the call")
        read_offer(draft, call)
    else:
        infer_call_of_backend(draft, call)


def _read_call(
    draft: Draft, call: SeenCall, mint: SeenMint | None, *, credentials_kept: bool
) -> None:
    levels = call_levels(call)
    if levels.address.base_url:
        draft.base_urls.append(levels.address.base_url)
    draft.put(Factor.CALL_ENDPOINT, levels.endpoint)
    draft.put(Factor.CALL_QUERY, levels.query)
    draft.put(Factor.CALL_ENCODING, levels.encoding)
    auth, place = auth_of(call, mint, credentials_kept=credentials_kept)
    draft.put(Factor.AUTH, auth)
    draft.places += call_places(levels, call.seen)
    draft.places.append(place)
    read_offer(draft, call)
    fill_call(draft, call.seen)
    if len(levels.query.params) < len(levels.address.params):
        draft.notes.append("a credential in the query of the call was left out")


def _read_mint(draft: Draft, mint: SeenMint) -> None:
    """The mint as it was sent, or as the backend between must have sent it."""
    if not to_service(mint.seen.request):
        infer_mint_of_backend(draft, mint)
        return
    levels = mint_levels(mint.seen)
    draft.put(Factor.TOKEN_ENDPOINT, levels.endpoint)
    draft.put(Factor.TOKEN_BODY, levels.body)
    if levels.address.base_url:
        draft.base_urls.insert(0, levels.address.base_url)
    draft.places[:0] = mint_places(levels, mint.seen.origin)
    fill_mint(draft, mint.seen)
