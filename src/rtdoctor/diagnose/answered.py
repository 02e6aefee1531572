"""The different answers that one setup got, as a finding."""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.diagnose.place import place_of
from rtdoctor.domain.finding import Answered
from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.run import Observation
from rtdoctor.wording.answers import describe


def answers(observations: Iterable[Observation], goal: Stage) -> tuple[Answered, ...]:
    """The different answers among observations of one setup, the most frequent first."""
    found: dict[str, list[Observation]] = {}
    for observation in observations:
        text = describe(observation.setup, observation.outcome.judged(goal))
        found.setdefault(text, []).append(observation)
    # The sort is stable: of equally frequent answers the first one seen comes first.
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(
        Answered(text, tuple(o.probe for o in seen), _place(seen[0])) for text, seen in ordered
    )


def _place(observation: Observation) -> str:
    signature = observation.outcome.signature
    return place_of(signature, observation.setup) if signature is not None else ""
