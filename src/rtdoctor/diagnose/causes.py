"""From localisations to causes that name both halves of a pair.

A localisation blames levels relative to one control: what subject and control share is not
varied, so of a pair that clashes it sees one half. Here each cause is confronted with the other
passing recipes: where changing a shared factor also cures the same failure, that factor is
necessary too.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from rtdoctor.diagnose.between import Between, Hint, in_order, localise_between
from rtdoctor.diagnose.localisation import FoundCause
from rtdoctor.diagnose.memory import Answers, Ask, Memory, Questions
from rtdoctor.diagnose.terrain import Terrain
from rtdoctor.domain.finding import Blamed, Cause, Witness
from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import Factor, Setup

_TOKEN_PAIR = {Factor.TOKEN_ENDPOINT.value, Factor.TOKEN_BODY.value}


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause, with the setup in which its failure was seen alone.

    ``only_repaired`` are factors that had to be at the control's level for it to be seen at all.
    """

    cause: Cause
    isolating: Setup
    only_repaired: frozenset[str] = frozenset()


def explain_causes(
    main: Between,
    others: Sequence[Setup],
    memory: Memory,
    terrain: Terrain,
    hint: Hint,
) -> Generator[Questions, Answers, tuple[Explained, ...]]:
    """The causes of ``main``, each widened by what the other passing setups show."""
    explained = []
    for found in main.found.causes:
        isolating = main.mix(found.isolating)
        witnesses = list(main.witnesses(found, memory))
        for control in others:
            more = yield from _widen(main, found, isolating, control, memory, terrain, hint)
            shown = {f for w in witnesses for f in w.factors}
            witnesses += [w for w in more if not shown & set(w.factors)]
        cause = _cause(main, found, witnesses, memory)
        explained.append(Explained(cause, isolating, found.only_repaired))
    return tuple(explained)


def _widen(
    main: Between,
    found: FoundCause,
    isolating: Setup,
    control: Setup,
    memory: Memory,
    terrain: Terrain,
    hint: Hint,
) -> Generator[Questions, Answers, list[Witness]]:
    """Witness pairs for factors that the main localisation did not vary."""
    for failing in dict.fromkeys((isolating, main.subject)):
        shared = frozenset(failing.differs_from(control)) - main.factors
        if not shared or not _fails_with(failing, found.signature, memory):
            continue
        passing = failing.take(control, shared)
        if not terrain.is_valid(passing):
            continue
        (outcome,) = yield from memory.ask([Ask(passing, Purpose.MIX)])
        if outcome is None or not outcome.is_pass:
            continue
        near = yield from localise_between(failing, passing, memory, terrain, hint)
        if near.found.inconclusive:
            continue
        same = [c for c in near.found.causes if c.signature == found.signature]
        if same:
            return [w for c in same for w in near.witnesses(c, memory)]
        # the factors cannot be told apart: whichever moves alone fails for a reason of its own
        repeated = len(memory.outcomes(failing)) > 1 and len(memory.outcomes(passing)) > 1
        names = in_order({f.value for f in shared})
        return [Witness(names, memory.probe(failing), memory.probe(passing), repeated)]
    return []


def _fails_with(setup: Setup, signature: Signature, memory: Memory) -> bool:
    outcomes = memory.outcomes(setup)
    return bool(outcomes) and all(o.signature == signature for o in outcomes)


def _cause(main: Between, found: FoundCause, witnesses: Sequence[Witness], memory: Memory) -> Cause:
    factors = {name for w in witnesses for name in _blamed_of(w)} | set(found.factors)
    if found.factors >= _TOKEN_PAIR and _moves_together(witnesses):
        factors -= {Factor.TOKEN_BODY.value}
    levels = tuple(Blamed(f, main.subject[Factor(f)].name) for f in in_order(factors))
    return Cause(
        levels=levels,
        signature=found.signature,
        witnesses=tuple(witnesses),
        failing_probes=tuple(memory.probe(main.mix(p)) for p in found.failing),
        contexts_tried=found.contexts_tried,
        contexts_failed=found.contexts_failed,
        contexts_possible=found.contexts_possible,
        hidden_behind=found.hidden_behind,
    )


def _blamed_of(witness: Witness) -> tuple[str, ...]:
    """A body moves with the endpoint it belongs to: then the endpoint is what is blamed."""
    if set(witness.factors) == _TOKEN_PAIR:
        return (Factor.TOKEN_ENDPOINT.value,)
    return witness.factors


def _moves_together(witnesses: Sequence[Witness]) -> bool:
    return all(set(w.factors) >= _TOKEN_PAIR for w in witnesses if _TOKEN_PAIR & set(w.factors))


def in_sight_order(explained: Sequence[Explained]) -> tuple[Explained, ...]:
    """Each cause once, in the order in which the user meets them: what hides comes first."""
    first = {i: _first_like(one, explained) for i, one in enumerate(explained)}
    kept = sorted(set(first.values()), key=lambda i: (len(explained[i].cause.hidden_behind), i))
    place = {i: kept.index(same) for i, same in first.items()}
    ordered = []
    for index in kept:
        cause = explained[index].cause
        hidden = sorted({place[h] for h in cause.hidden_behind} - {place[index]})
        ordered.append(replace(explained[index], cause=replace(cause, hidden_behind=tuple(hidden))))
    return tuple(ordered)


def _first_like(one: Explained, explained: Sequence[Explained]) -> int:
    return next(i for i, other in enumerate(explained) if _same(other.cause, one.cause))


def _same(one: Cause, other: Cause) -> bool:
    return one.levels == other.levels and one.signature == other.signature
