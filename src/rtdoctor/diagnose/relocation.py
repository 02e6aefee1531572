"""Recipes moved to where the subject's service lives.

A gateway or another provider serves the same API under a path of its own, such as
``/openai/v1/realtime/calls``, and may want headers of its own. A recipe is a fair control there
only when it goes there too, in the way that the subject does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from rtdoctor.diagnose.candidates import Candidates
from rtdoctor.diagnose.particulars import with_particulars
from rtdoctor.domain.setup import CallEndpoint, Factor, Level, Setup, TokenEndpoint

Move = Callable[[str], str]
_VERSION = "/v1"


def moved_recipes(subject: Setup, candidates: Candidates) -> Iterator[tuple[str, Setup]]:
    """The recipes at the subject's own mint path and call path, with their names.

    Both paths are moved where the subject has both in places of its own; then either alone.
    """
    for reference in candidates.nearest(subject):
        seen = {reference.setup}
        for mint_way, call_way in _ways(subject, candidates):
            setup = _moved(reference.setup, mint_way, call_way)
            if setup not in seen:
                seen.add(setup)
                yield reference.name, setup


def recipes_in_its_way(subject: Setup, candidates: Candidates) -> Iterator[tuple[str, Setup]]:
    """The recipes with what only the subject's client sends, at its own paths and then as listed;
    none where that is nothing."""
    recipes = [*moved_recipes(subject, candidates)]
    recipes += [(reference.name, reference.setup) for reference in candidates.nearest(subject)]
    for name, recipe in recipes:
        setup = with_particulars(subject, recipe)
        if setup != recipe:
            yield name, setup


def nearest_in_place(subject: Setup, candidates: Candidates) -> list[tuple[str, Setup]]:
    """Each recipe once, nearest first, as much in the subject's own place and way as can be."""
    ways = (recipes_in_its_way, moved_recipes)
    there = [named for way in ways for named in way(subject, candidates)]
    return [
        (r.name, next((s for name, s in there if name == r.name), r.setup))
        for r in candidates.nearest(subject)
    ]


def _ways(subject: Setup, candidates: Candidates) -> list[tuple[Move | None, Move | None]]:
    mint = _move(subject.token_endpoint.value.path, _paths(candidates, Factor.TOKEN_ENDPOINT))
    call = _move(subject.call_endpoint.value.path, _paths(candidates, Factor.CALL_ENDPOINT))
    return [(mint or call, call or mint), (mint, None), (None, call)]


def call_paths(subject: Setup, candidates: Candidates) -> tuple[str, ...]:
    """The call paths worth trying: the subject's own, the listed ones moved, those as listed."""
    own: str = subject.call_endpoint.value.path
    listed = _paths(candidates, Factor.CALL_ENDPOINT)
    call = _move(own, listed) or _move(
        subject.token_endpoint.value.path, _paths(candidates, Factor.TOKEN_ENDPOINT)
    )
    moved = [call(path) for path in listed] if call else []
    return tuple(dict.fromkeys([own, *moved, *listed]))


def _paths(candidates: Candidates, factor: Factor) -> tuple[str, ...]:
    return tuple(level.value.path for level in candidates.levels[factor] if level.value.path)


def _move(own: str | None, listed: tuple[str, ...]) -> Move | None:
    """How listed paths are written where ``own`` lives; ``None`` when it lives as listed.

    A path that ends like none of the listed ones stands for all of them: it is the one place of
    its kind that is known there.
    """
    if own is None or own in listed:
        return None
    path, mark, query = own.partition("?")
    for known in sorted(listed, key=len, reverse=True):
        for end in (known, known.removeprefix(_VERSION)):
            if path.endswith(end):
                before, cut = path.removesuffix(end), known.removesuffix(end)
                return lambda other: before + other.removeprefix(cut) + mark + query
    return lambda other: own


def _moved(setup: Setup, mint: Move | None, call: Move | None) -> Setup:
    token_path = setup.token_endpoint.value.path
    if mint is not None and token_path is not None:
        path = mint(token_path)
        setup = replace(setup, token_endpoint=Level(path, TokenEndpoint(path)))
    if call is not None:
        path = call(setup.call_endpoint.value.path)
        setup = replace(setup, call_endpoint=Level(path, CallEndpoint(path)))
    return setup
