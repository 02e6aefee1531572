"""Every observation goes through here: cleaned, journalled, then shown to whoever listens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from rtdoctor.domain.run import Observation, Run, RunHeader
from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.redactor import Redactor

Listener = Callable[[Observation], None]


class Journal(Protocol):
    """Where observations are kept as they happen."""

    def append(self, observation: Observation) -> Observation:
        """Clean and keep an observation; returns it cleaned."""
        ...

    def cut_short(self, observation: Observation) -> Observation:
        """As ``append``, for a probe that an interruption stopped."""
        ...

    def end(self, finished: str, wall_ms: float) -> None: ...


class Recorder:
    """Collects the observations of one run. What it holds and hands out is already redacted."""

    def __init__(
        self,
        header: RunHeader,
        redactor: Redactor,
        journal: Journal | None = None,
        listener: Listener | None = None,
        earlier: Sequence[Observation] = (),
        cut_short: Sequence[Observation] = (),
    ) -> None:
        self.header = header
        self._redactor = redactor
        self._journal = journal
        self._listener = listener
        self._observations = list(earlier)
        self._cut_short = list(cut_short)
        self._begun = time.perf_counter()

    def register(self, secret: Secret) -> None:
        """A secret became known: from now on it cannot be recorded."""
        self._redactor.add(secret)

    def record(self, observation: Observation) -> Observation:
        """Keep an observation; returns it as the rest of the program may see it."""
        if self._journal is not None:
            # Written before anybody hears of it: what is shown is on disk.
            clean = self._journal.append(observation)
        else:
            clean = self._redactor.clean(observation)
        self._observations.append(clean)
        if self._listener is not None:
            self._listener(clean)
        return clean

    def record_cut_short(self, observation: Observation) -> None:
        """Keep what an interrupted probe has cost; it is no observation to judge by."""
        if self._journal is not None:
            clean = self._journal.cut_short(observation)
        else:
            clean = self._redactor.clean(observation)
        self._cut_short.append(clean)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What was observed so far, by probe number."""
        return tuple(sorted(self._observations, key=lambda o: o.number))

    def run(self, finished: str = "complete") -> Run:
        """The run as it stands."""
        return Run(
            header=self.header,
            observations=self.observations,
            finished=finished,
            finished_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            wall_ms=self.wall_ms,
            cut_short=tuple(self._cut_short),
        )

    def end(self, finished: str) -> Run:
        """Close the journal and return the run. ``finished`` as in ``Run.finished``."""
        run = self.run(finished)
        if self._journal is not None:
            self._journal.end(finished, run.wall_ms)
        return run

    @property
    def wall_ms(self) -> float:
        return round((time.perf_counter() - self._begun) * 1000, 1)
