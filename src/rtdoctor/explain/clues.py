"""Signs that a text shows together, as entries name them in their clues."""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.explain.paper import Span
from rtdoctor.explain.sightings import Reason, Signs
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Clue, Strength

_NEAR = 3_000  # characters within which signs speak of one thing
_CONTEXT = frozenset({"realtime", "openai", "webrtc", "websocket", "azure", "litellm"})


def clue_reasons(seen: Signs, entry: Entry) -> Iterable[Reason]:
    """The clues of an entry that hold, with the places of their signs."""
    if entry.provider_signs and not any(sign in seen for sign in entry.provider_signs):
        return
    for clue in entry.clues:
        names = [*clue.all, *(n for n in clue.any if n in seen)]
        if _holds(clue, seen) and (not clue.near or _together([seen[name] for name in names])):
            # Words of context stand in every such text, so they are quoted only where nothing else
            # tells.
            telling = [n for n in names if n not in _CONTEXT] or names
            spans = tuple(seen[name][0] for name in telling)
            yield Reason(Strength[clue.strength.upper()], clue.says, spans)


def _holds(clue: Clue, seen: Signs) -> bool:
    return (
        all(name in seen for name in clue.all)
        and (not clue.any or any(name in seen for name in clue.any))
        and not any(name in seen for name in clue.unless)
    )


def _together(signs: list[tuple[Span, ...]]) -> bool:
    """Whether every one of the signs stands within ``_NEAR`` characters of the others."""
    places = sorted((span.start, which) for which, spans in enumerate(signs) for span in spans)
    return any(
        len({which for at, which in places[n:] if at - start <= _NEAR}) == len(signs)
        for n, (start, _) in enumerate(places)
    )
