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

    >>> service = Target.at("http://127.0.0.1:8000", key="sk-local-0123456789")
    >>> task = NewSurvey(service, setups=(setup_from_yaml("auth: api_key"),), budget=10)
    >>> task.journal is None, task.command
    (True, 'rtdoctor.run_check')
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

    >>> from rtdoctor import run_check, serve_sandbox
    >>> async with serve_sandbox(era="ga-only") as sandbox:
    ...     subject = setup_from_yaml("call_endpoint: {path: /v1/realtime}")
    ...     finished = await run_check(NewDiagnosis(subject, sandbox))
    >>> [cause] = finished.diagnosis.causes
    >>> cause.is_proved, cause.signature.code
    (True, 'beta_api_shape_disabled')
    >>> finished.diagnosis.repairs[0].changes
    (Change(factor='call_endpoint', old='realtime', new='calls'),)
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

    >>> from pathlib import Path
    >>> Resume(Path("run.ndjson"), base_url="https://realtime.example").key is None
    True
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

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from rtdoctor import run_check, serve_sandbox
    >>> with TemporaryDirectory() as folder:
    ...     kept = Path(folder, "recording")
    ...     async with serve_sandbox() as sandbox:
    ...         setups = (setup_from_yaml("auth: none"),)
    ...         live = await run_check(NewSurvey(sandbox, setups, record=kept))
    ...     again = await run_check(Replay(kept))
    >>> again.diagnosis == live.diagnosis, again.run.observations[0].replayed
    (True, True)
    """

    recording: Path


Task = NewSurvey | NewDiagnosis | Resume | Replay
