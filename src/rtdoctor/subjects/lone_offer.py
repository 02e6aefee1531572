"""An SDP offer without the requests around it, as a setup with that offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rtdoctor.domain.setup import Factor
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.call_reading import offer_level, offer_places
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.mint_reading import body_places
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.subjects.unseen import inferred_call

_WHY = "an SDP shows no request; this is the usual one"


def reading_of_offer(
    sdp: str,
    catalogue: Catalogue,
    *,
    kind: str,
    name: str,
    label: str | None = None,
    notes: Sequence[str] = (),
) -> Reading:
    """The default setup with this offer; everything but the offer is inferred.

    ``label`` is that of the data channel where it is known, since no SDP holds it.
    """
    offer = offer_level(_with_line_ends(sdp))
    if label is not None and offer.channel is not None:
        offer = replace(offer, channel=label)
    setup = catalogue.setup({}).with_level(Factor.OFFER, level_of(catalogue, Factor.OFFER, offer))
    endpoint = setup.token_endpoint.value.path or "none"
    return Reading(
        kind=kind,
        setup=setup,
        places=(
            ReadPlace("mint.url.path", endpoint, _WHY, inferred=True),
            *body_places(setup.token_body.value, _WHY, inferred=True),
            *inferred_call(setup, _WHY),
            ReadPlace("credential", "an ephemeral token", _WHY, inferred=True),
            *offer_places(offer, name, labelled=label is not None),
        ),
        notes=tuple(notes),
        not_said=("the token request, the call and their answers: no HTTP is in it",),
    )


def _with_line_ends(sdp: str) -> str:
    """The lines as SDP ends them (RFC 8866, section 5); copying a text changes that."""
    return "".join(f"{line}\r\n" for line in sdp.strip().splitlines())
