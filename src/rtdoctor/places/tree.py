"""Trees of JSON data: where two of them differ, and every mixture between the two.

A *leaf* is a place at which the two trees hold different values that cannot be taken apart any
further together: a text beside a number, or a field that only one of them has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

Step = str | int
Path = tuple[Step, ...]
"""The keys of objects and the indices of lists on the way from the top to a value."""


class Absent:
    """The type of ``ABSENT``, which stands where a tree has no value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
"""No value at all, which is not the same as ``None``: that is the ``null`` of JSON."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf, and what stands there in the failing and in the passing tree.

    ``objects`` are the paths of the objects and lists around it which only one of the trees has,
    the outermost first.
    """

    path: Path
    failing: Any
    passing: Any
    objects: tuple[Path, ...] = ()


def differences(failing: Any, passing: Any) -> list[Difference]:
    """Every leaf at which the two trees differ, in the order of the failing one."""
    return list(_differences(failing, passing, (), ()))


def _differences(
    failing: Any, passing: Any, path: Path, objects: tuple[Path, ...]
) -> Iterator[Difference]:
    if _is_same(failing, passing):
        return
    if not _can_be_mixed(failing, passing):
        yield Difference(path, failing, passing, objects)
        return
    around = (*objects, path) if failing is ABSENT or passing is ABSENT else objects
    for step in _steps(failing, passing):
        yield from _differences(_at(failing, step), _at(passing, step), (*path, step), around)


def mixture(failing: Any, passing: Any, chosen: Collection[Path]) -> Any:
    """The passing tree with the value of the failing one at each of the ``chosen`` leaves.

    An object that only one of the trees has is there when something is left in it.
    """
    return _mixture(failing, passing, frozenset(chosen), ())


def _mixture(failing: Any, passing: Any, chosen: frozenset[Path], path: Path) -> Any:
    if _is_same(failing, passing):
        return failing
    if not _can_be_mixed(failing, passing):
        return failing if path in chosen else passing
    parts = {
        step: value
        for step in _steps(failing, passing)
        if (value := _mixture(_at(failing, step), _at(passing, step), chosen, (*path, step)))
        is not ABSENT
    }
    if not parts and (failing is ABSENT or passing is ABSENT):
        return ABSENT
    if isinstance(passing if failing is ABSENT else failing, list):
        # A list has no gaps, so the items that are left move up.
        return list(parts.values())
    return parts


def value_at(tree: Any, path: Path) -> Any:
    """The value at a path; ``ABSENT`` where the tree has none."""
    for step in path:
        tree = _at(tree, step)
    return tree


def _can_be_mixed(failing: Any, passing: Any) -> bool:
    """Whether both are objects or both are lists; an absent one can be mixed with any that holds
    something."""
    there = [tree for tree in (failing, passing) if tree is not ABSENT]
    kinds = {type(tree) for tree in there}
    if len(kinds) != 1 or not kinds <= {dict, list}:
        return False
    # An empty object holds no leaf that could be chosen: it is a leaf itself.
    return len(there) == 2 or bool(there[0])


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are written alike in JSON: ``1``, ``1.0`` and ``true`` are not."""
    # In Python `True == 1 == 1.0`; a service reads three different things.
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _steps(failing: Any, passing: Any) -> list[Step]:
    if isinstance(passing if failing is ABSENT else failing, list):
        longest = max(len(tree) for tree in (failing, passing) if tree is not ABSENT)
        return list(range(longest))
    keys = [key for tree in (failing, passing) if tree is not ABSENT for key in tree]
    return list(dict.fromkeys(keys))


def _at(tree: Any, step: Step) -> Any:
    if isinstance(tree, dict):
        return tree.get(step, ABSENT)
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return ABSENT
