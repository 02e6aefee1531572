"""From the catalogue to the setups of a survey, cheapest first, and what they would cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from rtdoctor.domain.setup import AuthKind, Factor, Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.plan.schema import Block


@dataclass(frozen=True, slots=True)
class Filter:
    """``--only`` or ``--skip``: a factor and the level names it speaks of."""

    factor: Factor
    levels: frozenset[str]

    def matches(self, setup: Setup) -> bool:
        return setup[self.factor].name in self.levels


@dataclass(frozen=True, slots=True)
class Plan:
    """What would run. ``left_out`` counts setups that the budget cut off."""

    setups: tuple[Setup, ...]
    left_out: int = 0

    @property
    def tokens(self) -> int:
        """Tokens minted at most: one a probe that shows a token to the service."""
        return sum(s.auth.value.kind.needs_token for s in self.setups)

    @property
    def sessions(self) -> int:
        """Sessions opened at most: any probe may turn out to connect; a used token opens two."""
        return sum(1 + (s.auth.value.kind is AuthKind.USED) for s in self.setups)

    @property
    def mints(self) -> int:
        """Different mint requests; a refused one is not repeated for every call."""
        return len({s.mint_prefix() for s in self.setups} - {None})


def survey(
    catalogue: Catalogue,
    *,
    full: bool = False,
    only: Iterable[Filter] = (),
    skip: Iterable[Filter] = (),
    budget: int | None = None,
) -> Plan:
    """The setups of the default survey, or of the full product.

    Without a budget nothing is left out. A level that ``only`` names but the default survey
    does not hold is tried on every recipe it goes with.
    """
    only, skip = tuple(only), tuple(skip)
    candidates = _full(catalogue) if full else _default(catalogue, only)
    kept: dict[Setup, None] = {}
    for setup in candidates:
        if all(f.matches(setup) for f in only) and not any(f.matches(setup) for f in skip):
            # Setups that look alike to the service are probed once.
            kept.setdefault(setup.as_sent())
    setups = sorted(kept, key=_price)
    if budget is not None and len(setups) > budget:
        return Plan(tuple(setups[:budget]), len(setups) - budget)
    return Plan(tuple(setups))


def _price(setup: Setup) -> int:
    """Probes likely to be refused come first: a call that connects opens a session."""
    kind = setup.auth.value.kind
    return {AuthKind.EXPIRED: 3, AuthKind.USED: 2, AuthKind.EPHEMERAL: 1}.get(kind, 0)


def _default(catalogue: Catalogue, only: tuple[Filter, ...]) -> Iterator[Setup]:
    setups = list(_blocks(catalogue))
    yield from setups
    for wanted in only:
        if any(wanted.matches(setup) for setup in setups):
            continue
        for recipe in catalogue.recipes:
            for name in sorted(wanted.levels):
                level = catalogue.entry(wanted.factor, name).level
                setup = recipe.setup.with_level(wanted.factor, level)
                if catalogue.is_valid(setup):
                    yield setup


def _blocks(catalogue: Catalogue) -> Iterator[Setup]:
    for block in catalogue.blocks:
        yield from _block(catalogue, block)


def _block(catalogue: Catalogue, block: Block) -> Iterator[Setup]:
    axes = [
        [(factor.value, name) for name in getattr(block, factor.value)]
        for factor in Factor
        if getattr(block, factor.value)
    ]
    for chosen in product(*axes):
        for call in block.calls or ({},):
            names = {**dict(chosen), **call}
            setup = catalogue.setup(names)
            # A skip names some levels, and every setup that has all of them is left out.
            skipped = any(s.items() <= setup.names.items() for s in block.skip)
            if not skipped and catalogue.is_valid(setup):
                yield setup


def _full(catalogue: Catalogue) -> Iterator[Setup]:
    prefixes: list[dict[Factor, str]] = [{}]
    for factor in Factor:
        # Conflicts are cut off as soon as they appear: the whole product would hold half a million
        # setups.
        longer = ({**p, factor: name} for p in prefixes for name in catalogue.entries[factor])
        prefixes = [p for p in longer if not any(catalogue.conflicts(p))]
    for names in prefixes:
        yield Setup(*(catalogue.entries[f][n].level for f, n in names.items()))
