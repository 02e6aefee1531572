"""A pasted text to known causes, ranked, with what in the text led there. Pure.

How sure a match is, in words (never a percentage, since nothing was probed):
  strong    the service's own code or sentence for this cause stands in the text
  likely    a general error of the service in a text about Realtime, or code and symptom agree
  possible  the text is only consistent with it
A general error (wrong key, quota, region, model) counts only near a sign of the Realtime API:
a wrong answer is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import islice

from rtdoctor.explain.clues import clue_reasons
from rtdoctor.explain.dating import DayOfText, latest_day
from rtdoctor.explain.explanation import Evidence, Explanation, Match, ReadBody
from rtdoctor.explain.own_routes import own_routes
from rtdoctor.explain.paper import Paper, find_signs, prepare
from rtdoctor.explain.read_out import ReadOut, read_out_error
from rtdoctor.explain.reported_error import ReportedError, find_errors
from rtdoctor.explain.schema_reasons import schema_reasons, takes_ga
from rtdoctor.explain.shown_bodies import ShownBody, find_bodies
from rtdoctor.explain.shown_retirements import shown_retirements
from rtdoctor.explain.shown_setup import shown_setup
from rtdoctor.explain.sightings import (
    Reason,
    Told,
    look_reasons,
    sightings,
    stands_beside,
    vouched_for,
)
from rtdoctor.explain.symptoms import symptom_reasons
from rtdoctor.knowledge.base import Knowledge, load
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.look import Look, Strength
from rtdoctor.schema import explain_fault

MOST = 5
"""How many matches are shown."""
_MOST_POSSIBLE = 2
_MOST_READ_OUT = 3
_MOST_FAULTS = 5
_OF_THE_SERVICE = 10  # points for an entry about the very service that the text is about
_POINTS = {Strength.STRONG: 100, Strength.LIKELY: 40, Strength.POSSIBLE: 15}


def explain_text(
    text: str, knowledge: Knowledge | None = None, *, today: date | None = None
) -> Explanation:
    """Rank the known causes that a text points to, best first; none for unrelated text.

    The text may be an error body, a browser's console, a log, code or a whole issue. Of one longer
    than two million characters the two ends are read, and ``clipped`` says so. Keys and tokens in
    it are masked in every quote. ``knowledge`` is what is known, the shipped entries unless it is
    given. ``today`` decides whether what ends on a day has ended; without it, only the day is told.

    Nothing is sent and nothing is proved: a match says what the text is consistent with, in one of
    the words strong, likely and possible. Raises no error for any text.

    >>> found = explain_text('{"error": {"code": "beta_api_shape_disabled"}}')
    >>> found.matches[0].entry.id, found.matches[0].strength.word
    ('SDP-BETA-DISABLED', 'strong')
    """
    known = knowledge or load()
    paper = prepare(text)
    told = Told(paper, find_signs(paper), find_errors(paper))
    when = DayOfText(latest_day(paper.text), today)
    bodies = find_bodies(paper)
    by_schema = schema_reasons(told, bodies)
    reasons = {
        e.id: [*look_reasons(told, e), *clue_reasons(told.signs, e), *by_schema.get(e.id, ())]
        for e in known.entries
    }
    reasons = _unsure_of_shared_codes(reasons)
    read_out = _read_out(told, known, reasons)
    if not read_out and not any(
        r.strength > Strength.POSSIBLE for f in reasons.values() for r in f
    ):
        for entry_id, reason in symptom_reasons(paper, told.signs, known).items():
            reasons[entry_id].append(reason)
    scored = [_score(paper, e, reasons[e.id], when) for e in known.entries if reasons[e.id]]
    scored.sort(key=lambda pair: pair[0])
    matches = _shortlist([match for _, match in scored])
    return Explanation(
        matches,
        shown_setup(told.signs),
        when.era,
        paper.clipped,
        frozenset(told.signs),
        () if matches else _unattributed(told, known),
        read_out,
        _bodies(told, bodies),
        shown_retirements(paper, told.signs, today),
    )


def _unsure_of_shared_codes(reasons: Mapping[str, list[Reason]]) -> dict[str, list[Reason]]:
    """The same, where a code that several entries share makes none of them sure."""
    claims: dict[int, set[str]] = {}
    for entry_id, found in reasons.items():
        for reason in found:
            if reason.strength is Strength.STRONG:
                claims.setdefault(reason.spans[0].start, set()).add(entry_id)

    def weighed(reason: Reason) -> Reason:
        is_shared = len(claims.get(reason.spans[0].start, ())) > 1
        if reason.by_code and is_shared and reason.strength is Strength.STRONG:
            return replace(reason, strength=Strength.LIKELY)
        return reason

    return {entry_id: [weighed(r) for r in found] for entry_id, found in reasons.items()}


def _read_out(
    told: Told, known: Knowledge, reasons: Mapping[str, list[Reason]]
) -> tuple[ReadOut, ...]:
    """The errors that no entry knows, if they are of the Realtime API."""
    sure = {
        entry_id: [r for r in found if r.strength > Strength.POSSIBLE]
        for entry_id, found in reasons.items()
    }
    claimed = [span for found in sure.values() for reason in found for span in reason.spans]
    looks = [look for entry in known.entries if sure[entry.id] for look in entry.looks]
    unknown = (
        read_out_error(told.paper, error, told.signs)
        for error in told.errors
        if not any(s.start < error.span.end and error.span.start < s.end for s in claimed)
        and not any(_is_alike(look, error) for look in looks)
        and not (claimed and error.in_comment)
        and _is_of_realtime(told, error)
    )
    said = {out.said: out for out in unknown if out is not None}
    if "realtime" in told.signs and not claimed:
        said |= {out.said: out for out in own_routes(told.paper)}
    return tuple(said.values())[:_MOST_READ_OUT]


def _bodies(told: Told, bodies: tuple[ShownBody, ...]) -> tuple[ReadBody, ...]:
    """What the schema says of the bodies, in a text that is about GA of the Realtime API."""
    if "realtime" not in told.signs or not takes_ga(told.signs):
        return ()
    return tuple(
        ReadBody(body.line, tuple(explain_fault(fault) for fault in body.faults[:_MOST_FAULTS]))
        for body in bodies
    )


def _is_alike(look: Look, error: ReportedError) -> bool:
    """Whether an entry that is shown anyway tells of this error too."""
    code, param = error.fields.code, error.fields.param
    return look.code is not None and look.code == code and look.is_about(param) is not False


def _is_of_realtime(told: Told, error: ReportedError) -> bool:
    if error.names_session:
        return True
    is_other = "other_ai" in told.signs or "other_webrtc" in told.signs
    is_named = stands_beside(told.paper, error.span, "realtime")  # by the line that reports it
    return is_named or (vouched_for(told.paper, error.span) is Strength.STRONG and not is_other)


def _unattributed(told: Told, known: Knowledge) -> tuple[Evidence, ...]:
    """What would be a match in a text about Realtime, when nothing speaks of Realtime."""
    found: dict[int, Evidence] = {}
    paper = told.paper
    for span in told.signs.get("parse_failure", ())[:1]:
        says = "what a browser says of an answer that is no SDP"
        found[span.start] = Evidence(paper.quote(span), paper.line_of(span.start), says)
    for entry in known.entries:
        for look in entry.looks:
            # What stands alone needs no other sign, so it would have matched already.
            if look.alone or look.message is None or entry.id.startswith("PRV-"):
                continue
            for span in islice(sightings(told, look)[0], 1):
                says = "an error that every OpenAI endpoint gives"
                evidence = Evidence(paper.quote(span), paper.line_of(span.start), says)
                found.setdefault(span.start, evidence)
    return tuple(found.values())[:3]


def _score(
    paper: Paper, entry: Entry, reasons: list[Reason], when: DayOfText
) -> tuple[tuple[int, ...], Match]:
    strength = strongest = max(reason.strength for reason in reasons)
    cautions = []
    if not entry.applies_in(when.era) or (entry.since and "" < when.day < entry.since):
        told = "/".join(entry.eras) if entry.since is None else f"since {entry.since}"
        cautions.append(f"The text is of another time than this entry ({told}).")
        if strength is not Strength.STRONG:
            strength = Strength.POSSIBLE
    if entry.dies is not None:
        cautions.append(when.about_end(entry.dies))
        if when.is_before(entry.dies):
            strength = min(strength, Strength.POSSIBLE)  # it still works, so it is no cause yet
    if entry.cannot_tell:
        cautions.append(entry.cannot_tell)
    points = sorted((_POINTS[r.strength] + r.bonus for r in reasons), reverse=True)
    # The best reason counts most. Many weak ones never outweigh one that is strong.
    total = points[0] + sum(points[1:]) // 8
    first = min(span.start for r in reasons if r.strength is strongest for span in r.spans)
    total += _OF_THE_SERVICE * bool(entry.provider_signs)
    # What stands earlier in the text is what its writer asks about.
    total += 20 - 20 * first // max(1, len(paper.text))
    match = Match(entry, strength, _evidence(paper, reasons), tuple(cautions))
    # A decoy hides another error, so it comes after every cause of the same strength.
    # A status or a URL that stands in the text tells more than words that resemble.
    by_words = all(reason.by_words for reason in reasons)
    return (-strength, int(entry.decoy), int(by_words), -total, entry.rank), match


def _evidence(paper: Paper, reasons: list[Reason]) -> tuple[Evidence, ...]:
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
