"""What is known of the choices inside of one level, and asking for what is not."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

from rtdoctor.domain.outcome import Outcome, Signature
from rtdoctor.localise.inner_cause import Choice

Asking = Generator[Choice, Outcome | None, Outcome | None]
Judging = Generator[Choice, Outcome | None, bool]


@dataclass(slots=True)
class InnerAnswers:
    """The answers so far, and how many more may be asked for."""

    everything: Choice
    signature: Signature
    budget: int
    objects: Sequence[Choice]
    missing: Sequence[Choice]
    known: dict[Choice, Outcome | None] = field(default_factory=dict)
    used: int = 0

    def ask(self, choice: Choice) -> Asking:
        """The outcome of a choice; ``None`` when there is none to be had."""
        if choice not in self.known:
            if self.used >= self.budget:
                return None
            self.used += 1
            self.known[choice] = yield choice
        return self.known[choice]

    def fails_with(self, choice: Choice, signature: Signature) -> Judging:
        return is_failure(signature, (yield from self.ask(choice)))

    def passes(self, choice: Choice) -> Judging:
        outcome = yield from self.ask(choice)
        return outcome is not None and outcome.is_pass

    def innermost_object(self, places: Choice) -> Choice | None:
        """The smallest object with these places that only the failing level has."""
        return min((o for o in self.objects if places <= o), key=len, default=None)


def is_failure(signature: Signature, outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.is_fail and outcome.signature == signature


def union(choices: Iterable[Choice]) -> Choice:
    return frozenset(place for choice in choices for place in choice)
