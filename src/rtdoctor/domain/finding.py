"""What a run shows, with the probes that prove it.

The words follow anchors of fault localisation: a factor is *necessary* when a failing and a
passing probe differ only in it; a *cause* is a set of levels that fail together, each necessary;
*ruled out*, *unresolved* and *pending* name what is left. *Likely* is knowledge without a probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.setup import Setup


class Verdict(StrEnum):
    """The one-word result of a diagnosis; each has one exit code.

    >>> Verdict("explained") is Verdict.EXPLAINED
    True
    """

    WORKS = "works"
    EXPLAINED = "explained"  # the failure was reproduced and has at least one proved cause
    REPRODUCED = "reproduced"  # it fails every time, but no cause could be proved
    CANNOT_TEST = "cannot_test"
    INCONCLUSIVE = "inconclusive"
    SURVEYED = "surveyed"  # no subject: the matrix is the result


@dataclass(frozen=True, slots=True)
class Change:
    """One factor moved from one level to another (level names)."""

    factor: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A failing and a passing probe that differ in exactly these coupled factors.

    ``factors`` has one member, or two when a body cannot be separated from its endpoint.
    ``repeated`` says both probes were run again and agreed.
    """

    factors: tuple[str, ...]
    failing: str
    passing: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Blamed:
    """A level that is part of a cause."""

    factor: str
    level: str


@dataclass(frozen=True, slots=True)
class BlamedPlace:
    """A place inside a blamed factor, ``mint.body/session/audio/output/voice``.

    ``value`` is what stands there where it fails and ``instead`` what the passing probe has, as
    JSON; ``None`` where nothing does. What may be a key is not repeated, such as a header's value.
    The probes of the witness differ in this place alone.
    """

    place: str
    value: str | None
    instead: str | None
    witness: Witness


@dataclass(frozen=True, slots=True)
class BlamedPlaces:
    """Places of one factor that fail together, with this signature, each of them needed.

    ``only_repaired`` are places that had to be as in the passing probe for it to be seen.
    """

    factor: str
    places: tuple[BlamedPlace, ...]
    signature: Signature
    only_repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotNarrowed:
    """A blamed factor of which not every place to blame could be told, and why."""

    factor: str
    why: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A minimal failing interaction, every member with its witness pair.

    ``contexts_failed`` of ``contexts_tried`` probes that contain all the levels failed;
    ``contexts_possible`` is how many such setups the search space holds.
    ``hidden_behind`` are the indices of causes that mask this one until they are repaired.
    ``knowledge`` are ids of entries that explain it, best first.
    ``inside`` are the places in its factors to which it was narrowed, ``not_narrowed`` the factors
    of which some place may be missing there.
    """

    levels: tuple[Blamed, ...]
    signature: Signature
    witnesses: tuple[Witness, ...]
    failing_probes: tuple[str, ...]
    contexts_tried: int
    contexts_failed: int
    contexts_possible: int
    hidden_behind: tuple[int, ...] = ()
    knowledge: tuple[str, ...] = ()
    inside: tuple[BlamedPlaces, ...] = ()
    not_narrowed: tuple[NotNarrowed, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether every factor is necessary: both probes of each pair ran again, alike."""
        return bool(self.witnesses) and all(witness.repeated for witness in self.witnesses)


@dataclass(frozen=True, slots=True)
class Repair:
    """A passing setup near the subject, itself probed.

    ``cost`` is the edit cost, ``keeps_purpose`` whether a transcription stays a transcription,
    ``leaks_key`` whether it would put the API key where users can read it.
    """

    setup: Setup
    changes: tuple[Change, ...]
    probes: tuple[str, ...]
    cost: int
    keeps_purpose: bool = True
    leaks_key: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A factor that does not matter here: the same failure with it changed."""

    factor: str
    probes: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A factor that could not be separated from a cause."""

    factor: str
    why: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the key, the network or the tool's own view, with its probes.

    ``kind`` is one of ``key``, ``quota``, ``region``, ``network``, ``connection``, ``flaky``,
    ``hygiene``, ``retirement``. ``network`` stands in the way of every test; ``connection`` is a
    fault of some calls beside which others may well connect; ``retirement`` is a day on which the
    service gives up something that is in use.
    """

    kind: str
    text: str
    probes: tuple[str, ...] = ()
    knowledge: str | None = None


@dataclass(frozen=True, slots=True)
class Lint:
    """Something seen in the subject without any probe: at most *likely*."""

    factor: str
    text: str
    knowledge: str | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A probe that contradicts a knowledge entry: the entry is stale, or the sandbox differs."""

    knowledge: str
    probe: str
    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A survey's explanation: every failing cell that contains these levels failed alike."""

    levels: tuple[Blamed, ...]
    signature: Signature
    failing: tuple[str, ...]
    passing_neighbours: tuple[Witness, ...]
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the service, as often as it came.

    ``text`` says in wire words what was asked and what came:
    ``POST /v1/realtime/sessions: 404 Invalid URL (POST /v1/realtime/sessions)``. ``place`` is the
    place in the request that the error names (``session.type in the token request``), or empty.
    """

    text: str
    probes: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One and the same setup with two or more different answers in this run."""

    answers: tuple[Answered, ...]

    @property
    def probes(self) -> tuple[str, ...]:
        return tuple(probe for answer in self.answers for probe in answer.probes)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A level that seems to matter, with a failing and a passing setup: likely, not proved.

    Made where the failure is of a transient kind (5xx, time-out, dropped connection) but came
    every time, beside a neighbour that passed every time.
    """

    levels: tuple[Blamed, ...]
    answer: str
    failing: tuple[str, ...]
    passing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A change that was probed as a smaller or cheaper repair and did not help."""

    changes: tuple[Change, ...]
    probe: str
    answer: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole result; a pure function of a run and of the knowledge.

    ``sentence`` is the verdict in words and holds only what the run saw. ``answers`` is what the
    subject itself got. ``control_found`` says in words what passed beside the failure, and
    ``next_step`` what to do now, with a command where there is one. ``tried`` are the changes
    that were probed as cheaper repairs and refused. Probes are named by their ids in the run.

    ``causes`` and ``repairs`` are proved by probes; ``suspicions`` and ``likely`` are not.
    ``ruled_out`` are factors whose change left the failure as it was, ``unresolved`` those that
    could not be told apart, ``pending`` is how many questions the budget left open.

    >>> from rtdoctor import NewSurvey, run_check, serve_sandbox, setup_from_yaml
    >>> async with serve_sandbox() as sandbox:
    ...     finished = await run_check(NewSurvey(sandbox, (setup_from_yaml("auth: ephemeral"),)))
    >>> finished.diagnosis.verdict.value, finished.diagnosis.causes
    ('surveyed', ())
    """

    verdict: Verdict
    sentence: str
    answers: tuple[Answered, ...] = ()
    control_found: str = ""
    next_step: str = ""
    contradictions: tuple[Contradiction, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    tried: tuple[Tried, ...] = ()
    control: str | None = None  # probe id of the control
    subject_probes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    repairs: tuple[Repair, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    pending: int = 0
    likely: tuple[Lint, ...] = ()
    facts: tuple[Fact, ...] = ()
    drift: tuple[Drift, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    assumptions: tuple[str, ...] = ()
    does_not_prove: tuple[str, ...] = ()
