"""The places inside a request in words: ``the token request has session.temperature (0.8)``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rtdoctor.domain.finding import BlamedPlace, BlamedPlaces, NotNarrowed
from rtdoctor.domain.setup import Factor, Level
from rtdoctor.places.parts import parts, place_name
from rtdoctor.places.sdp_groups import Lines
from rtdoctor.places.tree import ABSENT, Difference, Path, differences

_LONGEST = 60
NOT_SHOWN = "(not shown)"
"""The value of a header, or of a field with the name of a credential: it may be a key."""
_FEW = 3
"""Changed places that are named one by one; more of them are told as one change."""
_REQUESTS = {"mint": "the token request", "call": "the call"}
_IN_REQUESTS = (Factor.TOKEN_BODY, Factor.CALL_ENCODING, Factor.BETA_HEADER, Factor.OFFER)


def place_text(place: str) -> str:
    """A place as people write it: ``session.tools[0].name``, ``?model``, ``the header X-Team``."""
    part, *steps = place.split("/")
    if part == "offer.sdp" and steps:
        return _of_an_offer(*steps)
    if steps:
        # The order of RFC 6901, section 4: the slash first, or `~01` would become a slash.
        named = [step.replace("~1", "/").replace("~0", "~") for step in steps]
        joined = "".join(f"[{s}]" if s.isdigit() else f".{s}" for s in named).removeprefix(".")
        return f"session.{joined}" if part == "call.body.session" else joined
    request, _, rest = part.partition(".")
    kind, _, name = rest.partition(".")
    match kind:
        case "header":
            return f"the header {name}"
        case "query":
            return f"?{name}"
        case "url" if name.startswith("query."):
            return f"?{name.removeprefix('query.')}"
        case "url":
            return "the path"
        case "method":
            return "the method"
        case "body":
            return name or "the body"
    return rest if request in ("offer", "credential") else part


def clause(found: BlamedPlaces) -> str:
    """What is at fault, in a clause: ``the token request has no session.type``."""
    first, *others = found.places
    text = _clause(first)
    if others:
        together = " and ".join(_named(place) for place in others)
        text += f" together with {together}"
    return text


def _of_an_offer(section: str, group: str = "") -> str:
    """``extmap in the audio section``."""
    number, _, kind = section.partition(" ")
    where = f"the {kind} section (number {number})" if kind else "the session part"
    return f"{group} in {where}" if group else where


def are_in_a_body(found: Sequence[BlamedPlaces]) -> bool:
    """Whether a factor was narrowed to places inside of a body, whose level is a long text."""
    return bool(found) and "/" in found[0].places[0].place


def named(found: Sequence[BlamedPlaces]) -> str:
    """The places alone: ``session.temperature (0.8), or session.speed (9)``."""
    return ", or ".join(" with ".join(map(_named, f.places)) for f in found)


def clauses(found: Sequence[BlamedPlaces]) -> str:
    """Several faults of one factor in a clause, the first in full."""
    first, *others = found
    also = "".join(f", and also {' with '.join(map(_named, f.places))}" for f in others)
    return clause(first) + also


def holds_more(factor: Factor, level: Level[Any], found: BlamedPlaces) -> bool:
    """Whether a level says more than these places, so that naming them tells it from the rest."""
    if factor in (Factor.TOKEN_ENDPOINT, Factor.CALL_ENDPOINT):
        return not found.places[0].place.endswith(".url.path")
    if factor is Factor.AUTH:
        return found.places[0].place == "credential.read_at"
    blamed = {place.place for place in found.places}
    leaves = {place_name(leaf.path) for leaf in differences(parts(factor, level.value), {})}
    # what is sent with every body is no other place of it
    rest = {leaf for leaf in leaves if leaf.partition("/")[0] not in _FRAME} - blamed
    return bool(rest) if factor is not Factor.OFFER else any("/" in name for name in blamed)


_FRAME = ("mint.header.content-type", "call.header.content-type", "call.body", "call.body.trim")


def _clause(blamed: BlamedPlace) -> str:
    place, value = blamed.place, blamed.value
    text, part = place_text(place), place.partition("/")[0]
    if place == "credential.read_at":
        return _read_at(blamed)
    if part.startswith("credential."):
        return f"the credential has the {text} {_cut(value or 'none')}"
    request = _REQUESTS.get(part.partition(".")[0], "the offer")
    if part.endswith(".method"):
        return f"{request} is sent with {text} {_cut(value or 'none')}"
    if value is None:
        return f"{request} has no {text.removeprefix('the ')}"
    if blamed.instead is None or value == NOT_SHOWN or text.startswith(("?", "the ")):
        return f"{request} has {_named(blamed)}"
    return f"{request} has {_cut(value)} at {text}"


def _read_at(blamed: BlamedPlace) -> str:
    here, there = (_plain(value) for value in (blamed.value, blamed.instead))
    if here is None:
        return "the token is read wherever the answer has it"
    found = f", and the answer has it at {there}" if there else ""
    return f"the token is read at {here}{found}"


def _plain(value: str | None) -> str | None:
    return None if value is None else str(json.loads(value))


def _named(blamed: BlamedPlace) -> str:
    text = place_text(blamed.place)
    if blamed.value is None:
        return f"no {text}"
    if blamed.place.startswith("offer.sdp/") or blamed.value == NOT_SHOWN:
        return text
    if text.startswith("?"):
        return f"{text}={_cut(_plain(blamed.value) or '')}"
    return f"{text} ({_cut(blamed.value)})"


def lines(found: BlamedPlaces) -> list[str]:
    """One line for each place of a finding, with its value and its two probes."""
    return [_line(place, found) for place in found.places]


def _line(blamed: BlamedPlace, found: BlamedPlaces) -> str:
    value = "missing" if blamed.value is None else _cut(blamed.value)
    instead = "without it" if blamed.instead is None else f"with {_cut(blamed.instead)}"
    witness = blamed.witness
    repeated = "" if witness.repeated else " (seen once)"
    text = (
        f"{blamed.place}: {value}; {witness.failing} fails, {witness.passing} passes {instead} "
        f"and no other change{repeated}"
    )
    if found.only_repaired:
        text += f"; seen only with {', '.join(found.only_repaired)} repaired"
    return text


def not_narrowed(found: NotNarrowed) -> str:
    """Why a blamed factor was not, or not wholly, told apart."""
    return f"not told apart any further: {found.why}"


def moved(factor: Factor, old: Level[Any], new: Level[Any]) -> str | None:
    """A change inside a body or of a header, as its few places; ``None`` for any other change."""
    if factor not in _IN_REQUESTS:
        return None
    before, after = parts(factor, old.value), parts(factor, new.value)
    changed = differences(before, after)
    inside = all(len(place.path) > 1 or _is_other_header(place) for place in changed)
    is_all = len(changed) == len(differences(before, {}))
    # An object that only one side has is one place, however much is in it.
    told = changed if len(changed) <= _FEW else _whole_objects(changed)
    # Many places, or all of them, are told better as the whole body.
    if not changed or len(told) > _FEW or not inside or is_all:
        return _without_sections(before, after)
    out = [place_text(place_name(p.path)) for p in told if p.passing is ABSENT]
    put = [_moved(place) for place in told if place.passing is not ABSENT]
    return " and ".join(([f"without {' and '.join(out)}"] if out else []) + put)


def _without_sections(before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """What an offer loses, when it loses whole sections."""
    old, new = (_media(tree.get("offer.sdp")) for tree in (before, after))
    lost = old - new
    if not lost or new - old or not new:
        return None
    kinds = [f"the {kind} section" for kind in lost.elements()]
    return f"without {' and '.join(kinds)} (the lines that refer to it change too)"


def _media(offer: Any) -> Counter[str]:
    """How many sections of each media type an offer has; none where it is not a pasted one."""
    sections = offer if isinstance(offer, dict) else {}
    numbered = (str(name).partition(" ") for name in sections)
    return Counter(kind for number, _, kind in numbered if number.isdigit())


def _whole_objects(changed: Sequence[Difference]) -> list[Difference]:
    """The places, with what is missing on one side told as the outermost object of it."""
    found: dict[Path, Difference] = {}
    for place in changed:
        missing = place.objects if place.passing is ABSENT else ()
        path = next((path for path in missing if len(path) > 1), place.path)
        found.setdefault(path, replace(place, path=path))
    return list(found.values())


def _is_other_header(place: Difference) -> bool:
    """Whether it is a header that has no level of its own: one with a name beside its value."""
    return any(isinstance(value, tuple) for value in (place.failing, place.passing))


def _moved(place: Difference) -> str:
    text = place_text(place_name(place.path))
    if _is_other_header(place):
        return f"with {'another value of ' if place.failing is not ABSENT else ''}{text}"
    new = _cut(_json(place.passing))
    return f"with {text} {new}" + (
        "" if place.failing is ABSENT else f" instead of {_cut(_json(place.failing))}"
    )


def _json(value: Any) -> str:
    if isinstance(value, Lines):
        return ", ".join(value.lines)
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
