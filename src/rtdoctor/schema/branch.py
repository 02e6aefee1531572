"""Which branch of a choice the writer of a value meant.

A library says that a value fits no branch of an ``anyOf``; a person wants to hear what is wrong
with the one that they wrote. It is told by the JSON type, then by the tags (``type``, ``role``),
then by how many names are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rtdoctor.schema.published import Schema, branches

TAGS = ("type", "role")
"""Names that tell the branches of a choice apart: each branch fixes their value."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def meant_branch(choice: Sequence[Schema], value: Any) -> int:
    """The index of the branch that fits best; the first of those that fit equally well."""
    # Of branches that fit equally well the first wins, so the index counts backwards.
    return max(range(len(choice)), key=lambda n: (_fit(choice[n], value), -n))


def meant_schema(schema: Schema, value: Any) -> Schema:
    """The schema itself, or the branch of it that the value means."""
    choice = branches(schema)
    return choice[meant_branch(choice, value)]


def takes_type_of(schema: Schema, value: Any) -> bool:
    """Whether a schema without a choice takes values of this JSON type."""
    if "type" not in schema:
        return True
    # To Python a bool is an int; to JSON it is none.
    if isinstance(value, bool):
        return bool(schema["type"] == "boolean")
    return isinstance(value, _TYPES[schema["type"]])


def agreement(schema: Schema, value: dict[str, Any]) -> int:
    """How many tags of the schema the value has right, less those that it has wrong."""
    known = schema.get("properties", {})
    told = (name for name in TAGS if name in value and "enum" in known.get(name, {}))
    return sum(1 if value[name] in known[name]["enum"] else -1 for name in told)


def _fit(schema: Schema, value: Any) -> tuple[bool, int, int]:
    if not takes_type_of(schema, value):
        return (False, 0, 0)
    if not isinstance(value, dict):
        return (True, 0, 0)
    known = schema.get("properties", {})
    # A right tag outweighs any number of known names: the writer has said which branch is meant.
    return (True, agreement(schema, value), sum(name in known for name in value))
