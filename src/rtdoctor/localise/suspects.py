"""What could explain the failures seen so far, and what does explain them.

A set of subject levels is a *suspect* while no point that contains it has passed; the minimal
suspects are what a search can still call a cause. A mixture may also fail for a reason the
subject does not have: a subject level clashes with a control level (a *trap*). Such a failure is
recognised by a pass above it: what passes with more of the subject in contains no cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from rtdoctor.domain.outcome import Stage
from rtdoctor.localise.answers import Answers
from rtdoctor.localise.space import Space, members


@dataclass(frozen=True, slots=True)
class Clash:
    """Points with the factor ``inside`` at the subject's and ``outside`` at the control's level.

    ``fails`` are the failures among them that it could explain: not those at a stage before one
    of the two is sent.
    """

    inside: int
    outside: int
    points: int
    fails: int


class Suspects:
    """Everything that follows from the answers about causes and traps; derived, never updated."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.space: Space = answers.space
        self._suspect = [self._may_fail(mask) for mask in range(self.space.subject + 1)]
        self.minimal = self._minimal()
        self._fails_by_stage: dict[Stage, int] = {}
        for signature, failing in answers.by_signature().items():
            stage = signature.stage
            self._fails_by_stage[stage] = self._fails_by_stage.get(stage, 0) | failing
        self.cleared_fails = 0  # failures that no cause of the subject can explain
        for mask in members(answers.fails):
            if not self.is_suspect(mask):
                self.cleared_fails |= 1 << mask
        self.clashes = self._live_clashes()
        # of the ambiguous ones, which is a trap is still open
        self.traps, self.ambiguous = self._find_traps()
        self.trapped = reduce(or_, (trap.points for trap in self.traps), 0)
        self.causes = tuple(s for s in self.minimal if self._accounts_for_a_failure(s))
        self.explained = self.trapped
        for cause in self.causes:
            self.explained |= self.space.above(cause)

    def is_suspect(self, mask: int) -> bool:
        """Whether every setup with these levels may fail: none has passed, and one exists."""
        return self._suspect[mask]

    def _may_fail(self, mask: int) -> bool:
        above = self.space.above(mask)
        return bool(above) and not above & self.answers.refuting

    def _minimal(self) -> tuple[int, ...]:
        """The minimal suspects, smallest first; factors that only move together count as one."""
        found: dict[int, int] = {}
        for mask in range(1, self.space.subject + 1):
            if self.is_suspect(mask) and not any(
                self.is_suspect(mask ^ bit) for bit in self.space.bits if bit & mask
            ):
                above = self.space.above(mask)
                found[above] = found.get(above, 0) | mask
        return tuple(sorted(found.values(), key=lambda m: (m.bit_count(), m)))

    def _live_clashes(self) -> tuple[Clash, ...]:
        """Every pair (subject level in, control level out) that no pass has refuted."""
        live = []
        by_signature = self.answers.by_signature().items()
        for inside in self.space.bits:
            for outside in self.space.bits:
                points = self.space.cube(inside, outside) if inside != outside else 0
                if points and not points & self.answers.refuting:
                    fails = 0
                    for signature, failing in by_signature:
                        if not (inside | outside) & ~self.space.sent_by(signature.stage):
                            fails |= failing & points
                    live.append(Clash(inside, outside, points, fails))
        return tuple(live)

    def _find_traps(self) -> tuple[tuple[Clash, ...], tuple[Clash, ...]]:
        """Explain the cleared failures by the fewest clashes; stop where two explain alike."""
        left = self.cleared_fails
        traps: tuple[Clash, ...] = ()
        while left:
            covers = [(clash.fails & left).bit_count() for clash in self.clashes]
            most = max(covers, default=0)
            if not most:
                break
            best = [c for c, n in zip(self.clashes, covers, strict=True) if n == most]
            if len(best) > 1:
                return traps, tuple(best)
            traps += (best[0],)
            left &= ~best[0].fails
        return traps, ()

    def _accounts_for_a_failure(self, suspect: int) -> bool:
        """Whether a failure outside all traps has this as its only suspect, and nothing in it
        can be left out without entering a trap."""
        clean = self.space.above(suspect) & ~self.trapped & ~self.answers.unknowable
        for mask in members(clean & self.answers.fails):
            smaller = clean & self.space.cube(suspect, self.space.subject & ~mask)
            if smaller == 1 << mask and not any(
                s & mask == s for s in self.minimal if s != suspect
            ):
                return True
        return False

    def clean(self, cause: int) -> int:
        """The points that contain this cause and nothing else that could make them fail.

        A failure at a stage cannot come from what is first sent after it: where a point was seen
        to fail, later causes and traps in it do not count.
        """
        points = self.space.above(cause) & ~self.trapped
        for other in self.causes:
            if other != cause:
                points &= ~self.space.above(other)
        for stage, failing in self._fails_by_stage.items():
            late = ~self.space.sent_by(stage)
            if cause & late:
                continue
            for trap in self.traps:
                if not (trap.inside | trap.outside) & late:
                    failing &= ~trap.points
            for other in self.causes:
                if other != cause and not other & late:
                    failing &= ~self.space.above(other)
            points |= failing & self.space.above(cause)
        return points
