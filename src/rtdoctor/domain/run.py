"""A run: everything that was observed, and the frame that makes it readable later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rtdoctor.domain.exchange import (
    Connection,
    HttpExchange,
    SandboxRule,
    ServerEvent,
    StageRecord,
)
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.page_result import PageResult
from rtdoctor.domain.secret import TokenUse
from rtdoctor.domain.setup import Setup

DATA_FORMAT = 1


class Purpose(StrEnum):
    """Why a probe was run."""

    SURVEY = "survey"
    CONTROL = "control"
    SUBJECT = "subject"
    MIX = "mix"  # a mixture of subject and control levels
    CONFIRM = "confirm"  # the same setup once more
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Observation:
    """One probe, as observed. ``probe`` is its id in the run, ``#1`` and up.

    ``started_at`` is UTC, ISO 8601. ``hung_up`` is ``None`` when no call was opened.
    ``attempts`` counts the tries that transient failures made necessary. ``left_open`` says why
    calls could not be hung up, and is empty when all of them were. ``rules`` are those of the
    sandbox that answered. ``replayed``: it was played back, and nothing was sent.

    >>> from rtdoctor import Outcome, setup_from_yaml
    >>> from rtdoctor.domain.run import Purpose
    >>> not_run = Outcome.skipped("the budget is spent")
    >>> setup, now = setup_from_yaml("auth: none"), "2026-11-29T08:00:00Z"
    >>> probe = Observation("#7", setup, Purpose.SURVEY, not_run, now, duration_ms=0.0)
    >>> probe.number, probe.outcome.is_evidence
    (7, False)
    """

    probe: str
    setup: Setup
    purpose: Purpose
    outcome: Outcome
    started_at: str
    duration_ms: float
    stages: tuple[StageRecord, ...] = ()
    exchanges: tuple[HttpExchange, ...] = ()
    events: tuple[ServerEvent, ...] = ()
    connection: Connection | None = None
    token: TokenUse | None = None
    call_id: str | None = None
    hung_up: bool | None = None
    rules: tuple[SandboxRule, ...] = ()
    attempts: int = 1
    tokens_minted: int = 0
    sessions_opened: int = 0
    sessions_hung_up: int = 0
    replayed: bool = False
    left_open: str = ""

    @property
    def number(self) -> int:
        """The probe's id as a number, for ordering."""
        return int(self.probe.lstrip("#"))

    @property
    def sessions_left_open(self) -> int:
        """How many of its calls were not seen to end."""
        return max(0, self.sessions_opened - self.sessions_hung_up)


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """The service that was probed. ``era`` is set for the sandbox only."""

    name: str
    base_url: str
    era: str | None = None

    @property
    def is_sandbox(self) -> bool:
        return self.name == "sandbox"

    def url(self, path: str) -> str:
        """An absolute URL: ``path`` below the base, or ``path`` itself when it is a URL."""
        return path if "://" in path else self.base_url + "/" + path.lstrip("/")

    def describe(self) -> str:
        if self.is_sandbox:
            return f"the embedded sandbox, era {self.era} (not the real service)"
        return f"{self.name} at {self.base_url}"


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the run was made; nothing that names a person or a host."""

    rtdoctor: str
    python: str
    platform: str
    packages: tuple[tuple[str, str], ...] = ()
    proxy: bool = False
    ca_bundle: bool = False


@dataclass(frozen=True, slots=True)
class RunHeader:
    """The frame of a run. ``mode`` is ``survey`` or ``subject``; ``goal`` the depth that counts.

    ``plan`` holds a survey's setups in the order of their probe ids, so that an interrupted run
    can be taken up; ``subject`` the setup under diagnosis.
    """

    data_format: int
    run_id: str
    target: TargetInfo
    environment: Environment
    mode: str
    command: str
    started_at: str
    goal: Stage = Stage.SESSION
    planned: int = 0
    budget: int | None = None
    subject: Setup | None = None
    plan: tuple[Setup, ...] = ()

    @property
    def day(self) -> date | None:
        """The day on which the run began; ``None`` when that is not a date."""
        try:
            return date.fromisoformat(self.started_at[:10])
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the run cost."""

    planned: int
    probed: int
    implied: int
    skipped: int
    tokens_minted: int
    sessions_opened: int
    sessions_hung_up: int
    wall_ms: float
    sessions_left_open: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A header and its observations. ``finished`` is why it ended:
    ``complete``, ``interrupted``, ``crashed`` or ``budget``.

    ``cut_short`` are probes that an interruption stopped after they had minted a token or opened
    a call: they prove nothing and are kept for what they cost. ``page`` is set when the subject was
    a page that ran in a browser. ``finished_at`` is UTC, ISO 8601.

    >>> from rtdoctor import NewSurvey, run_check, serve_sandbox, setup_from_yaml
    >>> async with serve_sandbox() as sandbox:
    ...     run = (await run_check(NewSurvey(sandbox, (setup_from_yaml("auth: ephemeral"),)))).run
    >>> run.probe("#1").outcome.describe()
    'passed up to session'
    >>> run.ledger.sessions_opened, run.ledger.sessions_left_open
    (1, 0)
    """

    header: RunHeader
    observations: tuple[Observation, ...]
    finished: str = "complete"
    finished_at: str | None = None
    wall_ms: float = 0.0
    cut_short: tuple[Observation, ...] = ()
    page: PageResult | None = None

    def probe(self, probe_id: str) -> Observation:
        """The observation of this id; ``KeyError`` when there is none."""
        for observation in self.observations:
            if observation.probe == probe_id:
                return observation
        raise KeyError(probe_id)

    @property
    def ledger(self) -> Ledger:
        """The cost, counted from the observations and from what was cut short."""
        seen = self.observations
        # What was cut short proves nothing, and was paid for all the same.
        paid = (*seen, *self.cut_short)
        skipped = [o for o in seen if o.outcome.kind == "skipped"]
        implied = sum(o.outcome.because_of is not None for o in skipped)
        return Ledger(
            # A diagnosis does not know its number of probes beforehand.
            planned=max(self.header.planned, len(seen)),
            probed=len(seen) - len(skipped),
            implied=implied,
            skipped=len(skipped) - implied,
            tokens_minted=sum(o.tokens_minted for o in paid),
            sessions_opened=sum(o.sessions_opened for o in paid),
            sessions_hung_up=sum(o.sessions_hung_up for o in paid),
            wall_ms=self.wall_ms,
            sessions_left_open=sum(o.sessions_left_open for o in paid),
        )
