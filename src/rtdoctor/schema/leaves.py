"""The places in a body, leaf by leaf, for whoever changes one of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.schema.body_text import MAX_DEPTH
from rtdoctor.schema.branch import meant_schema
from rtdoctor.schema.frame import frame_of
from rtdoctor.schema.published import Schema
from rtdoctor.schema.requests import At, RequestKind


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place that holds a value of its own: a scalar, an empty object or list, or an object that
    the schema leaves free (a function's ``parameters``).

    ``is_known`` says that the schema has the place, ``is_required`` that the object around it is
    refused without it.
    """

    at: At
    place: str
    value: Any
    is_known: bool
    is_required: bool


def leaves(kind: RequestKind, body: Any) -> tuple[Leaf, ...]:
    """The leaves of a body in its own order; one leaf, the body itself, when it holds no object."""
    frame = frame_of(kind, body)
    found = _leaves((), body, frame.schema if frame else None, False)
    return tuple(
        Leaf(at, kind.place(at), value, schema is not None, is_required)
        for at, value, schema, is_required in found
    )


def is_required(kind: RequestKind, body: Any, at: At) -> bool:
    """Whether the schema refuses the body without what stands at a place of it.

    The question is about the object around the place: it may itself be left out. Where the schema
    does not know the place, nothing is required.
    """
    frame = frame_of(kind, body)
    schema: Schema | None = frame.schema if frame else None
    for depth, step in enumerate(at):
        if schema is None:
            return False
        branch = meant_schema(schema, body)
        if depth == len(at) - 1:
            return step in branch.get("required", ())
        schema = _below(branch, step)
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return False
    return False


_Found = tuple[At, Any, Schema | None, bool]


def _leaves(at: At, value: Any, schema: Schema | None, is_required: bool) -> Iterator[_Found]:
    branch = None if schema is None else meant_schema(schema, value)
    steps = _steps(value) if len(at) < MAX_DEPTH and not _is_free(branch) else ()
    if not steps:
        yield at, value, schema, is_required
    for step, inner in steps:
        required = branch is not None and step in branch.get("required", ())
        below = None if branch is None else _below(branch, step)
        yield from _leaves((*at, step), inner, below, required)


def _steps(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _is_free(branch: Schema | None) -> bool:
    return branch is not None and branch.get("type") == "object" and "properties" not in branch


def _below(branch: Schema, step: str | int) -> Schema | None:
    inside = branch if isinstance(step, int) else branch.get("properties", {})
    below: Schema | None = inside.get("items" if isinstance(step, int) else step)
    return below
