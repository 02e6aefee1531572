"""Where a text shows the looks of an entry, and how much such a sighting is worth.

A sentence or a code alone is not enough: the error around it must agree in status, parameter and
in the way that it came on, and the text must be about the Realtime API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rtdoctor.domain.outcome import Stage
from rtdoctor.explain.paper import Paper, Span, find_each
from rtdoctor.explain.reported_error import ReportedError
from rtdoctor.explain.surroundings import status_of, ways_of
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Look, Strength
from rtdoctor.knowledge.message_pattern import compile_wording, needle
from rtdoctor.knowledge.signs import patterns

Signs = Mapping[str, tuple[Span, ...]]

_NEAR = 3_000  # characters within which a sign of Realtime vouches for a general error
_LONGEST = 800  # characters a sentence of the service can have
_BESIDE = 200  # characters within which another endpoint claims the error for itself


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry is a match. ``by_code`` says that nothing but a code led there: where several
    entries share it, none of them is sure. ``by_words`` says that only a likeness of words did."""

    strength: Strength
    says: str
    spans: tuple[Span, ...]
    bonus: int = 0
    by_code: bool = False
    by_words: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """All that was read of a text before any entry is looked at."""

    paper: Paper
    signs: Signs
    errors: tuple[ReportedError, ...]

    def error_at(self, span: Span) -> ReportedError | None:
        """The reported error that a place belongs to."""
        return next((e for e in self.errors if _overlap(e.span, span)), None)


def look_reasons(told: Told, entry: Entry) -> Iterable[Reason]:
    """For each look of an entry the best place of the text that shows it."""
    of_provider = not entry.provider_signs or any(s in told.signs for s in entry.provider_signs)
    for look in entry.looks:
        if not (of_provider or look.alone):
            continue
        spans, says = sightings(told, look)
        found = (_reason(told, look, span, says) for span in spans)
        best = max((r for r in found if r is not None), key=lambda r: r.strength, default=None)
        if best is not None:
            yield best


def _reason(told: Told, look: Look, span: Span, says: str) -> Reason | None:
    error = told.error_at(span)
    is_known = look.alone or (error is not None and error.names_session)
    vouched = Strength.STRONG if is_known else vouched_for(told.paper, span)
    if vouched is None or _belongs_elsewhere(told.signs, look, span):
        return None
    agreed = _agreed(told, look, span)
    if agreed is None:
        return None
    strength = min(Strength[look.strength.upper()], vouched, agreed)
    by_code = look.message is None and not look.empty and not look.alone
    return Reason(strength, says, (span,), _transport_bonus(told.signs, look), by_code)


def _agreed(told: Told, look: Look, span: Span) -> Strength | None:
    """How far the error at a place agrees with a look; ``None`` where it is another's."""
    paper, error = told.paper, told.error_at(span)
    status = error.status if error else status_of(paper, span)
    ways = error.ways if error else ways_of(paper, span, status)
    if look.status and status is not None and status not in look.status:
        return None
    if not look.ways & ways:
        return None
    about = look.is_about(error.fields.param if error else None)
    if about is False:
        return None
    in_comment = error.in_comment if error else paper.in_comment(span)
    if about is None and (look.faults or look.param):  # the parameter decides, and is not told
        return Strength.LIKELY if look.message else Strength.POSSIBLE
    return Strength.LIKELY if in_comment else Strength.STRONG


def sightings(told: Told, look: Look) -> tuple[Iterable[Span], str]:
    """Where the text shows this look, and how to name it."""
    paper = told.paper
    if look.empty:
        return told.signs.get("empty_error", ()), "every field of the error is empty"
    if look.message is not None:
        piece = needle(look.message)
        if piece not in paper.lower:  # to compile a pattern takes longer than to search for it
            return (), ""
        pattern = compile_wording(look.message)
        return find_each(paper, pattern, piece, _LONGEST), "the service's own sentence"
    name = look.code or look.type
    # No service writes our own codes, and a bare number may be anything.
    if name is None or name.startswith("rtdoctor.") or name.isdigit():
        return (), ""
    says = f"the service's code {name}"
    if name.lower() not in paper.lower:
        implied = (e.span for e in told.errors if name == e.fields.code)  # its sentence stands
        return implied, says
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return find_each(paper, word, name.lower(), len(name) + 1), says


def _belongs_elsewhere(seen: Signs, look: Look, span: Span) -> bool:
    """Whether a sign of another cause stands at the very place of this sighting."""
    others = [other for name in look.unless for other in seen.get(name, ())]
    return any(_overlap(other, span) for other in others)


def vouched_for(paper: Paper, span: Span) -> Strength | None:
    """How far the surroundings say that a general error is of the Realtime API, if they do."""
    near = paper.window(span, _NEAR)
    is_named = stands_beside(paper, span, "realtime")
    if stands_beside(paper, span, "other_endpoint") and not is_named:
        return None
    if _shows(near, "realtime"):
        return Strength.STRONG
    if _shows(near, "parse_failure"):  # of an SDP answer, so the error is that of a call
        return Strength.LIKELY
    spoken_of = _shows(near, "openai") and (_shows(near, "webrtc") or _shows(near, "voice_agent"))
    # A text that also speaks of another service may be about that one.
    others = _shows(near, "other_ai") or _shows(near, "other_webrtc")
    return Strength.LIKELY if spoken_of and not others else None


def stands_beside(paper: Paper, span: Span, name: str) -> bool:
    """Whether a sign stands so close to an error that it speaks of that error."""
    return _shows(paper.window(span, _BESIDE), name)


def _shows(piece: str, name: str) -> bool:
    return any(pattern.search(piece) for pattern in patterns(name))


def _transport_bonus(seen: Signs, look: Look) -> int:
    """Prefer the twin of a code that belongs to the transport the text is about."""
    if not look.stage:
        return 0
    over_http = set(look.stage) <= {Stage.MINT, Stage.EXCHANGE}
    on_socket = set(look.stage) <= {Stage.SESSION, Stage.CHANNEL}
    http = 2 * ("call_400" in seen) + ("webrtc" in seen) + ("beta_mint_url" in seen)
    http += ("calls_url" in seen) + ("beta_call_url" in seen)
    http -= 2 * ("websocket" in seen)
    return 10 * (http if over_http else -http if on_socket else 0)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
