"""A pasted text to known causes, ranked, with what in the text led there. Pure.

How sure a match is, in words (never a percentage, since nothing was probed):
  strong    the service's own code or sentence for this cause stands in the text
  likely    a general error of the service in a text about Realtime, or code and symptom agree
  possible  the text is only consistent with it
A general error (wrong key, quota, region, model) counts only near a sign of the Realtime API:
a wrong answer is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from rtdoctor.domain.era import Era
from rtdoctor.domain.outcome import Stage
from rtdoctor.explain.paper import Paper, Span, find_each, find_signs, prepare
from rtdoctor.explain.shown_setup import shown_setup
from rtdoctor.knowledge.base import Knowledge, load
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Clue, Look, Strength
from rtdoctor.knowledge.message_pattern import compile_wording, needle
from rtdoctor.knowledge.signs import patterns

MOST = 5
"""How many matches are shown."""
_MOST_POSSIBLE = 2
_NEAR = 3_000  # characters within which a sign of Realtime vouches for a general error
_LONGEST = 800  # characters a sentence of the service can have
_BESIDE = 200  # characters within which another endpoint claims the error for itself
_CONTEXT = frozenset({"realtime", "openai", "webrtc", "websocket", "azure", "litellm"})
_POINTS = {Strength.STRONG: 100, Strength.LIKELY: 40, Strength.POSSIBLE: 15}

Signs = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote from the text: where it stands (line, from 1) and what it was taken for."""

    quote: str
    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Match:
    """A known cause that the text points to."""

    entry: Entry
    strength: Strength
    evidence: tuple[Evidence, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that can be said of a text.

    ``setup`` are the factor levels that its code shows, ``unattributed`` errors that nothing in
    the text ties to the Realtime API, ``clipped`` that only the two ends were read.
    """

    matches: tuple[Match, ...]
    setup: Mapping[str, str]
    era: Era | None
    clipped: bool
    signs: frozenset[str]
    unattributed: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reason:
    strength: Strength
    says: str
    spans: tuple[Span, ...]
    bonus: int = 0


def explain_text(text: str, knowledge: Knowledge | None = None) -> Explanation:
    """Rank the known causes that a text points to, best first; none for unrelated text.

    The text may be an error body, a browser's console, a log, code or a whole issue. Of one longer
    than two million characters the two ends are read, and ``clipped`` says so. Keys and tokens in
    it are masked in every quote. ``knowledge`` is what is known, the shipped entries unless it is
    given.

    Nothing is sent and nothing is proved: a match says what the text is consistent with, in one of
    the words strong, likely and possible. Raises no error for any text.

    >>> found = explain_text('{"error": {"code": "beta_api_shape_disabled"}}')
    >>> found.matches[0].entry.id, found.matches[0].strength.word
    ('SDP-BETA-DISABLED', 'strong')
    """
    known = knowledge or load()
    paper = prepare(text)
    seen = find_signs(paper)
    era = _era(paper.text)
    scored = []
    for entry in known.entries:
        reasons = [*_look_reasons(paper, seen, entry), *_clue_reasons(seen, entry)]
        if reasons:
            scored.append(_score(paper, entry, reasons, era))
    scored.sort(key=lambda pair: pair[0])
    matches = _shortlist([match for _, match in scored])
    loose = () if matches else _unattributed(paper, seen, known)
    return Explanation(matches, shown_setup(seen), era, paper.clipped, frozenset(seen), loose)


def _look_reasons(paper: Paper, seen: Signs, entry: Entry) -> Iterable[_Reason]:
    for look in entry.looks:
        spans, wording = _sightings(paper, seen, look)
        for span in spans:
            vouched = Strength.STRONG if look.alone else _vouched(paper, span)
            if vouched is not None and not _belongs_elsewhere(seen, look, span):
                strength = min(Strength[look.strength.upper()], vouched)
                yield _Reason(strength, wording, (span,), _transport_bonus(seen, look))
                break


def _sightings(paper: Paper, seen: Signs, look: Look) -> tuple[Iterable[Span], str]:
    """Where the text shows this look, and how to name it."""
    if look.empty:
        return seen.get("empty_error", ()), "every field of the error is empty"
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
    if look.param is not None and look.param.lower() not in paper.lower:
        return (), ""
    if name.lower() not in paper.lower:
        return (), ""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return find_each(paper, word, name.lower(), len(name) + 1), f"the service's code {name}"


def _belongs_elsewhere(seen: Signs, look: Look, span: Span) -> bool:
    """Whether a sign of another cause stands at the very place of this sighting."""
    others = [other for name in look.unless for other in seen.get(name, ())]
    return any(other.start < span.end and span.start < other.end for other in others)


def _vouched(paper: Paper, span: Span) -> Strength | None:
    """How far the surroundings say that a general error is of the Realtime API, if they do."""
    near = paper.window(span, _NEAR)
    beside = paper.window(span, _BESIDE)
    if _shows(beside, "other_endpoint") and not _shows(beside, "realtime"):
        return None
    if _shows(near, "realtime"):
        return Strength.STRONG
    spoken_of = _shows(near, "openai") and _shows(near, "webrtc")
    # A text that also speaks of another service may be about that one.
    others = _shows(near, "other_ai") or _shows(near, "other_webrtc")
    return Strength.LIKELY if spoken_of and not others else None


def _shows(piece: str, name: str) -> bool:
    return any(pattern.search(piece) for pattern in patterns(name))


def _unattributed(paper: Paper, seen: Signs, known: Knowledge) -> tuple[Evidence, ...]:
    """What would be a match in a text about Realtime, when nothing speaks of Realtime."""
    found: dict[int, Evidence] = {}
    for span in seen.get("parse_failure", ())[:1]:
        says = "what a browser says of an answer that is no SDP"
        found[span.start] = Evidence(paper.quote(span), paper.line_of(span.start), says)
    for entry in known.entries:
        for look in entry.looks:
            # What stands alone needs no other sign, so it would have matched already.
            if look.alone or look.message is None or entry.id.startswith("PRV-"):
                continue
            for span in islice(_sightings(paper, seen, look)[0], 1):
                says = "an error that every OpenAI endpoint gives"
                evidence = Evidence(paper.quote(span), paper.line_of(span.start), says)
                found.setdefault(span.start, evidence)
    return tuple(found.values())[:3]


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


def _clue_reasons(seen: Signs, entry: Entry) -> Iterable[_Reason]:
    for clue in entry.clues:
        names = [*clue.all, *(n for n in clue.any if n in seen)]
        if _holds(clue, seen) and (not clue.near or _together([seen[name] for name in names])):
            # Words of context stand in every such text, so they are quoted only where nothing else
            # tells.
            telling = [n for n in names if n not in _CONTEXT] or names
            spans = tuple(seen[name][0] for name in telling)
            yield _Reason(Strength[clue.strength.upper()], clue.says, spans)


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


def _score(
    paper: Paper, entry: Entry, reasons: list[_Reason], era: Era | None
) -> tuple[tuple[int, ...], Match]:
    strength = strongest = max(reason.strength for reason in reasons)
    cautions = []
    if not entry.applies_in(era):
        told = "/".join(entry.eras)
        cautions.append(f"The text is of another time than this entry ({told}).")
        if strength is not Strength.STRONG:
            strength = Strength.POSSIBLE
    if entry.cannot_tell:
        cautions.append(entry.cannot_tell)
    points = sorted((_POINTS[r.strength] + r.bonus for r in reasons), reverse=True)
    total = points[0] + sum(points[1:]) // 8
    first = min(span.start for r in reasons if r.strength is strongest for span in r.spans)
    total += 20 - 20 * first // max(1, len(paper.text))
    match = Match(entry, strength, _evidence(paper, reasons), tuple(cautions))
    return (-strength, int(entry.decoy), -total, entry.rank), match


def _evidence(paper: Paper, reasons: list[_Reason]) -> tuple[Evidence, ...]:
    found: dict[str, Evidence] = {}
    for reason in sorted(reasons, key=lambda r: -r.strength):
        for span in reason.spans:
            quote = paper.quote(span)
            found.setdefault(quote, Evidence(quote, paper.line_of(span.start), reason.says))
    return tuple(found.values())[:6]


def _shortlist(matches: list[Match]) -> tuple[Match, ...]:
    """The first few; what is only possible not at all when the service itself named a cause."""
    named = any(m.strength is Strength.STRONG and not m.entry.decoy for m in matches)
    possible = [m for m in matches if m.strength is Strength.POSSIBLE]
    # Beside a cause that the service itself named, a mere possibility would mislead.
    dropped = possible if named else possible[_MOST_POSSIBLE:]
    return tuple(m for m in matches if m not in dropped)[:MOST]


# Not the dates in names, such as gpt-4o-2024-12-17 and api-version=2025-04-01-preview.
_DATE = re.compile(r"(?<![\w=-])(20[2-9]\d)-(\d\d)-(\d\d)(?!-?preview)")
_ERA_STARTS = (
    ("2026-07-31", Era.SINGLE_USE),
    ("2026-05-12", Era.GA_ONLY),
    ("2025-08-28", Era.COEXIST),
    ("2024-10-01", Era.BETA),
)


def _era(text: str) -> Era | None:
    """The era of the latest date in the text; ``None`` when it has no date."""
    latest = max((m.group(0) for m in _DATE.finditer(text)), default="")
    return next((era for start, era in _ERA_STARTS if latest >= start), None)
