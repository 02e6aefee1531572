"""What the probes have said so far about the points of a space, and what follows for free."""

from __future__ import annotations

from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature
from rtdoctor.localise.points import NO_POINTS, Mask, PointSet, union
from rtdoctor.localise.space import Space


class PointAnswers:
    """Outcomes by point. Only passes and failures are evidence; the rest is remembered as silence.

    Two inferences are made, both sound for a server that answers the same request alike: an
    answer to one point is an answer to every point with the same key, and a failure at a stage
    holds for every point that agrees on all factors sent by then. A point that answered
    differently when asked again is *flaky*: a pass it gave still refutes, nothing it gave proves.
    """

    def __init__(self, space: Space, *, retries: int) -> None:
        self.space = space
        self.retries = retries
        self._heard: dict[Mask, list[Outcome]] = {}  # by the lowest point of a class
        self._silent: dict[Mask, int] = {}  # transient answers, same keys
        self._failures: list[tuple[PointSet, Signature]] = []
        self.passes = NO_POINTS
        self.fails = NO_POINTS  # implied failures included
        self.asked = NO_POINTS  # evidence of its own, not implied
        self.repeated = NO_POINTS  # asked at least twice, and the answers agree
        self.flaky = NO_POINTS
        self.refuting = NO_POINTS  # a pass was seen here, flaky or not
        self.given_up = NO_POINTS

    def copy(self) -> PointAnswers:
        """An independent copy, to think ahead with."""
        twin = PointAnswers(self.space, retries=self.retries)
        twin._heard = {k: list(v) for k, v in self._heard.items()}
        twin._silent = dict(self._silent)
        twin.given_up = self.given_up
        twin._settle()
        return twin

    def record(self, mask: Mask, outcome: Outcome | None) -> None:
        """Take in one answer; ``None`` means that there will never be one."""
        same = self.space.classes[mask]
        name = same.first
        if outcome is not None and outcome.is_evidence:
            self._heard.setdefault(name, []).append(outcome)
            self._settle()
            return
        # Silence says nothing about the setup. It only decides whether to ask again.
        self._silent[name] = self._silent.get(name, 0) + 1
        transient = outcome is not None and outcome.kind is OutcomeKind.TRANSIENT
        if not transient or self._silent[name] > self.retries:
            self.given_up |= same

    def _settle(self) -> None:
        """Recompute everything from what was heard."""
        # From the whole record each time, so that the order of the answers cannot matter.
        passes, asked, repeated, flaky, refuting = [], [], [], [], []
        self._failures = []
        for name, heard in self._heard.items():
            same = self.space.classes[name]
            asked.append(same)
            if any(o.is_pass for o in heard):
                refuting.append(same)
            if any((o.kind, o.signature) != (heard[0].kind, heard[0].signature) for o in heard):
                flaky.append(same)
                continue
            if len(heard) > 1:
                repeated.append(same)
            if heard[0].is_pass:
                passes.append(same)
            elif (signature := heard[0].signature) is not None:
                self._failures.append((self.space.alike(name, signature.stage), signature))
        self.passes, self.asked, self.repeated = union(passes), union(asked), union(repeated)
        self.flaky, self.refuting = union(flaky), union(refuting)
        # A service that remembers earlier requests breaks both inferences. What a point answered
        # itself therefore outranks what was implied about it.
        self.fails = union(points for points, _ in self._failures) - self.passes - self.flaky

    @property
    def known(self) -> PointSet:
        return self.passes | self.fails | self.flaky

    @property
    def unknowable(self) -> PointSet:
        """Points that gave no answer, or not twice the same."""
        return self.given_up - self.known | self.flaky

    @property
    def askable(self) -> PointSet:
        """Points that have no answer and may still get one."""
        return self.space.points - self.known - self.given_up

    @property
    def comparable(self) -> bool:
        """Whether the subject fails and the control passes, every time they were asked."""
        return self.space.subject in self.fails and self.space.control in self.passes

    def times(self, mask: Mask) -> int:
        """How often this point was probed and gave evidence."""
        return len(self._heard.get(self.space.classes[mask].first, ()))

    def changed_their_answer(self) -> list[Mask]:
        """One point of every request that did not answer alike when asked again."""
        return [name for name in sorted(self._heard) if name in self.flaky]

    def signature(self, mask: Mask) -> Signature | None:
        """The signature of a failing point, its own before an implied one."""
        implied = None
        for points, signature in self._failures:
            if mask in points:
                heard = self._heard.get(self.space.classes[mask].first)
                if heard:
                    return heard[0].signature
                implied = implied or signature
        return implied

    def by_signature(self) -> dict[Signature, PointSet]:
        """The failing points of each signature."""
        table: dict[Signature, PointSet] = {}
        for points, signature in self._failures:
            table[signature] = table.get(signature, NO_POINTS) | points & self.fails
        return table
