"""published.json as schemas that can be walked.

tools/published_schema.py makes the file and guarantees its form: objects are closed unless they
are free of any names, and every choice is one flat ``anyOf`` of schemas without a choice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from rtdoctor.migration.places import ValueShape
from rtdoctor.schema.requests import At, RequestKind

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """The published schemas. ``answers`` are names at the top of a session that only an answer
    has."""

    source: str
    date: str
    requests: Mapping[RequestKind, Schema]
    sessions: Mapping[ValueShape, Schema]
    answers: frozenset[str]


_SESSIONS = {
    ValueShape.SESSIONS: "RealtimeSessionCreateRequest",
    ValueShape.TRANSCRIPTION_SESSIONS: "RealtimeTranscriptionSessionCreateRequest",
    ValueShape.REALTIME: "RealtimeSessionCreateRequestGA",
    ValueShape.TRANSCRIPTION: "RealtimeTranscriptionSessionCreateRequestGA",
    ValueShape.TRANSLATION: "RealtimeTranslationSessionCreateRequest",
}


@lru_cache(maxsize=1)
def published() -> Published:
    """The packaged file, read once."""
    text = (resources.files("rtdoctor.schema") / "published.json").read_text("utf-8")
    data = json.loads(text)
    named: dict[str, Any] = {}
    for name in data["$defs"]:
        _resolve({"$ref": f"#/$defs/{name}"}, data["$defs"], named)
    return Published(
        source=data["source"],
        date=data["date"],
        requests={RequestKind(kind): named[name] for kind, name in data["requests"].items()},
        sessions={shape: named[name] for shape, name in _SESSIONS.items()},
        answers=frozenset(data["answers"]),
    )


def _resolve(node: Any, definitions: Schema, named: dict[str, Any]) -> Any:
    """The same with each ``$ref`` replaced by what it points to; no schema contains itself."""
    if isinstance(node, list):
        return [_resolve(inner, definitions, named) for inner in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _resolve(inner, definitions, named) for key, inner in node.items()}
    name = node["$ref"].rpartition("/")[2]
    # Each definition is resolved once and shared. `frame_of` relies on that: it tells a session by
    # identity.
    if name not in named:
        named[name] = _resolve(definitions[name], definitions, named)
    return named[name]


def branches(schema: Schema) -> list[Schema]:
    """The schemas of which one must hold; a schema without a choice is its own only branch."""
    found: list[Schema] = schema.get("anyOf", [schema])
    return found


def places_named(name: str, schema: Schema, at: At = ()) -> Iterator[At]:
    """Every place below a schema whose last step is ``name``; lists are not entered."""
    for branch in branches(schema):
        for step, inner in branch.get("properties", {}).items():
            if step == name:
                yield (*at, step)
            yield from places_named(name, inner, (*at, step))


def names_at(at: At, schema: Schema) -> frozenset[str]:
    """The names that an object at a place below a schema may have, in any of its branches."""
    level = branches(schema)
    for step in at:
        key = "items" if isinstance(step, int) else "properties"
        inner = (b.get(key, {}) for b in level)
        found = inner if isinstance(step, int) else (p.get(step) for p in inner)
        level = [branch for schema in found if schema for branch in branches(schema)]
    return frozenset(name for branch in level for name in branch.get("properties", ()))
