"""The nearest passing setups to the subject, each probed, ordered by what they cost the user."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rtdoctor.diagnose.memory import Answers, Ask, Memory, Questions
from rtdoctor.diagnose.terrain import COST, Terrain, changes
from rtdoctor.domain.finding import Repair
from rtdoctor.domain.kind import SessionKind, session_kind
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import AuthKind, Factor, Setup

_MOST = 4


def find_repairs(
    subject: Setup, memory: Memory, terrain: Terrain
) -> Generator[Questions, Answers, tuple[Repair, ...]]:
    """Up to four repairs without the key in the client, then one with it, labelled.

    Each was probed at least twice and passed every time. Left out are repairs that only add
    edits to another one, and other kinds of session where one of the user's kind works.
    """
    yield from _try_key(subject, memory, terrain)
    passing = [s for s in memory.passing() if s != subject.as_sent()]
    safe = [s for s in passing if not terrain.leaks_key(s)]
    leaking = [] if terrain.leaks_key(subject) else [s for s in passing if s not in safe]
    chosen = _smallest(subject, safe)[:_MOST] + _smallest(subject, leaking)[:1]
    once = [s for s in chosen if len(memory.outcomes(s)) < 2]
    yield from memory.ask([Ask(s, Purpose.CONFIRM) for s in once])
    return tuple(_repair(subject, s, memory, terrain) for s in chosen if memory.passed(s))


def _try_key(
    subject: Setup, memory: Memory, terrain: Terrain
) -> Generator[Questions, Answers, None]:
    """The same setup with the API key itself: what people fall back to, so it must be named."""
    if terrain.leaks_key(subject):
        return
    keyed = [r.setup for r in terrain.references if r.setup.auth.value.kind is AuthKind.API_KEY]
    candidates = [subject.with_level(Factor.AUTH, s.auth) for s in keyed[:1]] + keyed
    for setup in dict.fromkeys(c.as_sent() for c in candidates):
        (outcome,) = yield from memory.ask([Ask(setup, Purpose.REPAIR)])
        if outcome is not None and outcome.is_pass:
            return


def cost(subject: Setup, other: Setup) -> int:
    """The edit cost of moving to ``other``; what is not sent need not be edited."""
    return sum(COST[Factor(c.factor)] for c in changes(_comparable(subject, other), other))


def _comparable(subject: Setup, other: Setup) -> Setup:
    # with a key in the header nothing is minted, so the mint is nothing that must be changed
    return (
        subject
        if other.auth.value.kind.needs_token
        else subject.take(other, frozenset({Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY}))
    )


def _smallest(subject: Setup, setups: Sequence[Setup]) -> list[Setup]:
    purpose = session_kind(subject)
    same = [s for s in setups if session_kind(s) is purpose]
    ordered = sorted(same or setups, key=lambda s: (cost(subject, s), str(s.names)))
    kept: list[Setup] = []
    for setup in ordered:
        edits = {(f, setup[f]) for f in subject.differs_from(setup)}
        smaller = ({(f, k[f]) for f in subject.differs_from(k)} for k in kept)
        if not any(s <= edits for s in smaller):
            kept.append(setup)
    return kept


def _repair(subject: Setup, setup: Setup, memory: Memory, terrain: Terrain) -> Repair:
    keeps = session_kind(setup) is session_kind(subject) or _says_nothing(setup)
    leaks = terrain.leaks_key(setup) and not terrain.leaks_key(subject)
    notes = []
    if not keeps:
        notes.append(
            f"This opens a {session_kind(setup)} session instead of a {session_kind(subject)} one."
        )
    if _converses(setup) and not _converses(subject):
        notes.append("It is a conversation that also transcribes: the model may answer.")
    if leaks:
        notes.append(
            "In a page this leaks the API key to everyone who opens it. Only for code that runs "
            "on a server of yours."
        )
    return Repair(
        setup=setup,
        changes=changes(_comparable(subject, setup), setup),
        probes=memory.probes(setup),
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
