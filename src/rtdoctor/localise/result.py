"""What a localisation found. Every word is used only with the evidence it demands."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.outcome import Signature
from rtdoctor.localise.space import Point


@dataclass(frozen=True, slots=True)
class WitnessPair:
    """A failing and a passing probe that differ in exactly these factors.

    ``factors`` has several members only where validity keeps one from moving alone.
    ``repeated`` says both were asked twice and agreed: without it, do not say *necessary*.
    """

    factors: Point
    failing: Point
    passing: Point
    repeated: bool


@dataclass(frozen=True, slots=True)
class FoundCause:
    """Subject levels that fail together, none of them dispensable; no counter-example was seen.

    ``isolating`` is the smallest probed failure that holds no other cause and no trap;
    ``signature`` is that failure's. ``failing`` are all probed points that contain the cause; of
    ``contexts_possible`` requests that contain it, ``contexts_tried`` were probed and
    ``contexts_failed`` failed. ``hidden_behind`` are indices of causes whose failure was seen
    instead of this one's wherever both were present. ``only_repaired`` are factors that had to be
    at the control's level for this failure to be seen at all, because at the subject's they are a
    cause of their own: whether this one fails alone or together with those control levels, no
    probe can tell.
    """

    factors: Point
    signature: Signature
    witnesses: tuple[WitnessPair, ...]
    isolating: Point
    failing: tuple[Point, ...]
    contexts_tried: int
    contexts_failed: int
    contexts_possible: int
    hidden_behind: tuple[int, ...] = ()
    only_repaired: Point = frozenset()


@dataclass(frozen=True, slots=True)
class FoundRepair:
    """A probed, passing point near the subject; ``edits`` go to the control's level.

    ``tried`` cheaper requests were probed and failed. ``minimal`` says that no cheaper point is
    left that could pass: each failed, or holds a cause that was found.
    """

    point: Point
    edits: Point
    cost: int
    minimal: bool
    tried: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class KnownTrap:
    """Mixtures with ``inside`` at the subject's and ``outside`` at the control's level fail.

    The subject does not contain this: it is no cause, but a repair must not walk into it.
    ``proved`` when a pass with only ``inside`` moved and one with only ``outside`` moved stand
    beside a failure; otherwise it is merely the one clash that explains all failures left over.
    """

    inside: str
    outside: str
    signature: Signature
    failing: tuple[Point, ...]
    passing: tuple[Point, ...]
    proved: bool


@dataclass(frozen=True, slots=True)
class FactorRuledOut:
    """A factor in no cause: the same failure with it at either level, or it is sent too late.

    ``points`` are probed failures of every cause, with the factor at one level and the other.
    """

    factor: str
    points: tuple[Point, ...]
    why: str


@dataclass(frozen=True, slots=True)
class FactorUnresolved:
    """A factor that could be neither blamed nor ruled out, and why."""

    factor: str
    why: str


@dataclass(frozen=True, slots=True)
class Localisation:
    """The result; a pure function of the answers.

    ``reproduced`` is false when the subject did not fail, ``controlled`` when the control did not
    pass: no cause is claimed then. ``inconclusive`` when a point changed its answer (``flaky``)
    or the subject gave none. ``pending`` counts untested interactions of at most two levels, of
    the subject or the control. ``exhaustive`` when every possible request has an answer.
    ``probes`` counts the answers that were asked for, repeats included.
    """

    reproduced: bool
    controlled: bool
    inconclusive: bool
    causes: tuple[FoundCause, ...] = ()
    repairs: tuple[FoundRepair, ...] = ()
    traps: tuple[KnownTrap, ...] = ()
    ruled_out: tuple[FactorRuledOut, ...] = ()
    unresolved: tuple[FactorUnresolved, ...] = ()
    flaky: tuple[Point, ...] = ()
    pending: int = 0
    exhaustive: bool = False
    probes: int = 0
    budget_ended: bool = False
