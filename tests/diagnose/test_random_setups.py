"""Random setups: none crashes the program or makes it claim what its own run refutes."""

from __future__ import annotations

import pytest

from benchmarks.random_setups import report, run_random


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(7, 11))
async def test_random_setups_neither_crash_nor_are_refuted(seed: int) -> None:
    results = await run_random(50, seed=seed)
    wrong = [r for r in results if r.error or r.refuted]
    assert not wrong, report(wrong, 0.0)
