"""A small set of setups in which every two listed levels occur together at least once.

Combinatorial testing calls this a covering array of strength two. It is made greedily: each
setup is the one that holds most pairs that no earlier one holds, so the first few show most.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from rtdoctor.diagnose.candidates import Candidates
from rtdoctor.diagnose.mixing import moved, sendable
from rtdoctor.diagnose.particulars import beside_own_headers
from rtdoctor.diagnose.relocation import call_paths
from rtdoctor.domain.setup import CallEndpoint, Factor, Level, Setup

Pair = frozenset[tuple[Factor, Level[Any]]]
_VARIED = (
    Factor.TOKEN_ENDPOINT,
    Factor.BETA_HEADER,
    Factor.CALL_ENDPOINT,
    Factor.CALL_QUERY,
    Factor.CALL_ENCODING,
)


def covering(subject: Setup, candidates: Candidates, *, most: int) -> list[Setup]:
    """At most ``most`` setups; what is not varied stays the subject's."""
    cells = _cells(subject, candidates)
    pairs = {cell: _pairs(cell) for cell in cells}
    covered: set[Pair] = set()
    chosen: list[Setup] = []
    while len(chosen) < most:
        best = max(cells, key=lambda cell: len(pairs[cell] - covered), default=None)
        if best is None or not pairs[best] - covered:
            break
        covered |= pairs[best]
        chosen.append(best)
    return chosen


def _cells(subject: Setup, candidates: Candidates) -> list[Setup]:
    levels: dict[Factor, list[Level[Any]]] = {}
    for factor in _VARIED:
        listed = [level for level in candidates.levels[factor] if level != subject[factor]]
        # At most four levels of each of the five factors, so that no more than 1,024 cells are
        # compared.
        if factor is Factor.BETA_HEADER:
            listed = [beside_own_headers(subject, level) for level in listed]
        levels[factor] = [subject[factor], *listed[:3]]
    levels[Factor.CALL_ENDPOINT] = [
        Level(path, CallEndpoint(path)) for path in call_paths(subject, candidates)[:4]
    ]
    cells = []
    for combination in product(*levels.values()):
        setup = subject
        for factor, level in zip(levels, combination, strict=True):
            setup = moved(setup, factor, level)
        if sendable(setup):
            cells.append(setup)
    return list(dict.fromkeys(cells))


def _pairs(setup: Setup) -> frozenset[Pair]:
    levels = [(factor, setup[factor]) for factor in _VARIED]
    return frozenset(frozenset(pair) for pair in combinations(levels, 2))
