"""What may be said of the places inside a blamed factor, against everything the run saw."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from rtdoctor.diagnose.inside import Inside, PlaceAtFault, PlacesAtFault
from rtdoctor.diagnose.mixtures import in_order
from rtdoctor.diagnose.observed import Observed
from rtdoctor.domain.finding import BlamedPlace, BlamedPlaces, NotNarrowed, Witness
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.domain.token_place import token_place
from rtdoctor.places.parts import NotJson, parts, place_name
from rtdoctor.places.sdp_groups import Lines
from rtdoctor.places.tree import ABSENT, value_at
from rtdoctor.secrets.names import Name, judge
from rtdoctor.wording.places import NOT_SHOWN

_SEEN_ONCE = "the probes ended before what was seen inside it could be repeated"
_REFUTED = "a setup with the same value in that place passed"
_PLAIN_HEADERS = (".content-type", ".openai-beta")
_CONTEXT = {
    Factor.TOKEN_BODY: (Factor.TOKEN_ENDPOINT,),
    Factor.CALL_QUERY: (Factor.CALL_ENDPOINT,),
    Factor.CALL_ENCODING: (Factor.CALL_ENDPOINT,),
}
"""A field means something to its endpoint only: another one with the same field refutes nothing."""


def standing(inside: Inside, observed: Observed) -> list[PlacesAtFault]:
    """The finer claims to which nothing in the run objects."""
    return [found for found in inside.found if not _objection(inside, found, observed)]


def not_narrowed(inside: Sequence[Inside], observed: Observed) -> Iterator[NotNarrowed]:
    """The factors in which something may be left that no finer claim names."""
    for factor in inside:
        objections = (_objection(factor, found, observed) for found in factor.found)
        why = next(filter(None, (*objections, factor.open)), "")
        if why:
            yield NotNarrowed(factor.factor.value, why)


def _objection(inside: Inside, found: PlacesAtFault, observed: Observed) -> str:
    pairs = [place.pair for place in found.places]
    if not all(observed.is_steady(s) for p in pairs for s in (p.failing, p.passing)):
        return _SEEN_ONCE
    if any(_holds(inside, found, setup) for setup in observed.passing()):
        return _REFUTED
    return ""


def _holds(inside: Inside, found: PlacesAtFault, setup: Setup) -> bool:
    """Whether a setup has all of these places, with what else belongs to the claim."""
    factor, context = found.factor, found.context.as_sent()
    # A place is blamed within its cause. A pass without the rest of the cause says nothing against
    # it.
    others = {f for f in inside.cause.levels if f is not factor} | {*_CONTEXT.get(factor, ())}
    if not all(setup[f] == context[f] for f in others):
        return False
    tree = parts(factor, setup[factor].value)
    return all(_is_there(place, tree) for place in found.places)


def _is_there(place: PlaceAtFault, tree: dict[str, Any]) -> bool:
    """Whether a tree has the failing value; a missing one, in an object that is there."""
    around = value_at(tree, place.path[:-1]) if len(place.path) > 1 else tree
    # An object that is missing as a whole does not show that the member in it is.
    return around is not ABSENT and shown(value_at(tree, place.path)) == shown(place.failing)


def blamed_places(found: PlacesAtFault, observed: Observed) -> BlamedPlaces:
    """The finding for places that stand."""
    return BlamedPlaces(
        found.factor.value,
        tuple(_blamed(place, observed) for place in found.places),
        found.signature,
        tuple(map(place_name, found.repaired)),
    )


def _blamed(place: PlaceAtFault, observed: Observed) -> BlamedPlace:
    failing, passing = place.pair.failing, place.pair.passing
    name, value, instead = place_name(place.path), shown(place.failing), shown(place.passing)
    if name == "credential.read_at" and instead is None:
        instead = _read_in(passing, observed)
    if _may_be_a_key(name):
        value, instead = (NOT_SHOWN if v is not None else None for v in (value, instead))
    factors = in_order({f.value for f in failing.as_sent().differs_from(passing.as_sent())})
    witness = Witness(
        factors,
        observed.probe(failing),
        observed.probe(passing),
        observed.is_steady(failing) and observed.is_steady(passing),
    )
    return BlamedPlace(name, value, instead, witness)


def _may_be_a_key(place: str) -> bool:
    """Whether what stands in a place is not to be repeated: in most headers, and where its name
    says that it is a credential."""
    if ".header." in place:
        return not place.endswith(_PLAIN_HEADERS)
    last = re.split(r"[./]", place)[-1]
    return judge(last) is not Name.ORDINARY and place != "credential.read_at"


def _read_in(setup: Setup, observed: Observed) -> str | None:
    """Where the answer to the mint of a passing setup has the token, as JSON."""
    for observation in observed.observations(setup):
        for exchange in observation.exchanges:
            if exchange.purpose == "mint" and exchange.response is not None:
                place = token_place(exchange.response.body)
                return None if place is None else json.dumps(place)
    return None


def shown(value: Any) -> str | None:
    """A value of a place as JSON; ``None`` for no value."""
    if value is ABSENT:
        return None
    if isinstance(value, tuple):  # a header or a parameter, with its name
        return json.dumps(value[1], ensure_ascii=False)
    if isinstance(value, NotJson | Lines):
        return json.dumps(value.text, ensure_ascii=False)
    if isinstance(value, dict) and any(isinstance(v, Lines | dict) for v in value.values()):
        return json.dumps({k: json.loads(shown(v) or "null") for k, v in value.items()})
    return json.dumps(value, ensure_ascii=False)
