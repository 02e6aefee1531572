"""What stands in the way of any setup: the key, the quota, the region, the network."""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.diagnose.facts import OBSTACLES, facts
from rtdoctor.domain.finding import Fact
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation


def obstacle(observations: Sequence[Observation]) -> Fact | None:
    """The fact about the key, the quota, the region or the network that most probes show.

    ``None`` when something passed, or when most probes show none: then it is not what stands in
    the way.
    """
    asked = [o for o in observations if o.outcome.kind is not OutcomeKind.SKIPPED]
    if any(o.outcome.is_pass for o in asked):
        return None
    found = [f for f in facts(observations) if f.kind in OBSTACLES]
    most = max(found, key=lambda f: len(f.probes), default=None)
    return most if most is not None and 2 * len(most.probes) > len(asked) else None


def nothing_helps(observations: Sequence[Observation]) -> bool:
    """Whether every probe so far met the same obstacle, so that no setup will do better."""
    asked = [o for o in observations if o.outcome.kind is not OutcomeKind.SKIPPED]
    if asked and all(o.outcome.kind is OutcomeKind.TRANSIENT for o in asked):
        return True
    met = obstacle(observations)
    return met is not None and len(met.probes) == len(asked)
