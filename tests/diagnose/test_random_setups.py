"""Random setups: none crashes the program or makes it claim what its own run refutes."""

from __future__ import annotations

import pytest

from benchmarks.random_setups import report, run_random


@pytest.mark.slow
async def test_random_setups_neither_crash_nor_are_refuted() -> None:
    results = await run_random(200, seed=7)
    wrong = [r for r in results if r.error or r.refuted]
    assert not wrong, report(wrong, 0.0)
