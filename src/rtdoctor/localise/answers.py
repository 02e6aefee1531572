"""What the probes have said so far about the points of a space, and what follows for free."""

from __future__ import annotations

from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature
from rtdoctor.localise.space import Space, members


class Answers:
    """Outcomes by point. Only passes and failures are evidence; the rest is remembered as silence.

    Two inferences are made, both sound for a server that answers the same request alike: an
    answer to one point is an answer to every point with the same key, and a failure at a stage
    holds for every point that agrees on all factors sent by then. A point that answered
    differently when asked again is *flaky*: a pass it gave still refutes, nothing it gave proves.

    Sets of points are ``int`` bit sets, as in ``lattice``.
    """

    def __init__(self, space: Space, *, retries: int) -> None:
        self.space = space
        self.retries = retries
        self._heard: dict[int, list[Outcome]] = {}  # by the lowest point of a class
        self._silent: dict[int, int] = {}  # transient answers, same keys
        self.passes = 0
        self.fails = 0  # implied failures included
        self.asked = 0  # evidence of its own, not implied
        self.repeated = 0  # asked at least twice, and the answers agree
        self.flaky = 0
        self.refuting = 0  # a pass was seen here, flaky or not
        self.given_up = 0
        self._failures: list[tuple[int, Signature]] = []

    def copy(self) -> Answers:
        """An independent copy, to think ahead with."""
        twin = Answers(self.space, retries=self.retries)
        twin._heard = {k: list(v) for k, v in self._heard.items()}
        twin._silent = dict(self._silent)
        twin.given_up = self.given_up
        twin._settle()
        return twin

    def record(self, mask: int, outcome: Outcome | None) -> None:
        """Take in one answer; ``None`` means that there will never be one."""
        same = self.space.classes[mask]
        name = next(members(same))
        if outcome is not None and outcome.is_evidence:
            self._heard.setdefault(name, []).append(outcome)
            self._settle()
            return
        self._silent[name] = self._silent.get(name, 0) + 1
        transient = outcome is not None and outcome.kind is OutcomeKind.TRANSIENT
        if not transient or self._silent[name] > self.retries:
            self.given_up |= same

    def _settle(self) -> None:
        """Recompute everything from what was heard."""
        self.passes = self.fails = self.asked = self.repeated = self.flaky = self.refuting = 0
        self._failures = []
        for name, heard in self._heard.items():
            same = self.space.classes[name]
            self.asked |= same
            if any(o.is_pass for o in heard):
                self.refuting |= same
            if any((o.kind, o.signature) != (heard[0].kind, heard[0].signature) for o in heard):
                self.flaky |= same
                continue
            if len(heard) > 1:
                self.repeated |= same
            if heard[0].is_pass:
                self.passes |= same
            elif (signature := heard[0].signature) is not None:
                points = self.space.alike(name, signature.stage)
                self._failures.append((points, signature))
        # what was heard itself outranks what was implied
        for points, _ in self._failures:
            self.fails |= points
        self.fails &= ~(self.passes | self.flaky)

    @property
    def known(self) -> int:
        return self.passes | self.fails | self.flaky

    @property
    def unknowable(self) -> int:
        """Points that gave no answer, or not twice the same."""
        return self.given_up & ~self.known | self.flaky

    def times(self, mask: int) -> int:
        """How often this point was probed and gave evidence."""
        return len(self._heard.get(next(members(self.space.classes[mask])), ()))

    def is_repeated(self, mask: int) -> bool:
        """Whether this point was probed twice, and answered alike."""
        return bool(self.repeated >> mask & 1)

    def changed_their_answer(self) -> list[int]:
        """One point of every request that did not answer alike when asked again."""
        return [name for name in sorted(self._heard) if self.flaky >> name & 1]

    @property
    def askable(self) -> int:
        """Points that have no answer and may still get one."""
        return self.space.points & ~self.known & ~self.given_up

    def signature(self, mask: int) -> Signature | None:
        """The signature of a failing point, its own before an implied one."""
        implied = None
        for points, signature in self._failures:
            if points >> mask & 1:
                heard = self._heard.get(next(members(self.space.classes[mask])))
                if heard:
                    return heard[0].signature
                implied = implied or signature
        return implied

    def by_signature(self) -> dict[Signature, int]:
        """The failing points of each signature."""
        table: dict[Signature, int] = {}
        for points, signature in self._failures:
            table[signature] = table.get(signature, 0) | points & self.fails
        return table
