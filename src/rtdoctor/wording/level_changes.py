"""Changes and blamed levels in words, by what they put on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.domain.finding import Blamed, Change
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.wording.levels import level_text
from rtdoctor.wording.outcomes import factor_name

_FACTORS = {factor.value: factor for factor in Factor}


def changes(moved: Sequence[Change], old: Setup, new: Setup) -> str:
    """``query of the call: ?model=gpt-4o-transcribe → ?intent=transcription``."""
    return "; ".join(_change(change, old, new) for change in moved)


def _change(change: Change, old: Setup, new: Setup) -> str:
    before, after = sides(change, old, new)
    return f"{factor_name(change.factor)}: {before} → {after}"


def sides(change: Change, old: Setup, new: Setup) -> tuple[str, str]:
    """What a change takes away and what it puts there."""
    factor = _FACTORS.get(change.factor)
    # two bodies may have one name; a name that does not belong here is shown as it is
    if factor is not None and (old[factor].name, new[factor].name) == (change.old, change.new):
        return level_text(factor, old[factor]), level_text(factor, new[factor])
    return change.old, change.new


def values(factor: str, one: Setup, other: Setup) -> tuple[str, str] | None:
    """What two setups put on the wire at a factor; ``None`` for a place that is none of the
    eight."""
    known = _FACTORS.get(factor)
    if known is None:
        return None
    return level_text(known, one[known]), level_text(known, other[known])


def blamed_text(blamed: Blamed, run: Run, probes: Sequence[str]) -> str:
    """A level of a finding as one of these probes sent it; its name when none of them did."""
    factor = _FACTORS.get(blamed.factor)
    wanted = set(probes)
    for observation in run.observations:
        if factor is not None and observation.probe in wanted:
            level = observation.setup[factor]
            if level.name == blamed.level:
                return level_text(factor, level)
    return blamed.level
