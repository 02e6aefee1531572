"""What stands in the way of any setup: the key, the quota, the region, the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rtdoctor.diagnose.facts import OBSTACLES, facts
from rtdoctor.domain.finding import Fact
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation


def sent(observations: Iterable[Observation]) -> list[Observation]:
    """The probes that were sent; a skipped one shows nothing of the service."""
    return [o for o in observations if o.outcome.kind is not OutcomeKind.SKIPPED]


def obstacle(observations: Sequence[Observation]) -> Fact | None:
    """The fact about the key, the quota, the region or the network that most probes show.

    ``None`` when something passed, or when most probes show none: then it is not what stands in
    the way.
    """
    asked = sent(observations)
    if any(o.outcome.is_pass for o in asked):
        return None
    found = [f for f in facts(observations) if f.kind in OBSTACLES]
    most = max(found, key=lambda f: len(f.probes), default=None)
    return most if most is not None and 2 * len(most.probes) > len(asked) else None


def nothing_helps(observations: Sequence[Observation]) -> bool:
    """Whether most probes so far met what no setup can help, so that others will do no better."""
    asked = sent(observations)
    if any(o.outcome.is_pass for o in asked):
        return False
    transient = sum(o.outcome.kind is OutcomeKind.TRANSIENT for o in asked)
    return 2 * transient > len(asked) or obstacle(observations) is not None
