"""The nearest passing setups to the subject, each probed, ordered by what they cost the user."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rtdoctor.diagnose.candidates import Candidates, changes, comparable, cost
from rtdoctor.diagnose.meaning import values_added, values_changed, values_lost
from rtdoctor.diagnose.mixing import keeps_body
from rtdoctor.diagnose.observed import Answers, Observed, Questions
from rtdoctor.domain.finding import Repair, Tried
from rtdoctor.domain.kind import SessionKind, session_kind
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.wording.answers import describe

_MOST = 4
"""Repairs that are offered, and values that a note names, at most."""


def confirm_repairs(
    subject: Setup, observed: Observed, candidates: Candidates
) -> Generator[Questions, Answers, tuple[Repair, ...]]:
    """Up to four repairs without the key in the client, then one with it, labelled.

    Each was probed at least twice and passed every time. Left out are repairs that only add
    edits to another one, and other kinds of session where one of the user's kind works.
    """
    chosen = _chosen(subject, observed, candidates)
    yield from observed.repeat(chosen)
    return tuple(_repair(subject, s, observed, candidates) for s in chosen if observed.passed(s))


def _chosen(subject: Setup, observed: Observed, candidates: Candidates) -> list[Setup]:
    passing = [s for s in observed.passing() if s != subject.as_sent()]
    safe = [s for s in passing if not candidates.leaks_key(s)]
    leaking = [s for s in passing if s not in safe]
    if candidates.leaks_key(subject):
        # the user's own code holds the key: what keeps it there is no worse, and often nearer
        return _smallest(subject, passing)[:_MOST]
    return _smallest(subject, safe)[:_MOST] + _smallest(subject, leaking)[:1]


def tried_and_refused(
    subject: Setup, repairs: Sequence[Repair], observed: Observed
) -> tuple[Tried, ...]:
    """The changes that would have cost less than the cheapest repair, and did not help.

    None where the subject may have failed by chance: then so may they.
    """
    if observed.by_chance(subject):
        return ()
    limit = min((r.cost for r in repairs if not r.leaks_key), default=None)
    found = []
    for setup in observed.setups():
        failure = observed.failed(setup)
        if failure is None or setup == subject.as_sent():
            continue
        spent = cost(subject, setup)
        if spent and (limit is None or spent < limit):
            edits = changes(comparable(subject, setup), setup)
            found.append((spent, Tried(edits, observed.probe(setup), describe(setup, failure))))
    return tuple(tried for _, tried in sorted(found, key=lambda item: item[0]))


def _smallest(subject: Setup, setups: Sequence[Setup]) -> list[Setup]:
    purpose = session_kind(subject)
    same = [s for s in setups if session_kind(s) is purpose or _says_nothing(s)]
    ordered = sorted(same or setups, key=lambda s: rank(subject, s))
    kept: list[Setup] = []
    for setup in ordered:
        edits = _edits(subject, setup)
        if any(_edits(subject, smaller) <= edits for smaller in kept):
            continue
        if any(_same_places(subject, setup, better) for better in kept):
            continue  # the better one changes the same places and keeps more of the user's
        kept.append(setup)
    return kept


def _same_places(subject: Setup, one: Setup, other: Setup) -> bool:
    return subject.differs_from(one) == subject.differs_from(other)


def rank(subject: Setup, setup: Setup) -> tuple[int, int, int, str]:
    """Cheapest first; of equal cost, what keeps most of what the user says and adds least."""
    lost, added = values_lost(subject, setup), values_added(subject, setup)
    # The names decide between equals, so that the order is the same every time.
    return cost(subject, setup), lost, added, str(setup.names)


def _edits(subject: Setup, setup: Setup) -> set[object]:
    """What has to be changed; the same body in another dialect goes with its endpoint."""
    ours = comparable(subject, setup)
    carried = keeps_body(ours, setup)
    return {
        (f, "carried" if f is Factor.TOKEN_BODY and carried else setup[f])
        for f in ours.differs_from(setup)
    }


def _repair(subject: Setup, setup: Setup, observed: Observed, candidates: Candidates) -> Repair:
    keeps = session_kind(setup) is session_kind(subject) or _says_nothing(setup)
    leaks = candidates.leaks_key(setup) and not candidates.leaks_key(subject)
    notes = []
    if not keeps:
        notes.append(
            f"This opens a {session_kind(setup)} session instead of a {session_kind(subject)} one."
        )
    edited = subject.differs_from(setup)
    # a lone change of the query shows by itself what it takes away
    lost = [] if edited == (Factor.CALL_QUERY,) else values_changed(subject, setup)
    if lost:
        more = f" and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
        notes.append(f"Not kept of yours: {', '.join(lost[:_MOST])}{more}.")
    if _converses(setup) and not _converses(subject):
        notes.append("It is a conversation that also transcribes: the model may answer.")
    if leaks:
        notes.append(
            "In a page this leaks the API key to everyone who opens it. Only for code that runs "
            "on a server of yours."
        )
    return Repair(
        setup=setup,
        changes=changes(comparable(subject, setup), setup),
        probes=observed.probes(setup),
        cost=cost(subject, setup),
        keeps_purpose=keeps,
        leaks_key=leaks,
        notes=tuple(notes),
    )


def _converses(setup: Setup) -> bool:
    """The beta's ``sessions`` endpoint opens conversations, whatever the body asks for."""
    path = setup.token_endpoint.value.path or ""
    return path.endswith("/sessions") and session_kind(setup) is SessionKind.TRANSCRIPTION


def _says_nothing(setup: Setup) -> bool:
    """Without a mint and a session in the call, a setup does not say what it is for."""
    return not setup.auth.value.kind.needs_token and setup.call_encoding.value.session is None
