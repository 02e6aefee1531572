"""What could explain the failures seen so far, and what does explain them.

A *cause* is a minimal set of levels of the subject with which every mixture fails: a minimal
failure-causing schema, restricted to the subject's levels. A *suspect* is a set of levels that may
still hold one: no point that contains it has passed.

A mixture may also fail for a reason that the subject does not have, when a level of the subject
clashes with a level of the control (a *trap*: two dialects in one request). MARCO and ddmin take
failing to be monotone, and would blame the subject for it. Such a failure is recognised by a pass
above it: what passes with more of the subject in it contains no cause.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.outcome import Stage
from rtdoctor.localise.point_answers import PointAnswers
from rtdoctor.localise.points import NO_POINTS, Mask, PointSet, small_first, union
from rtdoctor.localise.space import Space


@dataclass(frozen=True, slots=True)
class Clash:
    """Points with the factor ``inside`` at the subject's and ``outside`` at the control's level.

    ``fails`` are the failures among them that it could explain: not those at a stage before one
    of the two is sent.
    """

    inside: Mask
    outside: Mask
    points: PointSet
    fails: PointSet


class Suspects:
    """Everything that follows from the answers about causes and traps; derived, never updated."""

    def __init__(self, answers: PointAnswers) -> None:
        self.answers = answers
        self.space: Space = answers.space
        # A pass refutes every set of levels that it contains, and keeps doing so when the same
        # request fails later: a cause has to fail every time.
        passed = self.space.below(answers.refuting)
        self.sets = self.space.below(self.space.points) - passed
        self.minimal = self._minimal()
        self._fails_by_stage: dict[Stage, PointSet] = {}
        by_signature = answers.by_signature()
        for signature, failing in by_signature.items():
            seen = self._fails_by_stage.get(signature.stage, NO_POINTS)
            self._fails_by_stage[signature.stage] = seen | failing
        # A pass above a failure clears the subject of it: had the failing point held a cause,
        # the passing one would hold it too. Only a level of the control can be at fault.
        self.cleared_fails = answers.fails & passed
        self.clashes = self._live_clashes()
        # of the ambiguous ones, which is a trap is still open
        self.traps, self.ambiguous = self._find_traps()
        self.trapped = union(trap.points for trap in self.traps)
        self.causes = tuple(s for s in self.minimal if self._accounts_for_a_failure(s))
        self.explained = self.trapped | union(self.space.above(cause) for cause in self.causes)
        self._clean: dict[Mask, PointSet] = {}

    def _minimal(self) -> tuple[Mask, ...]:
        """The minimal suspects, smallest first; factors that only move together count as one."""
        found: dict[PointSet, Mask] = {}
        for mask in self.space.minimal(self.sets):
            if mask != self.space.control:
                # Levels that are in the same sendable points cannot be told apart by any probe.
                above = self.space.above(mask)
                found[above] = found.get(above, 0) | mask
        return tuple(sorted(found.values(), key=small_first))

    def _live_clashes(self) -> tuple[Clash, ...]:
        """Every pair (subject level in, control level out) that no pass has refuted."""
        space = self.space
        live = []
        for inside, outside, points in space.pairs:
            if points.meets(self.answers.refuting):
                continue
            both = inside | outside
            # Before the later of the two is sent, the service cannot have seen them clash.
            fails = union(
                failing & points
                for stage, failing in self._fails_by_stage.items()
                if not both & ~space.sent_by(stage)
            )
            live.append(Clash(inside, outside, points, fails))
        return tuple(live)

    def _find_traps(self) -> tuple[tuple[Clash, ...], tuple[Clash, ...]]:
        """Explain the cleared failures by the fewest clashes; stop where two explain alike.

        The traps are a set cover, taken greedily: the clash that explains most comes first. That
        is safe, because a trap is never part of a claimed cause. It only takes points away from
        those on which a claim may rest, and a claim still needs a failure and passes of its own
        outside. A wrong choice costs probes, or leaves a factor unresolved.
        """
        left = self.cleared_fails
        traps: tuple[Clash, ...] = ()
        while left:
            covers = [len(clash.fails & left) for clash in self.clashes]
            most = max(covers, default=0)
            if not most:
                break
            best = [c for c, n in zip(self.clashes, covers, strict=True) if n == most]
            if len(best) > 1:
                return traps, tuple(best)
            traps += (best[0],)
            left -= best[0].fails
        return traps, ()

    def _accounts_for_a_failure(self, suspect: Mask) -> bool:
        """Whether a failure outside all traps has this as its only suspect, and nothing in it
        can be left out without entering a trap."""
        clean = self.space.above(suspect) - self.trapped - self.answers.unknowable
        for mask in clean & self.answers.fails:
            # A smaller clean point with this suspect is the better witness, so it is asked first.
            smaller = clean & self.space.cube(suspect, self.space.subject & ~mask)
            if len(smaller) == 1 and not any(s & mask == s for s in self.minimal if s != suspect):
                return True
        return False

    def clean(self, cause: Mask) -> PointSet:
        """The points that contain this cause and nothing else that could make them fail.

        Only there does a failure speak about this cause alone: no trap and no other cause that
        was found is in them, or what is there was sent after the stage at which they failed.
        """
        if cause not in self._clean:
            self._clean[cause] = self._without_other_reasons(cause)
        return self._clean[cause]

    def _without_other_reasons(self, cause: Mask) -> PointSet:
        others = [other for other in self.causes if other != cause]
        contexts = self.space.above(cause)
        points = contexts - self.trapped - union(self.space.above(other) for other in others)
        for stage, failing in self._fails_by_stage.items():
            late = ~self.space.sent_by(stage)
            if cause & late:
                continue
            # Here a failure was seen, at a stage that came before some of the other reasons
            # were sent: those cannot have made it.
            early = [trap.points for trap in self.traps if not (trap.inside | trap.outside) & late]
            early += [self.space.above(other) for other in others if not other & late]
            points |= (failing & contexts) - union(early)
        return points

    def isolating(self, cause: Mask) -> Mask:
        """The smallest failure that holds this cause and nothing else known, a probed one first."""
        failing = self.clean(cause) & self.answers.fails
        return (failing & self.answers.asked or failing).smallest
