"""What the page shows of a single probe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report import repro
from rtdoctor.report.html.sdp import SdpView, sdp_views
from rtdoctor.report.html.waterfall import Bar, bars
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.report.view.selection import is_inferred
from rtdoctor.wording import levels
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.levels import level_text
from rtdoctor.wording.local_codes import local_code_text


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A factor of a setup, and what the subject sends where this setup differs from it.

    ``name`` is the level's name in ``probes.yaml``.
    """

    factor: str
    level: str
    name: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class ProbeView:
    """``anchor`` is safe in an attribute whatever the probe's id is."""

    observation: Observation
    anchor: str
    setup_line: str
    inferred: bool

    @property
    def id(self) -> str:
        return self.observation.probe

    @property
    def kind(self) -> str:
        return self.observation.outcome.kind.value

    @property
    def sign(self) -> str:
        return words.SIGN[self.observation.outcome.kind]

    @property
    def word(self) -> str:
        return words.outcome_word(self.observation.outcome)

    @property
    def line(self) -> str:
        return words.outcome_line(self.observation.outcome)

    @property
    def meaning(self) -> str:
        return local_code_text(self.observation.outcome)

    @property
    def ran(self) -> bool:
        return self.observation.outcome.kind is not OutcomeKind.SKIPPED

    @property
    def purpose(self) -> str:
        return words.PURPOSE[self.observation.purpose]

    @property
    def duration(self) -> str:
        return words.duration(self.observation.duration_ms)


@dataclass(frozen=True, slots=True)
class ProbeDetail:
    """The rest, for a probe that is shown in full."""

    view: ProbeView
    levels: tuple[LevelRow, ...]
    bars: tuple[Bar, ...]
    connection: tuple[tuple[str, str], ...]
    sdp: tuple[SdpView, ...]
    snippets: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, view: ProbeView, run: Run, reference: Observation | None) -> ProbeDetail:
        """``reference`` is a connecting probe to compare the SDP with."""
        observation = view.observation
        return cls(
            view,
            tuple(_levels(observation, run)),
            bars(observation),
            tuple(_connection(observation)),
            tuple(sdp_views(observation, reference)),
            tuple(_snippets(observation)),
        )


def views(run: Run) -> dict[str, ProbeView]:
    """A view of every probe, by id."""
    return {
        o.probe: ProbeView(o, f"p{number}", _setup_line(o, run), is_inferred(o))
        for number, o in enumerate(run.observations, 1)
    }


def _setup_line(observation: Observation, run: Run) -> str:
    subject, setup = run.header.subject, observation.setup
    if subject is None:
        column = column_of(setup)
        return f"{row_of(setup).label} → {column.auth} {column.label}"
    moved = setup.as_sent().differs_from(subject.as_sent())
    changed = [f"{levels.factor_name(f)} {level_text(f, setup.as_sent()[f])}" for f in moved]
    return "the subject with " + ", ".join(changed) if changed else "the subject"


def _levels(observation: Observation, run: Run) -> Iterator[LevelRow]:
    subject = run.header.subject
    for factor, level in observation.setup:
        changed = subject is not None and subject[factor] != level
        before = level_text(factor, subject[factor]) if subject is not None and changed else None
        yield LevelRow(levels.factor_name(factor), level_text(factor, level), level.name, before)


def _connection(observation: Observation) -> Iterator[tuple[str, str]]:
    seen = observation.connection
    if seen is not None:
        yield "ICE state", seen.ice_state or "never reached"
        yield "connection state", seen.connection_state or "never reached"
        yield "data channel state", seen.channel_state or "never reached"
        yield (
            "local candidate",
            f"{seen.local_candidate or 'none chosen'} (of {seen.local_candidates})",
        )
        remote = f"{seen.remote_candidate or 'none chosen'} (of {seen.remote_candidates})"
        yield "remote candidate", remote
        yield "DTLS role", seen.dtls_role or "never reached"
    if observation.call_id is not None:
        yield "call id", observation.call_id
    if observation.hung_up is not None:
        yield "hung up", "yes" if observation.hung_up else "no: it may still be open"
    if observation.token is not None:
        token = observation.token
        age = words.duration(token.age_at_call_ms) if token.age_at_call_ms is not None else None
        yield "token", f"{token.alias}" + (f", {age} old when used" if age else "")
        if token.earlier_calls:
            yield "token used before", f"{token.earlier_calls} times"
    if observation.attempts > 1:
        yield "attempts", f"{observation.attempts}"


def _snippets(observation: Observation) -> Iterator[tuple[str, str]]:
    for language, write in (
        ("curl", repro.curl),
        ("JavaScript", repro.javascript),
        ("Python", repro.python),
    ):
        text = write(observation)
        if text:
            yield language, text


def exchange_title(exchange: HttpExchange) -> str:
    """``call: POST https://… → 400``."""
    response = exchange.response
    came = str(response.status) if response is not None else exchange.error or "no answer"
    return f"{exchange.request.method} {exchange.request.url} → {came}"


def telling(observation: Observation, *, like: HttpExchange | None = None) -> HttpExchange | None:
    """The exchange that decided a probe: its last one before the hang-up.

    With ``like``, the one of the same purpose, to set beside it.
    """
    candidates = [e for e in observation.exchanges if e.purpose != "hangup"]
    if like is not None:
        candidates = [e for e in candidates if e.purpose == like.purpose] or candidates
    return candidates[-1] if candidates else None
