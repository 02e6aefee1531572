"""Answering a diagnosis from observations that were made before: no probe is run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from rtdoctor.diagnose.conversation import Conversation
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import Setup


class Answering:
    """Recorded observations by setup, each given out once, in the order they were asked for."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._left: dict[Setup, deque[Observation]] = {}
        for observation in observations:
            key = observation.setup.as_sent()
            self._left.setdefault(key, deque()).append(observation)

    def take(self, setup: Setup) -> Observation | None:
        """The next recorded observation of this setup; ``None`` when there is none left."""
        left = self._left.get(setup.as_sent())
        return left.popleft() if left else None


def replay(conversation: Conversation, observations: Iterable[Observation]) -> Diagnosis:
    """The diagnosis that these observations support; what they lack counts as never known."""
    answering = Answering(observations)
    try:
        asks = next(conversation)
        while True:
            asks = conversation.send([answering.take(ask.setup) for ask in asks])
    except StopIteration as end:
        diagnosis: Diagnosis = end.value
        return diagnosis
