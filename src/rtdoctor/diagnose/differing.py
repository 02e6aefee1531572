"""The differences between two levels, by number, and the places and objects that they make up."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.diagnose.meaning import steps
from rtdoctor.diagnose.place import Named, wanted
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.setup import Setup
from rtdoctor.localise.inner_cause import Choice, InnerCause
from rtdoctor.places.parts import place_name
from rtdoctor.places.tree import Difference, Path

_NAMED = 4
"""Places that are named where they could not be told apart."""


def objects_in(one_sided: list[Difference], places: list[Difference]) -> list[Choice]:
    """The places in each object that only one side has, the outermost objects first."""
    around = dict.fromkeys(path for place in one_sided for path in place.objects)
    return [
        frozenset(i for i, place in enumerate(places) if path in place.objects)
        for path in sorted(around, key=len)
    ]


def place_of_all(chosen: Choice, places: list[Difference]) -> Path | None:
    """The one place that these differences are: a leaf, or a whole object."""
    if len(chosen) == 1:
        (number,) = chosen
        place = places[number]
        is_section = place.path[0] == "offer.sdp" and place.path[-1] == "m" and place.objects
        return place.objects[-1] if is_section else place.path
    for path in sorted({p for i in chosen for p in places[i].objects}, key=len, reverse=True):
        if chosen == frozenset(i for i, place in enumerate(places) if path in place.objects):
            return path
    return None


def named_by_error(
    setup: Setup, signature: Signature, places: list[Difference]
) -> Iterator[Choice]:
    """The differences at each place that the error names, where they are one place."""
    for named in wanted(signature, setup):
        path = _path_of(named)
        chosen = frozenset(i for i, place in enumerate(places) if _is_at(place.path, path))
        if chosen and place_of_all(chosen, places) is not None:
            yield chosen


def _path_of(named: Named) -> Path:
    request = "mint" if named.stage is Stage.MINT else "call"
    match named.where:
        case "header":
            return (f"{request}.header.{named.name.lower()}",)
        case "query":
            return (f"{request}.query.{named.name}",)
        case "form":
            return ("call.body.session", *steps(named.name)[1:])
        case _:
            return (f"{request}.body", *steps(named.name))


def _is_at(place: Path, named: Path) -> bool:
    shortest = min(len(place), len(named))
    return place[:shortest] == named[:shortest]


def inseparable(inner: InnerCause, places: list[Difference]) -> str:
    names = [place_name(places[i].path) for m in inner.members for i in sorted(m.places)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"no mixture tells these places apart: {', '.join(names[:_NAMED])}{more}"
