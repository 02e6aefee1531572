"""Bodies drawn from the published schema, and any JSON at all."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from rtdoctor.schema import RequestKind
from rtdoctor.schema.published import Schema, branches, published

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers() | FLOATS | st.text()
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@cache
def right(kind: RequestKind) -> st.SearchStrategy[Any]:
    """Bodies that the schema of a request allows."""
    return _of(published().requests[kind])


def _of(schema: Schema) -> st.SearchStrategy[Any]:
    return st.one_of(*map(_of_branch, branches(schema)))


def _of_branch(schema: Schema) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object" if "properties" in schema:
            needed = set(schema.get("required", ()))
            parts = {name: _of(inner) for name, inner in schema["properties"].items()}
            optional = {name: part for name, part in parts.items() if name not in needed}
            return st.fixed_dictionaries({n: parts[n] for n in needed}, optional=optional)
        case "object":
            values = schema.get("additionalProperties")
            inner = _of(values) if isinstance(values, dict) else ANY_JSON
            return st.dictionaries(st.text(max_size=5), inner, max_size=2)
        case "array":
            most = schema.get("maxItems", 2)
            return st.lists(_of(schema["items"]), min_size=schema.get("minItems", 0), max_size=most)
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"].replace("$", r"\Z"))
        case "string":
            return st.text(max_size=8)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "number":
            return st.floats(
                schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False
            )
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return ANY_JSON
