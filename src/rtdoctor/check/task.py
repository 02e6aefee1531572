"""What a check is to do: begin a survey or a diagnosis, go on with a run, or play one back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox
from rtdoctor.targets.target import Target

JournalPlace = Path | Literal["default"] | None
"""Where a new run is kept as it happens. ``"default"`` is the folder that the command line uses,
``$XDG_STATE_HOME/rtdoctor/runs``; ``None`` keeps no journal."""

_CALLER = "rtdoctor.run_check"


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """Find out what works with this key, here and now.

    ``setups`` are probed once each, at most ``budget`` of them; without them it is the default
    survey of probes.yaml, about fifty. Every probe mints a token of its own, and a call that opens
    is hung up at once.

    ``journal`` says where the run is kept as it happens, ``record`` is a new folder for its HTTP
    exchanges, which ``Replay`` plays back. ``command`` is how reports say the run was begun.
    """

    target: Target | EmbeddedSandbox
    setups: tuple[Setup, ...] | None = None
    budget: int | None = None
    journal: JournalPlace = None
    record: Path | None = None
    command: str = _CALLER


@dataclass(frozen=True, slots=True)
class NewDiagnosis:
    """Find out why ``subject`` is refused at ``target``, and what would work instead.

    At most ``budget`` probes are run, 80 unless it is given. The other fields are as in
    ``NewSurvey``.
    """

    subject: Setup
    target: Target | EmbeddedSandbox
    budget: int | None = None
    journal: JournalPlace = None
    record: Path | None = None
    command: str = _CALLER


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the run in a ``journal`` that an interruption cut off, and append to it.

    A run on the embedded sandbox goes on there, with ``rules`` if they are given. Any other goes on
    at the service that it probed, with ``key`` or the environment's ``OPENAI_API_KEY``. A stranger
    may have written the journal, so ``base_url`` has to name a service that is not OpenAI's, also
    one on this machine.
    """

    journal: Path
    key: Secret | None = None
    base_url: str | None = None
    rules: Path | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """Repeat the check that was recorded to a folder (``record``); nothing is sent anywhere.

    What no HTTP exchange shows, from ICE on, is taken from the recorded observations, and each
    observation says that it was ``replayed``.
    """

    recording: Path


Task = NewSurvey | NewDiagnosis | Resume | Replay
