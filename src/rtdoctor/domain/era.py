"""The eras of the Realtime API, as the recorded facts date them."""

from __future__ import annotations

from enum import StrEnum


class Era(StrEnum):
    """beta until 2025-08-28; coexist until 2026-05-12; ga-only since; single-use since 2026-07-31.

    single-use lies inside ga-only: what holds in ga-only holds in single-use too.
    """

    BETA = "beta"
    COEXIST = "coexist"
    GA_ONLY = "ga-only"
    SINGLE_USE = "single-use"

    @property
    def includes(self) -> frozenset[Era]:
        """The eras whose entries apply in this one."""
        inside = {Era.SINGLE_USE: frozenset({Era.SINGLE_USE, Era.GA_ONLY})}
        return inside.get(self, frozenset({self}))


ERAS = tuple(era.value for era in Era)
TODAY = Era.SINGLE_USE
"""The era of the real service as of the recorded facts (2026-11-22)."""
